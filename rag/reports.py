"""What the work on an index reports back: ingest, list, check, feedback. Values only."""

from dataclasses import dataclass
from typing import Any, Literal

Vote = Literal["up", "down"]
ReadStatus = Literal["read", "read_with_gaps", "unchanged", "failed", "passed_over"]


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileWarning:
    """What of a file could not be read, though the rest went in."""

    source: str
    message: str


@dataclass(frozen=True, slots=True)
class FilePassedOver:
    """A file that was not read because of what it is, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What became of a file; `gaps` is what of it could not be read, in words for people."""

    source: str
    status: ReadStatus
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, by source; `embedded` counts the texts that went through the encoder.

    `files` is the status of every file that was met, `passed_over` those that were not read.
    """

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[FileFailure, ...] = ()
    chunks: int = 0
    embedded: int = 0
    seconds: float = 0.0
    warnings: tuple[FileWarning, ...] = ()
    passed_over: tuple[FilePassedOver, ...] = ()
    files: tuple[FileStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A line of the index's list of documents. `characters` are code points; `encoding` is the file's.

    `gaps` say what of the file is not in the text, `language` is an ISO 639-1 code, `pages` 0 for a file without any.
    """

    doc_id: str
    source: str
    version: str
    characters: int
    chunks: int
    added: str
    encoding: str = "utf-8"
    language: str = ""
    tables: int = 0
    pages: int = 0
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeStats:
    """The documents whose sources end in `suffix`."""

    suffix: str
    documents: int
    characters: int
    chunks: int


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What an index is made of.

    `chunk_lengths` are (from, to, chunks), lengths in characters, `to` not included; `growth` is (day, documents by
    then). `catalogue_bytes` and `vector_bytes` are what the catalogue and Chroma take on the disk.
    """

    documents: int
    characters: int
    chunks: int
    types: tuple[TypeStats, ...]
    chunk_lengths: tuple[tuple[int, int, int], ...]
    growth: tuple[tuple[str, int], ...]
    catalogue_bytes: int
    vector_bytes: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The state of an index: what it holds, and each problem in words (none: it is sound)."""

    documents: int
    chunks: int
    vectors: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer, and when (ISO 8601, UTC); `answer` is its plain JSON data."""

    id: str
    time: str
    vote: Vote
    question: str
    answer: dict[str, Any]
    comment: str
