"""Asks every case and keeps what came back; a question that fails is kept as unscored.

It opens no index and judges nothing: the assistant and the clock are passed in, and `eval.scoring.thresholds` holds a
run to thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.datasets import cases as casebook
from eval.datasets import retrieval_sets
from eval.datasets.cases import Case
from eval.errors import CasesError
from eval.runner.claims import Claim, Judged, Verifier, judge
from eval.scoring.metrics import Located
from eval.scoring.results import Observed, Outcome, Place, Ranking, Scored, Unscored
from eval.scoring.scorers import Documents, score
from rag import AnswerDone, Citation, Document, DocumentInfo, EvidenceFound
from rag.types import Progress

Clock = Callable[[], float]
"""Seconds since any fixed moment."""


class Passage(Protocol):
    """A retrieved chunk, of which a run wants only where it stands."""

    @property
    def chunk(self) -> Located:
        """Its place in its document."""


class Subject(Protocol):
    """What is measured: the part of `rag.Assistant` that a run uses."""

    def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterable[object]:
        """The events of an answer: the evidence, then statements, then the answer."""

    def retrieve(self, question: str, *, documents: Iterable[str] | None = None) -> Sequence[Passage]:
        """The chunks that would be read for a question, best first."""

    def documents(self) -> Sequence[DocumentInfo]:
        """What the index holds."""

    def document(self, name: str) -> Document:
        """One document with its text, by id."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A document that was asked about, and the sha256 (hex) of its text."""

    source: str
    version: str


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of what, and everything that came back. `cases` is the sha256 of the questions and their gold.

    `benchmark` is the name under which others have published figures on the same questions, if any.
    """

    name: str
    cases: str
    documents: tuple[Pinned, ...]
    outcomes: tuple[Outcome, ...]
    judged: tuple[Judged, ...]
    seconds: float
    benchmark: str = ""

    @property
    def scored(self) -> tuple[Scored, ...]:
        """The questions that were asked."""
        return tuple(one for one in self.outcomes if isinstance(one, Scored))

    @property
    def unscored(self) -> tuple[Unscored, ...]:
        """The questions that could not be asked."""
        return tuple(one for one in self.outcomes if isinstance(one, Unscored))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask and what to have judged; `name` is how reports call it.

    Where `ranked`, the cases are queries of a retrieval set: documents are retrieved for them, and nothing is asked.
    """

    name: str
    cases: tuple[Case, ...] = ()
    claims: tuple[Claim, ...] = ()
    ranked: bool = False
    benchmark: str = ""


def run(
    plan: Plan, subject: Subject, *, verifier: Verifier | None, clock: Clock, progress: Progress | None = None
) -> Run:
    """Ask every case in order, and have every claim judged if there is a verifier.

    Raises CasesError when there is nothing to run, or a gold span is not what its document says.
    """
    documents = {info.doc_id: subject.document(info.doc_id) for info in subject.documents()}
    _require_fit(plan, documents)
    started, total = clock(), len(plan.cases) + len(plan.claims)
    told = progress or (lambda done, total: None)
    outcomes: list[Outcome] = []
    for case in plan.cases:
        outcomes.append(rank(case, subject, clock) if plan.ranked else ask(case, subject, documents, clock))
        told(len(outcomes), total)
    judged: list[Judged] = []
    if verifier:
        for claim in plan.claims:
            judged.append(judge(verifier, claim, choose=lambda one: nearest(one, subject)))
            told(len(outcomes) + len(judged), total)
    return Run(
        name=plan.name,
        cases=casebook.fingerprint(plan.cases),
        documents=tuple(Pinned(one.source, one.version) for one in documents.values()),
        outcomes=tuple(outcomes),
        judged=tuple(judged),
        seconds=clock() - started,
        benchmark=plan.benchmark,
    )


def ask(case: Case, subject: Subject, documents: Documents, clock: Clock) -> Outcome:
    """Ask one question and score what comes back; whatever goes wrong in asking makes it unscored."""
    started = clock()
    try:
        observed = _observe(case, subject, started, clock)
    except Exception as error:  # any fault at all: it must fail the run without hiding how the other questions went
        return Unscored(case, f"{type(error).__name__}: {error}")
    return score(case, observed, documents)


def rank(case: Case, subject: Subject, clock: Clock) -> Outcome:
    """Retrieve the documents for one query and score their order; whatever goes wrong makes it unscored."""
    started = clock()
    try:
        found = _passages(case, subject)
    except Exception as error:  # as in `ask`
        return Unscored(case, f"{type(error).__name__}: {error}")
    return retrieval_sets.score(case, Ranking(retrieval_sets.by_document(found), clock() - started))


def nearest(claim: Claim, subject: Subject) -> list[str]:
    """The sentences of a claim's page that the assistant would show as evidence when asked about it."""
    for event in subject.stream(claim.text, documents=[claim.page]):
        if isinstance(event, EvidenceFound) and event.citations:
            return [citation.quote for citation in event.citations]
        if isinstance(event, AnswerDone):
            return [citation.quote for citation in event.answer.refusal.nearest] if event.answer.refusal else []
    return []


def _observe(case: Case, subject: Subject, started: float, clock: Clock) -> Observed:
    evidence: tuple[Citation, ...] = ()
    for event in subject.stream(case.question, documents=case.documents or None):
        if isinstance(event, EvidenceFound):
            evidence = event.citations
        if isinstance(event, AnswerDone):
            nearest = event.answer.refusal.nearest if event.answer.refusal else ()
            seconds = clock() - started
            return Observed(event.answer, evidence or nearest, seconds, _passages(case, subject))
    raise RuntimeError("the stream ended without an answer")


def _passages(case: Case, subject: Subject) -> tuple[Place, ...]:
    found = subject.retrieve(case.question, documents=case.documents or None)
    chunks = [passage.chunk for passage in found]
    return tuple(Place(chunk.source, chunk.start, chunk.end) for chunk in chunks)


def _require_fit(plan: Plan, documents: Documents) -> None:
    if not plan.cases and not plan.claims:
        raise CasesError("There are no cases to run. A run over nothing proves nothing.")
    texts = {document.source: document.text for document in documents.values()}
    for problem in casebook.misfits((span for case in plan.cases for span in case.gold_spans), texts):
        raise CasesError(
            f"The gold does not fit the index: {problem}. Correct the cases, or ingest what they are about."
        )
