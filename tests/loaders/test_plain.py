"""Markdown and plain text: the canonical text is the file's own, the blocks are what its marks and lines say."""

from pathlib import Path

import pytest

from rag.loaders import load
from rag.types import Document


def read(text: str, name: str) -> Document:
    document = load(Path(name), text.encode(), source=name).document
    assert document.text == text
    return document


def described(text: str, name: str = "a.md") -> list[tuple[str, int, str, str]]:
    """(kind, level, number, text) of each block."""
    document = read(text, name)
    return [(item.kind, item.level, item.number, text[item.start : item.end]) for item in document.blocks]


def labelled(text: str, name: str = "a.md") -> list[tuple[str, str]]:
    """The label and the text of each block that has a label."""
    return [(text[slice(*b.label)], text[b.start : b.end]) for b in read(text, name).blocks if b.label]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_belong_to_no_block(end: str) -> None:
    lines = [
        "# 2.1 Joining #",
        "",
        "> Quoted text.",
        "",
        "1. First",
        "   - inner",
        "2) Other",
        "",
        "Head",
        "====",
        "",
        "    x = 1",
    ]
    assert described(end.join(lines)) == [
        ("heading", 1, "2.1", "2.1 Joining"),
        ("paragraph", 0, "", "Quoted text."),
        ("list_item", 1, "1.", "First"),
        ("list_item", 2, "-", "inner"),
        ("list_item", 1, "2)", "Other"),
        ("heading", 1, "", "Head"),
        ("code", 0, "", "x = 1"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- `PORT`\n  The port. Defaults to `7`.\n- `USER`\n  The name. Defaults to `ann`.\n",
        "- `PORT`\n\n  The port. Defaults to `7`.\n\n- `USER`\n\n  The name. Defaults to `ann`.\n",
        "* **PORT**:\n  The port. Defaults to `7`.\n* **USER**:\n  The name. Defaults to `ann`.\n",
        "1. `PORT` (number)\n   The port. Defaults to `7`.\n2. `USER` (text)\n   The name. Defaults to `ann`.\n",
    ],
)
def test_what_explains_a_setting_has_its_name_as_label(text: str) -> None:
    found = labelled(text)
    assert [body for _, body in found] == ["The port. Defaults to `7`.", "The name. Defaults to `ann`."]
    assert [name.strip("`*:").split("`")[0] for name, _ in found] == ["PORT", "USER"]


def test_a_term_at_the_beginning_of_an_item_is_its_label() -> None:
    assert labelled("- `PORT`: the port. Defaults to `7`.\n- no term\n") == [
        ("`PORT`", "`PORT`: the port. Defaults to `7`.")
    ]


def test_a_table_is_cells_with_their_headers() -> None:
    text = "| Name | Age \\| y |\n|---|:-:|\n| Ann | `a\\|b` |\n|| 3 |\n"
    assert labelled(text) == [("Name", "Ann"), ("Age \\| y", "`a\\|b`"), ("Age \\| y", "3")]


def test_front_matter_is_fields() -> None:
    text = "---\ntitle: The clock\ndraft: no\n---\n\n# Clock\n"
    assert labelled(text) == [("title", "The clock"), ("draft", "no")]
    assert described(text)[-1][0] == "heading"


def test_code_notes_comments_and_badges_are_told_apart() -> None:
    text = "[![b](x)](y)\n\n```py\nx = 1\n```\n\nSold.[^1]\n\n[^1]: The deed says so.\n\n<!-- not shown -->\n"
    assert described(text) == [
        ("page_furniture", 0, "", "[![b](x)](y)"),
        ("code", 0, "", "x = 1"),
        ("paragraph", 0, "", "Sold.[^1]"),
        ("footnote", 0, "1", "The deed says so."),
        ("page_furniture", 0, "", "<!-- not shown -->"),
    ]


def test_numbered_lines_by_themselves_are_headings_of_a_plain_text() -> None:
    fees = "1. Fees\n\nThe fee is nine crowns.\n\n1.1 Late fees\n\nThey are two crowns."
    text = f"{fees}\n\n1. a coat\n2. a lamp\n\nThat is all.\n"
    assert [(kind, level, number) for kind, level, number, _ in described(text, "a.txt")] == [
        ("heading", 1, "1."),
        ("paragraph", 0, ""),
        ("heading", 2, "1.1"),
        ("paragraph", 0, ""),
        ("list_item", 1, "1."),
        ("list_item", 1, "2."),
        ("paragraph", 0, ""),
    ]


def test_turns_of_speakers_have_the_speaker_as_label() -> None:
    first = "MS. BRANDT: Where were you?\nMR. HOLM: At sea, with my\nbrother."
    text = f"{first}\nMS. BRANDT: And then?\nMR. HOLM: Nothing. I slept.\n"
    assert labelled(text, "a.txt") == [
        ("MS. BRANDT", "Where were you?"),
        ("MR. HOLM", "At sea, with my\nbrother."),
        ("MS. BRANDT", "And then?"),
        ("MR. HOLM", "Nothing. I slept."),
    ]


def test_a_colon_makes_no_transcript() -> None:
    assert labelled("Note: bring a coat.\nPrice: nine crowns.\n\nNote: it rains.\n", "a.txt") == []
