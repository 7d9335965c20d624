"""What the chat holds between two events, and what it needs of an assistant.

Data only: nothing here renders, reads files or knows Gradio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.reports import DocumentInfo, IngestReport
from rag.types import Answer, Citation, Document, Event, Progress, Statement


class Assistant(Protocol):
    """The part of `rag.Assistant` that the chat calls."""

    @property
    def name(self) -> str:
        """The index's path, as text."""

    def ask(self, question: str) -> Answer:
        """The whole answer, or a refusal."""

    def stream(self, question: str) -> Iterator[Event]:
        """Evidence, then statements as they are verified, then the answer."""

    def documents(self) -> Sequence[DocumentInfo]:
        """What is in the index."""

    def document(self, doc_id: str) -> Document:
        """One document with its text."""

    def is_stale(self, citation: Citation) -> bool:
        """Whether the document has changed since the citation was made."""

    def ingest(self, paths: Sequence[str], *, progress: Progress | None = None) -> IngestReport:
        """Add files."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what is known of its answer so far.

    `stale` holds the numbers of citations whose document has changed since. `problem` is the message of a fault.
    """

    question: str
    evidence: tuple[Citation, ...] = ()
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    stopped: bool = False
    stale: frozenset[int] = frozenset()

    @property
    def working(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and not self.problem and not self.stopped

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation shown with this turn, once, in the order of its number (which counts from 1)."""
        if self.answer and self.answer.refusal:
            found = self.answer.refusal.nearest
        elif statements := self.answer.statements if self.answer else self.statements:
            found = tuple(citation for statement in statements for citation in statement.citations)
        else:
            found = self.evidence
        return tuple({place(citation): citation for citation in reversed(found)}[key] for key in _places(found))


@dataclass(frozen=True, slots=True)
class Mark:
    """A cited span of a document; `number` is that of its citation, `current` the one that was opened."""

    start: int
    end: int
    number: int
    current: bool


@dataclass(frozen=True, slots=True)
class View:
    """A window onto one document, ready to be shown: `text` is the document's text from `start` to `end`.

    `length` is that of the whole document. `citation` is what was opened, with its `turn` (from 0), its `number` and
    the 1-based `line` it begins on; `count` is how many citations that turn has. `problem` says why there is no text.
    """

    doc_id: str
    source: str
    version: str
    text: str = ""
    start: int = 0
    end: int = 0
    length: int = 0
    marks: tuple[Mark, ...] = ()
    citation: Citation | None = None
    turn: int = 0
    number: int = 0
    count: int = 0
    line: int = 0
    problem: str = ""


Turns = tuple[Turn, ...]
Place = tuple[str, str, int, int]


def place(citation: Citation) -> Place:
    """What makes two citations the same receipt: document, version and offsets."""
    return citation.doc_id, citation.version, citation.start, citation.end


def _places(citations: Sequence[Citation]) -> list[Place]:
    return list(dict.fromkeys(place(citation) for citation in citations))
