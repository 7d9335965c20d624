"""The answer's one JSON form, and the W3C form of a citation."""

import json

from rag.types import Answer, Citation, Document, Refusal, Statement

CITATION = Citation("d1", "a.txt", "v" * 64, 6, 11, "world", 0.5, prefix="Hello ", suffix="!")


def answer(**changes: object) -> Answer:
    values: dict[str, object] = {
        "question": "q",
        "status": "answered",
        "text": "world",
        "statements": (Statement("world", (CITATION,), 1.0),),
        "refusal": None,
        "confidence": 0.9,
        "short_answer": CITATION,
        "standalone_question": "q",
        "dropped": (),
        "generator": "extractive",
        "index_version": "i",
        "timings": {"total": 0.1},
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]


CITED = {
    "doc_id": "d1",
    "source": "a.txt",
    "version": "v" * 64,
    "start": 6,
    "end": 11,
    "quote": "world",
    "score": 0.5,
    "page": None,
    "row": None,
    "line": None,
}


def test_an_answer_is_plain_json_data() -> None:
    found = answer().to_dict()
    assert found == json.loads(json.dumps(found))
    assert found["statements"] == [{"text": "world", "citations": [CITED], "support": 1.0}]
    assert found["short_answer"] == CITED
    assert list(found) == [
        *("question", "status", "text", "statements", "refusal", "confidence", "short_answer"),
        *("standalone_question", "dropped", "generator", "index_version", "timings"),
        *("notes", "verified"),
    ]


def test_a_refusal_is_plain_json_data() -> None:
    found = answer(refusal=Refusal("off_topic", "No.", (CITATION,))).to_dict()
    assert found["refusal"] == {"reason": "off_topic", "message": "No.", "nearest": [CITED]}


def test_a_citation_has_the_form_of_a_w3c_web_annotation() -> None:
    assert CITATION.to_web_annotation() == {
        "type": "SpecificResource",
        "source": "a.txt",
        "state": {"type": "State", "version": "sha256:" + "v" * 64},
        "selector": [
            {"type": "TextPositionSelector", "start": 6, "end": 11},
            {"type": "TextQuoteSelector", "exact": "world", "prefix": "Hello ", "suffix": "!"},
        ],
    }


def test_lines_end_in_lf_cr_lf_or_cr() -> None:
    text = "one\ntwo\r\nthree\rfour"
    document = Document(doc_id="d", source="s", version="v", text=text)
    starts = [text.index(word) for word in ("one", "two", "three", "four")]
    assert [document.line_at(start) for start in starts] == [1, 2, 3, 4]
    assert document.line_at(text.index("\r\n") + 1) == 3  # between the two: the first has ended the line
