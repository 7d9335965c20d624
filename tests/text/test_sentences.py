"""Sentence spans: exact, complete, and right where news text breaks Punkt."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [("# " if item.heading else "") + text[item.start : item.end] for item in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\r\n\u00a0", []),
        ("One. Two.", ["One.", "Two."]),
        ("No full stop at the end", ["No full stop at the end"]),
        (
            "“We must think,” the report read.\u00a0\n\n“None at all.”",
            ["“We must think,” the report read.", "“None at all.”"],
        ),
        ("“It will be blamed.” Despite this, they won.", ["“It will be blamed.”", "Despite this, they won."]),
        ("“Why?” she asked. Nobody knew.", ["“Why?” she asked.", "Nobody knew."]),
        ("Limits on Mr. Soleimani’s measures. Then more.", ["Limits on Mr. Soleimani’s measures.", "Then more."]),
        ("J. R. R. Tolkien wrote it. It sold.", ["J. R. R. Tolkien wrote it.", "It sold."]),
        ("It cost approx. 5.3 million. See Fig. 3.", ["It cost approx. 5.3 million.", "See Fig. 3."]),
        ("No. 5 is alive. The answer is no. Then we go.", ["No. 5 is alive.", "The answer is no.", "Then we go."]),
        ("He left… “Stay!” they said.", ["He left…", "“Stay!” they said."]),
        ("The end of it.\n\nA heading\n\nThe text goes on.", ["The end of it.", "# A heading", "The text goes on."]),
        ("First.\n\nSource: TRT World", ["First.", "Source: TRT World"]),
        ("Title\n\nSubtitle\n\nThe text.", ["Title", "# Subtitle", "The text."]),
        ("One fact\n\nTwo facts\n\nThree facts", ["One fact", "Two facts", "Three facts"]),
        ("# Setup\nRun it.", ["# Setup", "Run it."]),
        ("Setup\n=====\nRun it.", ["# Setup", "Run it."]),
        ("It was a dark\nand stormy night. Rain\nfell.", ["It was a dark\nand stormy night.", "Rain\nfell."]),
        ("- first thing\n- second thing", ["first thing", "second thing"]),
        ("1. first thing\r\n2. second thing", ["1. first thing", "2. second thing"]),
        ("Dear John,\r\nthe war is over.\r\nYours, Ann", ["Dear John,\r\nthe war is over.", "Yours, Ann"]),
        ("Stop! Go? Yes.", ["Stop!", "Go?", "Yes."]),
        ("Birds sing in May. Dogs bark.", ["Birds sing in May.", "Dogs bark."]),
        ("It is set forth in 11 U.S.C. § 704 of it. It is.", ["It is set forth in 11 U.S.C. § 704 of it.", "It is."]),
        ("See Pub. L. No. 116-5, 133 Stat. 10, and id. at 5.", ["See Pub. L. No. 116-5, 133 Stat. 10, and id. at 5."]),
        ("Par. 4 and Docket No. HB-1 hold. Tel. 555.", ["Par. 4 and Docket No. HB-1 hold.", "Tel. 555."]),
        ("Das war am 4. März. Es kostet 2,4 Mio. Euro.", ["Das war am 4. März.", "Es kostet 2,4 Mio. Euro."]),
        ("Er kam als 2. Dann ging er.", ["Er kam als 2.", "Dann ging er."]),
        ("Nach Art. 5 Abs. 2 GG gilt es. Ende.", ["Nach Art. 5 Abs. 2 GG gilt es.", "Ende."]),
        (
            "M. Perrin et Mme Paz sont là. La D. 41 est fermée.",
            ["M. Perrin et Mme Paz sont là.", "La D. 41 est fermée."],
        ),
        ("Viene la Sra. Paz. Es así.", ["Viene la Sra. Paz.", "Es así."]),
        (
            "It is deep.[1] The lake freezes.² It burned.3 Then it rose.",
            [
                "It is deep.[1]",
                "The lake freezes.²",
                "It burned.3",
                "Then it rose.",
            ],
        ),
        ("押金是二十元。借期三周。", ["押金是二十元。", "借期三周。"]),
        ("शुल्क पचास रुपये है। पता बदल गया।", ["शुल्क पचास रुपये है।", "पता बदल गया।"]),
        ("كم عمره؟ لا أعرف.", ["كم عمره؟", "لا أعرف."]),
    ],
)
def test_text_is_split_as_people_would(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_the_seed_has_23_sentences_and_one_heading(seed_text: str) -> None:
    found = sentence_spans(seed_text)
    assert [seed_text[item.start : item.end] for item in found if item.heading] == ["Fight against Daesh"]
    assert len(found) == 23
    assert seed_text[found[-1].start : found[-1].end] == "Source: TRT World"


@pytest.mark.parametrize("text", ["word " * 10_000, "a" * 50_000, "Yes. " * 5_000, "... " * 5_000, "“" * 50_000])
def test_long_and_monotonous_texts_are_split_in_reasonable_time(text: str) -> None:
    assert sentence_spans(text)[-1].end == len(text.rstrip())


def test_a_clause_of_another_language_is_cut_as_that_language_is() -> None:
    text = "The fee is due on 4 May of the year and the rest is for us. Nach der Satzung ist es am 4. März, und das."
    assert split(text)[1] == "Nach der Satzung ist es am 4. März, und das."


def test_speech_without_punctuation_is_cut_at_some_forty_words() -> None:
    found = split("so we said that " * 100)
    assert {len(part.split()) for part in found} == {40}
    assert " ".join(found) == ("so we said that " * 100).strip()


def test_a_long_sentence_with_pauses_stays_whole() -> None:
    text = "The party shall, " + "if it be so agreed, " * 40 + "pay."
    assert split(text) == [text]


def test_fifty_megabytes_take_linear_time() -> None:
    text = ("It rained. " * 200 + "“" * 500 + "word " * 300) * 100
    started = time.perf_counter()
    sentence_spans(text)
    once = time.perf_counter() - started
    assert once < 1e-5 * len(text) + 1  # 50 MB: some eight minutes at this rate, on any input; prose takes far less


PIECES = st.sampled_from(
    [
        "Same again. ",
        "Same again. ",
        "“Who?” ",
        "Mr. X left",
        ". ",
        "\n",
        "\r\n",
        "\n\n",
        "\u00a0",
        "# Head\n",
        "- item\n",
        "é",
        "e\u0301",
        "👩‍👩‍👧",
        "3.5",
        "…",
        "’s ",
        "---\n",
        " ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_spans_are_in_order_and_leave_out_nothing_but_space_and_marks(text: str) -> None:
    covered = 0
    rest = ""
    for item in sentence_spans(text):
        assert covered <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == text[item.start : item.end].strip()
        rest += text[covered : item.start]
        covered = item.end
    rest += text[covered:]
    assert not re.sub(r"[\s\-=*_#`~|:+•‣–]", "", rest)
