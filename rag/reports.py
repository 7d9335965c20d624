"""What the work on an index reports back: ingest, list, check. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, by source; `embedded` counts the texts that went through the encoder."""

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[FileFailure, ...] = ()
    chunks: int = 0
    embedded: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A line of the index's list of documents. `characters` are code points."""

    doc_id: str
    source: str
    version: str
    characters: int
    chunks: int
    added: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The state of an index: what it holds, and each problem in words (none: it is sound)."""

    documents: int
    chunks: int
    vectors: int
    problems: tuple[str, ...] = ()
