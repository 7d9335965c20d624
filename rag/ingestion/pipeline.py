"""Ingest: from files to a consistent index, in steps that can be cut off anywhere and taken up again.

For every document: catalogue `pending` → vectors kept → vector store → catalogue `ready`. Documents go in windows, so
that the encoder gets many texts at once and memory stays bounded; one is read and cut while another is embedded.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rag.errors import CitespanError, UnreadableSourceError
from rag.ingestion import embedding
from rag.ingestion.discovery import Found, absolute, lies_below, source_name
from rag.ingestion.parallel_read import OnPage, Outcome, Parsers, ReadPlan, read_files
from rag.loaders import make_document
from rag.loaders.options import LoadOptions
from rag.protocols import Encoder, VectorStore
from rag.reports import FileFailure, FilePassedOver, FileStatus, FileWarning, IngestReport
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.text.chunking import chunk_document, chunk_id
from rag.types import Chunk, Document, Progress, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

WINDOW = 256  # chunks that are embedded and written together: the most whose vectors a crash can cost

OnFailure = Callable[[FileFailure], None]
"""Called with each file that failed, as soon as it does."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who wants to know how an ingest goes.

    `progress` gets (files done, files in all), `on_failure` each file that failed as soon as it does, and `on_page`
    (source, pages done, pages in all) from the threads that read.
    """

    progress: Progress | None = None
    on_failure: OnFailure | None = None
    on_page: OnPage | None = None


_Note = Callable[[Document, Sequence[Chunk]], None]
"""Writes down a document with its chunks before their vectors are written."""


class Cluster(Parsers, Protocol):
    """Other computers that parse and embed."""

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of some texts, longest first, in their order."""


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of an index that an ingest writes to, and how it cuts and embeds.

    `keep_versions` is how many older texts of a document are kept; `file_megabytes` the largest file that is read;
    `cluster` who parses and embeds, if not this computer.
    """

    catalogue: Catalogue
    journal: Journal
    vectors: VectorStore
    encoder: Encoder
    chunk_wordpieces: int
    keep_versions: int = 0
    file_megabytes: int = 200
    cluster: Cluster | None = None

    def encode(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of some texts, longest first, in their order."""
        return self.cluster.encode(texts) if self.cluster else self.encoder.encode(texts)

    def chunks(self, document: Document) -> list[Chunk]:
        """The chunks of a document, as this index cuts them."""
        return chunk_document(document, token_spans=self.encoder.token_spans, limit=self.chunk_wordpieces)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A document with its chunks, and the file it came from."""

    document: Document
    chunks: Sequence[Chunk]
    file: SourceFile | None = None


@dataclass(slots=True)
class _Tally:
    """What an ingest has done so far, by source. `gaps` are those of the documents that the index has."""

    on_failure: OnFailure | None = None
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passed_over: Sequence[FilePassedOver] = ()
    files: list[FileStatus] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    failed: list[FileFailure] = field(default_factory=list)
    warnings: list[FileWarning] = field(default_factory=list)
    noted: list[SourceFile] = field(default_factory=list)  # files with another time or name whose text is as it was
    chunks: int = 0
    embedded: int = 0

    def fail(self, failure: FileFailure) -> None:
        """Note a file that failed, and tell who wants to know."""
        self.failed.append(failure)
        self.files.append(FileStatus(failure.source, "failed", (failure.reason,)))
        if self.on_failure:
            self.on_failure(failure)

    def read(self, source: str, gaps: tuple[str, ...]) -> None:
        """Note a file that was read, with what of it could not be."""
        self.warnings.extend(FileWarning(source, gap) for gap in gaps)
        self.files.append(FileStatus(source, "read_with_gaps" if gaps else "read", gaps))

    def keep(self, source: str) -> None:
        """Note a file that is as the index has it."""
        self.unchanged.append(source)
        self.files.append(FileStatus(source, "unchanged", self.gaps.get(source, ())))

    def report(self, removed: Iterable[str], seconds: float) -> IngestReport:
        """What was done."""
        others = self.passed_over
        return IngestReport(
            added=tuple(self.added),
            unchanged=tuple(self.unchanged),
            changed=tuple(self.changed),
            removed=tuple(sorted(removed)),
            failed=tuple(self.failed),
            chunks=self.chunks,
            embedded=self.embedded,
            seconds=seconds,
            warnings=tuple(self.warnings),
            passed_over=tuple(self.passed_over),
            files=tuple(self.files) + tuple(FileStatus(item.source, "passed_over", (item.reason,)) for item in others),
        )


def ingest(
    store: Store,
    found: Found,
    *,
    base: Path,
    gone: Sequence[str] = (),
    options: LoadOptions = LoadOptions(),  # noqa: B008  frozen
    watcher: Watcher = Watcher(),
) -> IngestReport:
    """Bring an index up to date with files; take out the documents whose ids are in `gone`.

    `base` is where source names start. A file that cannot be read is reported and the rest goes in; the version of it
    that the index holds stays.
    """
    started = time.perf_counter()
    tally = _Tally(watcher.on_failure, store.catalogue.gaps(), found.passed_over)
    plan = ReadPlan(base, _known_files(store), store.file_megabytes, options, watcher.on_page)
    for failure in found.closed.values():
        tally.fail(failure)
    removed = [store.catalogue.document(doc_id).source for doc_id in gone]
    changed = _changed(store, found.files, plan, tally, watcher.progress)
    for window, embedded in _written(store, _windows(changed, store.journal.begin)):
        tally.chunks += sum(len(item.chunks) for item in window)
        tally.embedded += embedded
        files = [item.file for item in window if item.file]
        store.journal.publish([item.document for item in window], files, keep=store.keep_versions)
    store.journal.note_files(tally.noted)
    if gone:  # after the rest, so that a file that was only renamed is still known when it is met again
        store.journal.remove(gone)
    settle(store.journal, store.vectors)
    if tally.added or tally.changed or removed:
        store.journal.forget_vectors()
    return tally.report(removed, time.perf_counter() - started)


def missing(catalogue: Catalogue, found: Found, roots: Sequence[Path], *, base: Path) -> list[str]:
    """The ids of documents that came from below `roots` and whose files are not there any more."""
    there = {source_name(path, base=base) for path in found.files}  # names: not every path can be made from one
    folders = [source_name(absolute(root), base=base) for root in roots]
    return [
        doc_id
        for doc_id, source in sorted(catalogue.sources().items())
        if source not in there and found.covers(source) and any(lies_below(source, folder) for folder in folders)
    ]


def _known_files(store: Store) -> dict[str, SourceFile]:
    """What is known of the files of the documents in an index, by source."""
    sources = set(store.catalogue.sources().values())
    return {source: file for source, file in store.catalogue.files().items() if source in sources}


def settle(journal: Journal, vectors: VectorStore) -> None:
    """Finish what was begun: take out what is pending, remove vectors that nothing refers to.

    A cut-off ingest loses no work by it: vectors once made are kept, and its documents come again with the next one.
    """
    journal.discard_pending()
    if doomed := journal.outbox():
        vectors.delete(doomed)
        journal.clear_outbox(doomed)


def rebuild(store: Store, *, progress: Progress | None = None) -> int:
    """Cut every document again and fill an empty vector store, from the catalogue alone; the number of chunks."""
    store.vectors.reset()
    total = 0
    cut = (_Cut(document, store.chunks(document)) for document in _kept(store.catalogue, progress))
    for window, _ in _written(store, _windows(cut, store.journal.replace_chunks)):
        total += sum(len(item.chunks) for item in window)
    settle(store.journal, store.vectors)
    store.journal.forget_vectors()
    return total


def _kept(catalogue: Catalogue, progress: Progress | None) -> Iterator[Document]:
    """The documents that the catalogue holds, one at a time."""
    doc_ids = sorted(catalogue.versions())
    for done, doc_id in enumerate(doc_ids, start=1):
        yield catalogue.document(doc_id)
        if progress:
            progress(done, len(doc_ids))


def _changed(
    store: Store, files: Sequence[Path], plan: ReadPlan, tally: _Tally, progress: Progress | None
) -> Iterator[_Cut]:
    """The documents that are new or not as the index has them, with their chunks; the others are only counted."""
    versions = store.catalogue.versions()
    ids = {source: doc_id for doc_id, source in store.catalogue.sources().items()}
    outcomes = read_files(files, plan, store.cluster)
    for done, outcome in enumerate(outcomes, start=1):
        if outcome.twin and store.catalogue.version_of(ids[outcome.twin]) != versions[ids[outcome.twin]]:
            # the file whose bytes these were has changed in this very ingest: read these themselves
            (outcome,) = read_files([files[done - 1]], replace(plan, known={}), store.cluster)
        try:
            if outcome.failure:
                raise UnreadableSourceError(outcome.failure)
            cut = _cut(store, outcome, versions, ids, tally)
        except UnreadableSourceError as error:
            tally.fail(FileFailure(outcome.source, str(error)))
        else:
            yield from [cut] if cut else []
        if progress:
            progress(done, len(files))


def _cut(
    store: Store, outcome: Outcome, versions: Mapping[str, str], ids: Mapping[str, str], tally: _Tally
) -> _Cut | None:
    """The document of an outcome with its chunks; None when the index has it as it is."""
    before = versions.get(ids.get(outcome.source, ""))
    if outcome.loaded:
        document = outcome.loaded.document
    elif outcome.twin:
        document = _under(store.catalogue.document(ids[outcome.twin]), outcome.source)
    if not (outcome.loaded or outcome.twin) or _is_kept(store, document, before):
        tally.keep(outcome.source)
        tally.noted.extend([outcome.file] if outcome.file else [])
        return None
    if outcome.twin:
        cut = _Cut(document, _moved(store.catalogue.chunks_of(ids[outcome.twin]), document), outcome.file)
    else:
        cut = _Cut(document, _chunks(store, document), outcome.file)
    (tally.changed if before else tally.added).append(outcome.source)
    tally.read(outcome.source, document.gaps)
    return cut


def _chunks(store: Store, document: Document) -> list[Chunk]:
    """The chunks of a document. Raises UnreadableSourceError for whatever its text does to who cuts it."""
    try:
        return store.chunks(document)
    except CitespanError:
        raise
    except Exception as error:
        raise UnreadableSourceError(
            f"{document.source} cannot be cut into passages ({type(error).__name__}: {error}). Please report it; the "
            "other files are not affected."
        ) from error


def _is_kept(store: Store, document: Document, before: str | None) -> bool:
    """Whether the index has a document as it is; where only its pages or rows have moved, they are moved there too."""
    if before != document.version:
        return False
    if store.catalogue.document(document.doc_id) != document:
        moved = [_Cut(document, store.chunks(document))]
        for _ in _written(store, _windows(moved, store.journal.replace_chunks)):
            pass
    return True


def _under(document: Document, source: str) -> Document:
    """The same text under another name."""
    return replace(document, doc_id=make_document("", source=source).doc_id, source=source)


def _moved(chunks: Iterable[Chunk], document: Document) -> list[Chunk]:
    """Chunks of a document as those of another of the same text: nothing is cut again."""
    return [
        replace(
            chunk,
            id=chunk_id(document, chunk.start, chunk.end),
            doc_id=document.doc_id,
            source=document.source,
        )
        for chunk in chunks
    ]


def _windows(documents: Iterable[_Cut], note: _Note) -> Iterator[list[_Cut]]:
    """Documents with their chunks, noted in the journal, in groups of about `WINDOW` chunks."""
    window: list[_Cut] = []
    total = 0
    for item in documents:
        note(item.document, item.chunks)
        window.append(item)
        total += len(item.chunks)
        if total >= WINDOW:
            yield window
            window, total = [], 0
    if window:
        yield window


def _written(store: Store, windows: Iterable[list[_Cut]]) -> Iterator[tuple[list[_Cut], int]]:
    """Each window once its vectors are in the vector store, with how many texts had to be embedded for it."""
    embedded = 0
    parts = embedding.write(_parts(windows), journal=store.journal, store=store.vectors, encode=store.encode)
    for window, count in parts:
        embedded += count
        if window is not None:
            yield window, embedded
            embedded = 0


def _parts(windows: Iterable[list[_Cut]]) -> Iterator[tuple[list[Chunk], list[_Cut] | None]]:
    """The chunks of each window, at most `WINDOW` at a time, the last of them with the window."""
    for window in windows:
        chunks = [chunk for item in window for chunk in item.chunks]
        starts = range(0, max(1, len(chunks)), WINDOW)
        for start in starts:
            yield chunks[start : start + WINDOW], window if start == starts[-1] else None
