"""What answers one kind of question, and the parts it works with.

A strategy is asked in the order in which `rag.wiring` registers it. One that returns None passes the question on; the
last is the fact strategy, which takes every question.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answering.builder import Asked
from rag.answering.citations import cite
from rag.answering.question_kinds import QuestionKind
from rag.protocols import Generator, Verifier
from rag.reader.multipart import MultipartReader
from rag.retrieval.retriever import Retriever
from rag.storage.catalogue import Catalogue
from rag.text.context import Contexts
from rag.types import Citation, Draft, Event, Evidence, Reading, Statement
from rag.verification.gate import settle

NEAREST = 3  # citations shown with a refusal


@dataclass(frozen=True, slots=True)
class Components:
    """The parts that every strategy may use. `threshold` is the least confidence with which the reader answers.

    With `show_doubtful`, statements whose support is in doubt are shown, marked.
    """

    catalogue: Catalogue
    retriever: Retriever
    reader: MultipartReader
    generator: Generator
    verifier: Verifier
    threshold: float
    contexts: Contexts
    show_doubtful: bool = False

    def cited(self, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
        """The citations of evidence with their context; what no longer stands in its document is left out."""
        citations = (cite(item, self.catalogue.context) for item in evidence)
        return tuple(self.contexts.completed(citation) for citation in citations if citation is not None)

    def statement(self, draft: Draft, reading: Reading, question: str = "") -> Statement:
        """A draft with its citations and its support, which is 0 when a citation does not hold.

        `question` is what the draft answers: the particulars that it names need not be in the evidence too. A row of a
        table is said in words; headers alone state nothing, so they have no support.
        """
        settled = settle(draft, reading, self.verifier, question)
        citations = self.cited(settled.draft.evidence)
        holds = len(citations) == len(settled.draft.evidence)
        quoted = settled.ruling.ground == "quoted"
        row = self.contexts.in_words(citations[0]) if quoted and len(citations) == 1 else None
        return Statement(
            text=row or draft.text,
            citations=citations,
            support=round(settled.ruling.support, 4) if holds and row != "" else 0.0,
            origin="quoted" if quoted else "written",
        )


class Strategy(Protocol):
    """Answers the questions of some kinds."""

    @property
    def kinds(self) -> frozenset[QuestionKind]:
        """The kinds of question it is asked."""

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """The events of an answer, an `AnswerDone` last; None when the question is better answered by another strategy.

        None among the events stands for a step that brought nothing to show, where the answer can be stopped. Whoever
        returns an iterator is done with deciding: it may end in a refusal, but the question is passed on no more.
        """
