"""What the chat holds between two events, and what it needs of an assistant.

Data only: nothing here renders, reads files or knows Gradio.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.reports import DocumentInfo, IngestReport, Vote
from rag.types import (
    Answer,
    Box,
    Citation,
    Document,
    Event,
    PageLine,
    PageSize,
    Progress,
    Statement,
)


class FeedbackLog(Protocol):
    """Keeps what people think of answers."""

    def keep(self, answer: Answer, vote: Vote, *, comment: str = "", id_: str | None = None) -> str:
        """Keep a vote, in the place of the one of that id; its id."""

    def withdraw(self, id_: str) -> None:
        """Forget a vote."""


class Assistant(Protocol):
    """The part of `rag.Assistant` that the chat calls."""

    @property
    def name(self) -> str:
        """The index's path, as text."""

    def ask(self, question: str) -> Answer:
        """The whole answer, or a refusal."""

    def stream(self, question: str, *, history: Sequence[Answer] = ()) -> Iterator[Event]:
        """Evidence, then statements as they are verified, then the answer; `history` has the earlier ones."""

    def documents(self) -> Sequence[DocumentInfo]:
        """What is in the index."""

    def document(self, doc_id: str) -> Document:
        """One document with its text."""

    def pages(self, name: str) -> Sequence[PageSize]:
        """The pages of a document; none for a source without pages."""

    def page_picture(self, name: str, page: int, *, width: int) -> bytes:
        """A page as a WebP picture."""

    def page_lines(self, name: str, page: int) -> Sequence[PageLine]:
        """The lines of text on a page."""

    def boxes(self, citation: Citation) -> Sequence[Box]:
        """Where the cited words stand on their pages."""

    def is_stale(self, citation: Citation) -> bool:
        """Whether the document has changed since the citation was made."""

    def ingest(self, paths: Sequence[str], *, progress: Progress | None = None) -> IngestReport:
        """Add files."""

    def remove(self, patterns: Sequence[str]) -> Sequence[str]:
        """Take documents out, by id; their sources."""

    @property
    def feedback(self) -> FeedbackLog:
        """Where votes on answers are kept."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what is known of its answer so far.

    `stale` holds the numbers of citations whose document has changed since. `problem` is the message of a fault.
    `feedback` is the id under which the vote is kept, `thanked` whether a comment came with it.
    """

    question: str
    evidence: tuple[Citation, ...] = ()
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    stopped: bool = False
    stale: frozenset[int] = frozenset()
    vote: Vote | None = None
    feedback: str = ""
    thanked: bool = False

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
class PageView:
    """A page of a document as it looks: the picture (WebP), what is marked on it, and the words that can be selected.

    `count` is how many pages the document has. `problem` says why there is no picture.
    """

    size: PageSize
    count: int
    picture: bytes = b""
    marks: tuple[tuple[Box, Mark], ...] = ()
    lines: tuple[tuple[Box, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A window onto one document, ready to be shown: `text` is the document's text from `start` to `end`.

    `length` is that of the whole document. `citation` is what was opened, with its `turn` (from 0), its `number` and
    the 1-based `line` it begins on; `count` is how many citations that turn has. `problem` says why there is no text.
    `page` is the page that is shown in place of the text, `pages` how many there are.
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
    page: PageView | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into the index; `reason` says why it failed, or what of it could not be read."""

    name: str
    state: Literal["waiting", "reading", "added", "updated", "unchanged", "failed"] = "waiting"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as the browser keeps it: `packed` is its turns as JSON, zlib and base64."""

    id: str
    title: str
    questions: int
    packed: str


Shelf = tuple[Kept, ...]
"""The conversations of one browser, the one used last first."""
Turns = tuple[Turn, ...]
Place = tuple[str, str, int, int]


def place(citation: Citation) -> Place:
    """What makes two citations the same receipt: document, version and offsets."""
    return citation.doc_id, citation.version, citation.start, citation.end


def _places(citations: Sequence[Citation]) -> list[Place]:
    return list(dict.fromkeys(place(citation) for citation in citations))
