"""A statement made from a sentence, and the small changes of text that every maker of them needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

# What limits a statement, so that leaving a part out or exchanging parts may turn it.
NEGATIONS = re.compile(
    r"\b(no|not|never|none|neither|nor|only|without|unless|few|little|hardly|rarely|n't|any|all|every|each|most|least|"
    r"if|except)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Perturbed:
    """A statement, whether its sentence supports or contradicts it (None: may be either), and how it was made."""

    text: str
    supported: bool
    contradicted: bool | None
    kind: str


def subtree(token: Token) -> Span:
    """The words that hang on a token, and itself."""
    return token.doc[token.left_edge.i : token.right_edge.i + 1]


def inside(phrase: Span) -> str:
    """A phrase's text within a sentence: its first letter small unless it is a name's."""
    name = phrase[0].pos_ == "PROPN" or phrase[0].ent_type_ or phrase[0].text == "I" or phrase[0].text.isupper()
    return str(phrase.text) if name else phrase.text[:1].lower() + phrase.text[1:]


def upper_first(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def finished(text: str) -> str:
    """A sentence: spaces and marks in order, a capital, a full stop."""
    text = re.sub(r"\s+([,.;:!?%)])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,;:-")
    text = re.sub(r"[,;:]+(?=[,.])", "", text)
    return upper_first(text) + ("" if text.endswith((".", "!", "?")) else ".")


def replaced(sentence: Span, old: Sequence[Span], new: Sequence[str]) -> str:
    """The sentence as text, with each of the spans replaced."""
    pieces, position = [], sentence.start_char
    for span, text in sorted(zip(old, new, strict=True), key=lambda pair: pair[0].start_char):
        pieces += [sentence.doc.text[position : span.start_char], text]
        position = span.end_char
    return "".join([*pieces, sentence.doc.text[position : sentence.end_char]])


def left_out(sentence: Span, parts: Sequence[Span]) -> str:
    """The sentence without some parts."""
    return finished(replaced(sentence, parts, [""] * len(parts)))
