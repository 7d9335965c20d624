"""A run over the invented organisation's documents, and the thresholds it is held to, by kind of question.

Three figures are promises: every span exact, every statement cited, and no heading lost from a citation's context.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.errors import EvalError
from eval.workplace.questions import Question, Verdict, judged
from rag import Answer, Citation, Document
from rag.types import Progress

THRESHOLDS = Path(__file__).parents[1] / "thresholds-workplace.toml"


class Subject(Protocol):
    """What is measured: the part of `rag.Assistant` that a run uses."""

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """The answer to a question."""

    def document(self, name: str) -> Document:
        """One document with its text and blocks, by id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what came back, and whether that is right."""

    question: Question
    answer: Answer
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Figure:
    """A share (0..1) of `n`, by its name, and the least that it may be; None for one that is only shown."""

    name: str
    value: float
    n: int
    least: float | None

    @property
    def holds(self) -> bool:
        """Whether it is no less than it may be."""
        return self.least is None or self.value >= self.least


def ask_all(questions: Iterable[Question], subject: Subject, progress: Progress | None = None) -> list[Asked]:
    """Every question asked in order."""
    asked, wanted = [], list(questions)
    for done, question in enumerate(wanted, start=1):
        answer = subject.ask(question.question, history=list(question.history))
        asked.append(Asked(question, answer, judged(question, answer)))
        if progress:
            progress(done, len(wanted))
    return asked


def figures(asked: Sequence[Asked], subject: Subject, least: Mapping[str, float]) -> list[Figure]:
    """The share of right answers by kind, and the promises. Raises EvalError for a threshold that nothing measures."""
    kinds = sorted({one.question.kind for one in asked})
    found = [_share(kind, [one.verdict == "right" for one in asked if one.question.kind == kind]) for kind in kinds]
    found.append(_share("all", [one.verdict == "right" for one in asked]))
    refusals = [one.verdict == "right" for one in asked if one.question.expect == "refuse"]
    found += [_share("refused_rightly", refusals), *_promises(asked, subject)]
    if unmeasured := sorted(set(least) - {name for name, _, _ in found}):
        raise EvalError(
            f"Nothing measures the threshold {unmeasured[0]!r}. Ask questions of that kind, or take it out."
        )
    return [Figure(name, value, n, least.get(name)) for name, value, n in found if n]


def load_least(path: Path = THRESHOLDS) -> dict[str, float]:
    """The thresholds of a file: the least share, by name."""
    return dict(tomllib.loads(path.read_text(encoding="utf-8"))["min"])


def _promises(asked: Sequence[Asked], subject: Subject) -> Iterator[tuple[str, float, int]]:
    statements = [statement for one in asked for statement in one.answer.statements]
    citations = list(_citations(asked))
    documents = {citation.doc_id: subject.document(citation.doc_id) for citation in citations}
    yield _share("statements_cited", [bool(statement.citations) for statement in statements])
    yield _share("span_validity", [_exact(citation, documents[citation.doc_id]) for citation in citations])
    under = [citation for citation in citations if _has_heading(citation, documents[citation.doc_id])]
    yield _share("heading_context", [any(span.role == "heading" for span in one.context) for one in under])


def _citations(asked: Sequence[Asked]) -> Iterator[Citation]:
    for one in asked:
        for statement in one.answer.statements:
            yield from statement.citations
        yield from one.answer.refusal.nearest if one.answer.refusal else ()


def _exact(citation: Citation, document: Document) -> bool:
    """Whether the quote and all of its context stand where they say."""
    spans: list[tuple[int, int, str]] = [(citation.start, citation.end, citation.quote)]
    spans += [(span.start, span.end, span.quote) for span in citation.context]
    return all(document.text[start:end] == quote for start, end, quote in spans)


def _has_heading(citation: Citation, document: Document) -> bool:
    """Whether a heading stands above what is cited, and the citation is none itself."""
    headings = [block for block in document.blocks if block.kind == "heading"]
    inside = any(block.start <= citation.start < block.end for block in headings)
    return not inside and any(block.end <= citation.start for block in headings)


def _share(name: str, held: Sequence[bool]) -> tuple[str, float, int]:
    return name, sum(held) / len(held) if held else 0.0, len(held)
