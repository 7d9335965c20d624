"""The questions about the invented organisation's documents, and whether an answer to one is right.

`dev` questions may set thresholds; `test` questions are only measured. An answer is right when it says what it must,
says nothing that it must not, and a citation touches the words that say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from eval.datasets.cases import DATA, read_rows
from rag import Answer, Citation

QUESTIONS = DATA / "workplace.jsonl"
Verdict = Literal["right", "wrongly refused", "wrong", "wrongly answered"]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a document that a citation must touch."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. Of each group in `must` one string has to be in the answer; of `gold` one quote is to be cited."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    id: str
    kind: str
    split: Literal["dev", "test"]
    question: str
    expect: Literal["answer", "refuse"]
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    gold: tuple[Quoted, ...] = ()
    history: tuple[tuple[str, str], ...] = ()


def load_questions(split: str = "all") -> tuple[Question, ...]:
    """The questions of one half, or of both. Raises CasesError when a row is malformed."""
    return tuple(one for one in read_rows(QUESTIONS, Question) if split in ("all", one.split))


def judged(question: Question, answer: Answer) -> Verdict:
    """What an answer to a question is."""
    if answer.status == "refused":
        return "right" if question.expect == "refuse" else "wrongly refused"
    if question.expect == "refuse":
        return "wrongly answered"
    says = all(any(_within(text, answer.text) for text in group) for group in question.must)
    strays = any(_within(text, answer.text) for text in question.must_not)
    citations = [citation for statement in answer.statements for citation in statement.citations]
    return "right" if says and not strays and _touched(question.gold, citations) else "wrong"


def _touched(gold: Sequence[Quoted], citations: Sequence[Citation]) -> bool:
    """Whether a citation of the same document has words of the gold, or is within them."""
    return any(
        citation.source.endswith(one.source)
        and (_within(one.quote, citation.quote) or _plain(citation.quote) in _plain(one.quote))
        for one in gold
        for citation in citations
    )


def _within(needle: str, text: str) -> bool:
    """Whether a text says something: words whole, numbers not as a part of longer ones."""
    return re.search(rf"(?<![\w.,])(?<!\d[.,]){re.escape(_plain(needle))}(?!\w)(?![.,]\d)", _plain(text)) is not None


def _plain(text: str) -> str:
    """In lower case, white space collapsed, thousands not parted."""
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", " ".join(text.split()).casefold())
