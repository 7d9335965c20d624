"""Sentence spans: exact, complete, and right where news text breaks Punkt."""

import re

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
