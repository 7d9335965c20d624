"""The values that travel through Citespan.

Offsets everywhere are Unicode code points into a document's canonical text, half open: `text[start:end]`.
This module holds data only: it reads nothing, computes nothing and imports nothing heavy. `rag.protocols` has the
shapes of the parts that can be swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

UNVERIFIED = "[Unverified] "  # what the text of an answer begins with whose statements were not held to verification
DOUBTFUL = "[Doubtful] "  # what a statement begins with that is shown although its support is in doubt
Schema = Mapping[str, Any]
"""A JSON schema that a language model's output is held to."""
Status = Literal["answered", "partial", "refused"]
NoteKind = Literal[
    "not_stated",
    "evidence_cut",
    "context_overflow",
    "unknown_source",
    "malformed_output",
    "repetition",
    "beside_question",
    "interrupted",
    "fell_back",
    "doubtful",
    "no_source",
    "overview",
    "compared",
    "conflict",
    "language",
]
Reason = Literal["empty_index", "off_topic", "not_stated", "unsupported", "bad_question"]
PlaceKind = Literal["page", "row", "line", "time"]
BlockKind = Literal["heading", "paragraph", "list_item", "table_cell", "caption", "footnote", "code", "page_furniture"]
ContextRole = Literal["heading", "column", "row", "lead_in", "setting", "speaker", "field", "sheet"]
Origin = Literal["quoted", "written", "computed"]
Verdict = Literal["supported", "contradicted", "not_found"]
Progress = Callable[[int, int], None]
"""Called with (done, total) as work goes on."""
TokenSpans = Callable[[str], Sequence[tuple[int, int]]]
"""Text in, the (start, end) offsets of its wordpieces out, without special tokens."""


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page, row or line of a source begins in its text; numbers count from 1."""

    kind: PlaceKind
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class Box:
    """Where characters stand on a page: points from its top left corner as it is shown. Pages count from 1."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: what it is, and its span of the text.

    `level` is a heading's depth (1 to 6) or a list item's nesting (from 1). `number` is a heading's number or an item's
    or a footnote's mark, as printed. The span of a heading includes its number; that of an item begins after its mark.
    A cell lies in row `row` and column `column` of the document's table number `table`, all counted from 1; `header`
    tells that it names its column or row, `label` is the span of the text that names its column. Spreadsheets give
    the name of the `sheet` and the address of the `cell` ("B7"). `recognised` is the confidence (0..1) of the text
    recognition that read the block; None where the file holds the characters themselves.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    number: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    header: bool = False
    label: tuple[int, int] | None = None
    sheet: str = ""
    cell: str = ""
    recognised: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the span of what stands under it, its subsections included: `text[start:end]`.

    The heading itself is `text[start:heading_end]`, `title` its characters.
    """

    level: int
    number: str
    title: str
    start: int
    heading_end: int
    end: int


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page as it is shown: its number, counting from 1, and its size in points."""

    number: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageLine:
    """Characters `start` to `end` of a document that stand side by side on a page, in `box`."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Document:
    """One source text as the index keeps it. `version` is the sha256 (hex) of `text` in UTF-8.

    `places` are where its pages or rows begin, in order; none for a text of lines. `encoding` is the file's, empty for
    formats that carry their own. `layout` says where on its pages each character stands, packed by
    `rag.text.page_layout`.
    `blocks` are in order of their starts and never overlap. `gaps` say, for people, what of the file the text lacks.
    """

    doc_id: str
    source: str
    version: str
    text: str
    places: tuple[Place, ...] = field(default=(), repr=False)
    encoding: str = "utf-8"
    layout: bytes = field(default=b"", repr=False)
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    gaps: tuple[str, ...] = ()

    def outline(self) -> tuple[Section, ...]:
        """The sections of the document, in order: each runs to the next heading of its level or a higher one."""
        headings = [block for block in self.blocks if block.kind == "heading"]
        sections: list[Section] = []
        open_until = len(self.text)
        ends: dict[int, int] = {}  # by level: where the next heading of that level or a higher one begins
        for block in reversed(headings):
            end = min((start for level, start in ends.items() if level <= block.level), default=open_until)
            title = self.text[block.start : block.end]
            sections.append(Section(block.level, block.number, title, block.start, block.end, end))
            ends[block.level] = block.start
        return tuple(reversed(sections))

    def line_at(self, offset: int) -> int:
        """The number of the line a character stands on; lines count from 1 and end in LF, CR LF or CR."""
        lf, cr, both = (self.text.count(end, 0, offset) for end in ("\n", "\r", "\r\n"))
        return 1 + lf + cr - both


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What the index knows of a file: enough to tell that it has not changed.

    `size` in bytes, `modified` and `noted` (when the index looked) in nanoseconds since 1970, `hash` the sha256 (hex)
    of its bytes, `loader` the version of what read it.
    """

    source: str
    size: int
    modified: int
    hash: str = ""
    loader: str = ""
    noted: int = 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """The span of one sentence or heading in its document."""

    start: int
    end: int
    heading: bool = False


@dataclass(frozen=True, slots=True)
class ContextSpan:
    """What a passage means nothing without: a heading above it, the name of its column or row, a list's lead-in.

    Exact like a citation, and of the same version of the document: `text[start:end] == quote`.
    """

    role: ContextRole
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences: the unit of retrieval. `text == document.text[start:end]`.

    `places` are the pages or rows it touches, or the line it begins on, the first of them at or before `start`.
    `context` is what stands above it: the path of headings, from the highest, and the header of its table.
    """

    id: str
    doc_id: str
    source: str
    version: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    places: tuple[Place, ...] = ()
    context: tuple[ContextSpan, ...] = ()

    @property
    def contextual_text(self) -> str:
        """The quotes of its context that are not in it, then its text: what is embedded."""
        above = " › ".join(span.quote for span in self.context if not self.start <= span.start < self.end)
        return f"{above}\n{self.text}" if above else self.text

    def quote(self, start: int, end: int) -> str:
        """The characters of the document between two document offsets that lie within this chunk."""
        return self.text[start - self.start : end - self.start]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An id and its score; higher is better."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with its fused score."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a passage, with the reader's score for the question; higher is better.

    `context` is what the sentence means nothing without; it counts as evidence too.
    """

    chunk: Chunk
    start: int
    end: int
    score: float
    context: tuple[ContextSpan, ...] = ()

    @property
    def quote(self) -> str:
        """The sentence's exact characters."""
        return self.chunk.quote(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: sentences best first, and what it says about the question as a whole.

    `confidence` is the probability (0..1) that the passages answer the question, `on_topic` whether they are about
    what it asks. `short_answer` is the few words that answer it, for readers that mark them; `answers` are those of
    every sentence, likeliest first. Of a question in several parts, `parts` are the readings of those
    that are answered and `missing` the words of those that are not.
    """

    evidence: tuple[Evidence, ...]
    confidence: float
    on_topic: bool
    short_answer: Evidence | None = None
    parts: tuple[Reading, ...] = ()
    missing: tuple[str, ...] = ()
    answers: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement as a generator proposes it, with the evidence it names; nothing is shown before it is verified."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that people should know of how an answer came about; `count` is how often it happened."""

    kind: NoteKind
    message: str
    count: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Citation:
    """A receipt: the exact characters of one version of a document. `text[start:end] == quote`.

    Where it begins: `page` for sources that have pages, `row` for tables, `time` for recordings (seconds from the
    beginning), else `line`; all but the time count from 1. Of a
    spreadsheet, `sheet` is its name and `cell` the address. `context` are further exact spans of the same version.
    `recognised` is the confidence (0..1) of the text recognition that read it; None where the file holds the
    characters themselves. `prefix` and `suffix` are the characters just around the quote.
    """

    doc_id: str
    source: str
    version: str
    start: int
    end: int
    quote: str
    score: float
    page: int | None = None
    row: int | None = None
    line: int | None = None
    context: tuple[ContextSpan, ...] = ()
    sheet: str | None = None
    cell: str | None = None
    recognised: float | None = None
    time: int | None = None

    prefix: str = field(default="", repr=False, compare=False)
    suffix: str = field(default="", repr=False, compare=False)

    def to_web_annotation(self) -> dict[str, Any]:
        """This citation as a W3C Web Annotation SpecificResource, so that other tools can anchor it.

        Source: https://www.w3.org/TR/annotation-model/#selectors
        """
        position = {"type": "TextPositionSelector", "start": self.start, "end": self.end}
        quote = {"type": "TextQuoteSelector", "exact": self.quote, "prefix": self.prefix, "suffix": self.suffix}
        return {
            "type": "SpecificResource",
            "source": self.source,
            "state": {"type": "State", "version": f"sha256:{self.version}"},
            "selector": [position, quote],
            **({"citespan:context": _plain(self.context)} if self.context else {}),
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data: the receipt itself, without the characters around it that only help to anchor it."""
        shown = (item.name for item in fields(self) if item.name not in {"prefix", "suffix"})
        return {name: _plain(getattr(self, name)) for name in shown}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the answer says, the citations it rests on (at least one), and how well they support it (0..1).

    `origin` tells whether its words are the documents' (quoted), a generator's (written), or those of a computation
    over cells that are cited (computed).
    """

    text: str
    citations: tuple[Citation, ...]
    support: float
    origin: Origin = "quoted"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement of a text that was checked: its span in that text, the verdict, and what the verdict rests on.

    `support` (0..1) is the probability that the cited words support the statement.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    support: float
    citations: tuple[Citation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True, slots=True)
class Verification:
    """A text held against the documents, statement by statement, in the order of the text."""

    statements: tuple[CheckedStatement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; the one form for Python, the command line, HTTP and MCP."""
        return {"statements": _plain(self.statements)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer: a reason code, a sentence for people, and the nearest the sources come."""

    reason: Reason
    message: str
    nearest: tuple[Citation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"reason": self.reason, "message": self.message, "nearest": _plain(self.nearest)}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: verified statements, or a refusal.

    `confidence` (0..1) is the calibrated probability that the sources answer the question. `timings` are seconds
    by stage, the one part that differs between two runs of the same question. `standalone_question` is what was looked
    up: the question itself, or a follow-up made whole. `verified` is false when the caller asked for statements that
    failed verification too; `text` then begins with UNVERIFIED.
    """

    question: str
    status: Status
    text: str
    statements: tuple[Statement, ...]
    refusal: Refusal | None
    confidence: float
    short_answer: Citation | None
    standalone_question: str
    dropped: tuple[Statement, ...]
    generator: str
    index_version: str
    timings: dict[str, float] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    verified: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; the one form for Python, the command line, HTTP and export."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The first event of a streamed answer: what the reader would answer from, best first, and the question it reads.

    It comes before a language model is asked anything. A second one follows when a model puts a follow-up in other
    words than the rules did; it takes the place of the first.
    """

    citations: tuple[Citation, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class StatementVerified:
    """A statement that passed verification; none is announced before."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """The last event of a streamed answer: the whole answer, or the refusal."""

    answer: Answer


Event = EvidenceFound | StatementVerified | AnswerDone
