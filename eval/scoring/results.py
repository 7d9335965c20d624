"""What became of a question: what the system did with it, and the scores of that, or the fault that kept it from any.

A question that could not be asked is `Unscored`, which is not a score of zero: it counts neither as right nor as wrong,
and it fails the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from eval.datasets.cases import Case
from rag import Answer, Citation


@dataclass(frozen=True, slots=True)
class Place:
    """Where a retrieved passage stands in its source: code points, half open."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What the system did with one question: the passages it read, its evidence, its answer, the seconds that took.

    Passages and evidence are best first. Where a refusal came without evidence, it is the nearest that it shows.
    """

    answer: Answer
    evidence: tuple[Citation, ...]
    seconds: float
    passages: tuple[Place, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of every statement, in order."""
        return tuple(citation for statement in self.answer.statements for citation in statement.citations)

    @property
    def receipts(self) -> tuple[Citation, ...]:
        """Everything shown with offsets: citations, evidence, the nearest to a refusal, and the short answer."""
        nearest = self.answer.refusal.nearest if self.answer.refusal else ()
        short = (self.answer.short_answer,) if self.answer.short_answer else ()
        return (*self.citations, *self.evidence, *nearest, *short)

    @property
    def said(self) -> str:
        """The answer's text; nothing for a refusal."""
        return "" if self.refused else self.answer.text

    @property
    def short(self) -> str:
        """The few words that answer, where the system marks them, else all it said; nothing for a refusal."""
        return self.answer.short_answer.quote if self.answer.short_answer and not self.refused else self.said

    @property
    def refused(self) -> bool:
        """Whether no answer was given."""
        return self.answer.status == "refused"


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was retrieved for one query of a retrieval set, which asks for no answer: a place a document, best first."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    passages: tuple[Place, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Score:
    """One metric of one question, 0..1, and why."""

    metric: str
    value: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A question that was asked, and its scores."""

    case: Case
    observed: Observed | Ranking
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Unscored:
    """A question that could not be asked, and what happened instead."""

    case: Case
    error: str


Outcome = Scored | Unscored
