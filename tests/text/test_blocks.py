"""Blocks of plain text: headings, paragraphs and items, exact and complete."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.blocks import check_blocks, plain_blocks
from rag.types import Block


def split(text: str) -> list[tuple[str, str]]:
    return [(item.kind, text[item.start : item.end]) for item in plain_blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\r\n\u00a0", []),
        ("# Setup\nRun it.", [("heading", "Setup"), ("paragraph", "Run it.")]),
        ("Setup\n=====\nRun it.", [("heading", "Setup"), ("paragraph", "Run it.")]),
        ("A heading\n\nThe text goes on.", [("heading", "A heading"), ("paragraph", "The text goes on.")]),
        ("- one\n- two", [("list_item", "one"), ("list_item", "two")]),
        ("1. one\r\n2. two", [("list_item", "1. one"), ("list_item", "2. two")]),
        ("It was a dark\nand stormy night.", [("paragraph", "It was a dark\nand stormy night.")]),
        (
            "Dear John and dear Ann,\nthe war is over.\nYours",
            [("paragraph", "Dear John and dear Ann,\nthe war is over."), ("paragraph", "Yours")],
        ),
    ],
)
def test_plain_text_has_the_blocks_that_people_see(text: str, expected: list[tuple[str, str]]) -> None:
    assert split(text) == expected


def test_levels_and_marks_are_as_typed() -> None:
    found = plain_blocks("## Setup\n\n* one\n\n(a) two")
    assert [(item.level, item.number) for item in found] == [(2, ""), (1, "*"), (1, "(a)")]


@pytest.mark.parametrize(
    "blocks",
    [
        [Block("paragraph", 0, 0)],
        [Block("paragraph", 0, 9)],
        [Block("paragraph", 2, 4), Block("paragraph", 0, 2)],
        [Block("paragraph", 0, 3), Block("paragraph", 2, 4)],
        [Block("table_cell", 0, 3, label=(3, 3))],
    ],
)
def test_blocks_that_do_not_fit_their_text_are_refused(blocks: list[Block]) -> None:
    with pytest.raises(ValueError, match="in 5 characters"):
        check_blocks("abcde", blocks)


PIECES = st.sampled_from(
    ["One. ", "\n", "\r\n", "\n\n", "\u00a0", "# Head\n", "- item\n", "1. it\n", "é", "---\n", " "]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_blocks_leave_out_nothing_but_space_and_marks(text: str) -> None:
    found = plain_blocks(text)
    check_blocks(text, found)
    ends = [0, *(item.end for item in found)]
    rest = "".join(text[end : item.start] for end, item in zip(ends, found, strict=False)) + text[ends[-1] :]
    assert not re.sub(r"[\s\-=*_#`~|:+•‣–]", "", rest)
    assert all(text[item.start : item.end] == text[item.start : item.end].strip() for item in found)
