"""The answer's one JSON form, and the W3C form of a citation."""

import json

from rag.types import (
    Answer,
    Block,
    CheckedStatement,
    Citation,
    ContextSpan,
    Document,
    Refusal,
    Statement,
    Verification,
)

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
    "context": [],
    "sheet": None,
    "cell": None,
    "recognised": None,
    "time": None,
}


def test_an_answer_is_plain_json_data() -> None:
    found = answer().to_dict()
    assert found == json.loads(json.dumps(found))
    assert found["statements"] == [{"text": "world", "citations": [CITED], "support": 1.0, "origin": "quoted"}]
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


def test_the_context_of_a_citation_is_in_its_json() -> None:
    span = ContextSpan("heading", 0, 5, "Hello")
    found = Citation("d1", "a.txt", "v", 6, 11, "world", 0.5, context=(span,)).to_dict()
    assert found["context"] == [{"role": "heading", "start": 0, "end": 5, "quote": "Hello"}]


def test_a_verification_is_plain_json_data() -> None:
    checked = CheckedStatement("The world.", 0, 10, "supported", 0.9, (CITATION,))
    assert Verification((checked,)).to_dict() == {
        "statements": [
            {
                **{"text": "The world.", "start": 0, "end": 10, "verdict": "supported", "support": 0.9},
                "citations": [CITED],
            }
        ]
    }


def test_an_outline_has_the_sections_with_their_subsections_in_them() -> None:
    text = "A\n1 B\ntext\n1.1 C\ntext\n2 D\nend"
    parts = [("A", 1, ""), ("1 B", 2, "1"), ("1.1 C", 3, "1.1"), ("2 D", 2, "2")]
    blocks = [
        Block("heading", text.index(title), text.index(title) + len(title), level=level, number=number)
        for title, level, number in parts
    ]
    document = Document("d", "s", "v", text, blocks=tuple(blocks))
    assert [(item.title, item.number, text[item.start : item.end]) for item in document.outline()] == [
        ("A", "", text),
        ("1 B", "1", "1 B\ntext\n1.1 C\ntext\n"),
        ("1.1 C", "1.1", "1.1 C\ntext\n"),
        ("2 D", "2", "2 D\nend"),
    ]
