"""Ingest: from files to a consistent index, in steps that can be cut off anywhere and taken up again.

For every document: catalogue `pending` → vectors kept → vector store → catalogue `ready`. Documents go in windows, so
that the encoder gets many texts at once and memory stays bounded. A text that was ever embedded is not embedded again.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag.catalogue import Catalogue
from rag.chunking import chunk_document, text_hash
from rag.errors import UnreadableSourceError
from rag.journal import Journal
from rag.loaders import load, source_name
from rag.reports import FileFailure, IngestReport
from rag.types import Chunk, Document, Encoder, Progress, VectorStore

WINDOW = 512  # chunks that are embedded and written together
_SLICE = 128  # texts after which new vectors are on disk: the most that a crash can cost

_Note = Callable[[Document, Sequence[Chunk]], None]
"""Writes down a document with its chunks before their vectors are written."""


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of an index that an ingest writes to, and how it cuts and embeds."""

    catalogue: Catalogue
    journal: Journal
    vectors: VectorStore
    encoder: Encoder
    chunk_wordpieces: int

    def chunks(self, document: Document) -> list[Chunk]:
        """The chunks of a document, as this index cuts them."""
        return chunk_document(document, token_spans=self.encoder.token_spans, limit=self.chunk_wordpieces)


@dataclass(slots=True)
class _Tally:
    """What an ingest has done so far, by source."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    failed: list[FileFailure] = field(default_factory=list)
    chunks: int = 0
    embedded: int = 0


def ingest(
    store: Store, files: Sequence[Path], *, base: Path, gone: Sequence[str] = (), progress: Progress | None = None
) -> IngestReport:
    """Bring an index up to date with files; take out the documents whose ids are in `gone`.

    `base` is where source names start. A file that cannot be read is reported and the rest goes in; the version of it
    that the index holds stays. `progress` is called with the number of files done and of all.
    """
    started = time.perf_counter()
    tally = _Tally()
    removed = [store.catalogue.document(doc_id).source for doc_id in gone]
    if gone:
        store.journal.remove(gone)
    changed = _changed(store, files, base, tally, progress)
    for window in _windows(store, changed, store.journal.begin):
        tally.chunks += sum(len(chunks) for _, chunks in window)
        tally.embedded += _write(store, window)
        store.journal.publish([document for document, _ in window])
    settle(store.journal, store.vectors)
    if tally.added or tally.changed or removed:
        store.journal.forget_vectors()
    return IngestReport(
        added=tuple(tally.added),
        unchanged=tuple(tally.unchanged),
        changed=tuple(tally.changed),
        removed=tuple(sorted(removed)),
        failed=tuple(tally.failed),
        chunks=tally.chunks,
        embedded=tally.embedded,
        seconds=time.perf_counter() - started,
    )


def missing(catalogue: Catalogue, files: Iterable[Path], roots: Sequence[Path], *, base: Path) -> list[str]:
    """The ids of documents that came from below `roots` and are not among `files`, the files there now."""
    there = {source_name(file, base=base) for file in files}
    folders = [root.resolve() for root in roots]
    known = ((info.doc_id, info.source) for info in catalogue.documents())
    return [
        doc_id
        for doc_id, source in known
        if source not in there and any((base / source).is_relative_to(folder) for folder in folders)
    ]


def settle(journal: Journal, vectors: VectorStore) -> None:
    """Finish what was begun: take out what is pending, remove vectors that nothing refers to.

    A cut-off ingest loses no work by it: vectors once made are kept, and its documents come again with the next one.
    """
    journal.discard_pending()
    if doomed := journal.outbox():
        vectors.delete(doomed)
        journal.clear_outbox(doomed)


def rebuild(store: Store, *, progress: Progress | None = None) -> int:
    """Cut every document anew and fill an empty vector store, from the catalogue alone; the number of chunks."""
    store.vectors.reset()
    total = 0
    for window in _windows(store, _kept(store.catalogue, progress), store.journal.replace_chunks):
        total += sum(len(chunks) for _, chunks in window)
        _write(store, window)
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
    store: Store, files: Sequence[Path], base: Path, tally: _Tally, progress: Progress | None
) -> Iterator[Document]:
    """The documents that are new or not as the index has them; the others are only counted."""
    versions = store.catalogue.versions()
    for done, file in enumerate(files, start=1):
        try:
            document = load(file, base=base)
        except UnreadableSourceError as error:
            tally.failed.append(FileFailure(source=source_name(file, base=base), reason=str(error)))
        else:
            before = versions.get(document.doc_id)
            kind = tally.added if before is None else tally.changed
            if before == document.version:
                tally.unchanged.append(document.source)
            else:
                kind.append(document.source)
                yield document
        if progress:
            progress(done, len(files))


def _windows(store: Store, documents: Iterable[Document], note: _Note) -> Iterator[list[tuple[Document, list[Chunk]]]]:
    """Documents with their chunks, noted in the journal, in groups of about `WINDOW` chunks."""
    window: list[tuple[Document, list[Chunk]]] = []
    for document in documents:
        chunks = store.chunks(document)
        note(document, chunks)
        window.append((document, chunks))
        if sum(len(chunks) for _, chunks in window) >= WINDOW:
            yield window
            window = []
    if window:
        yield window


def _write(store: Store, window: Sequence[tuple[Document, Sequence[Chunk]]]) -> int:
    """Vectors of all chunks of a window to the vector store; the number of texts that had to be embedded."""
    chunks = [chunk for _, some in window for chunk in some]
    texts = {text_hash(chunk.text): chunk.text for chunk in chunks}
    known = store.journal.vectors(sorted(texts))
    new = sorted(texts.keys() - known.keys(), key=lambda hash_: (-len(texts[hash_]), hash_))
    for first in range(0, len(new), _SLICE):
        hashes = new[first : first + _SLICE]
        vectors = store.encoder.encode([texts[hash_] for hash_ in hashes])
        store.journal.keep_vectors(hashes, vectors)
        known.update(zip(hashes, vectors, strict=True))
    if chunks:
        store.vectors.upsert(chunks, np.stack([known[text_hash(chunk.text)] for chunk in chunks]))
    return len(new)
