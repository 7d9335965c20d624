"""Conversations to take away: whole, with their receipts, and with nothing in them that a renderer would obey."""

import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from rag.types import Refusal, Statement
from tests.fakes.chat import answered, document, quoted, refused
from tests.test_markup import ATTACKS, Reading
from ui.conversations.export import file_name, to_json, to_markdown
from ui.types import Turn

NOTES = document("folder/notes.txt", "The bridge is 40 metres long.\nIt was built in 1911.\n")
LENGTH = quoted(NOTES, "The bridge is 40 metres long.")
BUILT = quoted(NOTES, "It was built in 1911.")
SAID = answered(
    "How long?", Statement(LENGTH.quote, (LENGTH,), 0.97), Statement("Built in 1911.", (BUILT, LENGTH), 0.8)
)
REFUSED = refused("Who?", Refusal("not_stated", "It does not say.", (BUILT,)))
TURNS = (Turn("How long?", answer=SAID), Turn("Who?", answer=REFUSED), Turn("Why?", stopped=True))

MARKDOWN = f"""# Bridges

## How long?

The bridge is 40 metres long.[^1]

Built in 1911.[^2][^1]

*Confidence 91%, support 80%*

## Who?

**The documents do not say.** It does not say.

- “It was built in 1911.”[^2]

*Confidence 4%*

## Why?

*Stopped.*

[^1]: folder/notes.txt, characters 0–29, version sha256 {NOTES.version}: “The bridge is 40 metres long.”

[^2]: folder/notes.txt, characters 30–51, version sha256 {NOTES.version}: “It was built in 1911.”
"""


def test_markdown_has_every_statement_with_its_footnotes() -> None:
    assert to_markdown("Bridges", TURNS) == MARKDOWN


def test_json_holds_each_answer_whole() -> None:
    exported = json.loads(to_json("Bridges", TURNS))
    assert exported == {
        "title": "Bridges",
        "turns": [
            {"question": "How long?", "answer": json.loads(json.dumps(SAID.to_dict())), "vote": None},
            {"question": "Who?", "answer": json.loads(json.dumps(REFUSED.to_dict())), "vote": None},
            {"question": "Why?", "problem": "stopped"},
        ],
    }


def test_a_rewritten_question_and_a_page_are_told() -> None:
    paged = replace(LENGTH, page=3)
    answer = answered("How long?", Statement("Long.", (paged,), 1.0), standalone_question="How long is the bridge?")
    written = to_markdown("Bridges", (Turn("How long?", answer=answer),))
    assert "*Understood as: How long is the bridge?*" in written
    assert "[^1]: folder/notes.txt, page 3, characters 0–29" in written


WRITTEN = [
    "# no heading", "- no list", "+ no list", "1. no list", "12) no list", "*no* __emphasis__ ~~none~~", "`no code`",
    "[no](https://example.org) link", "![no](x.png) picture", "<https://example.org>", "a | b", "&amp; stays", "= x",
    "https://example.org", "a\\*b", "[^1]: no footnote", "> no quotation",
]  # fmt: skip


@pytest.mark.parametrize("words", [*ATTACKS, *WRITTEN])
def test_text_of_others_is_shown_by_a_renderer_and_not_obeyed(words: str) -> None:
    evil = document(words, f"{words} and more")
    cited = quoted(evil, words)
    turns = (
        Turn(words, answer=answered(words, Statement(words, (cited,), 1.0))),
        Turn(words, answer=refused(words, Refusal("not_stated", words, (cited,)))),
        Turn(words, problem=words),
    )
    rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(to_markdown(words, turns))
    elements = Reading(rendered).elements
    assert {name for name, _ in elements} <= {"h1", "h2", "p", "ul", "li", "em", "strong"}
    assert not any(attributes for _, attributes in elements)
    shown = re.sub(r"\[[A-Z]{3}\]", "", Reading(rendered).text)
    assert shown.count(re.sub("[\u202e]", "", words)) >= 7


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How long is it?", "how-long-is-it.md"),
        ("../../etc", "etc.md"),
        ("Où ? 长城", "où-长城.md"),
        ("…", "conversation.md"),
    ],
)
def test_a_file_is_named_by_letters_and_digits(title: str, name: str) -> None:
    assert file_name(title, "md") == name
