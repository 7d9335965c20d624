"""One index on disk: its catalogue and its vectors kept in step, by one writer at a time.

It knows what the index was made with and refuses to mix. It answers no questions.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    NoIndexError,
    SourceNotFoundError,
    VectorServerError,
)
from rag.ingestion import pipeline
from rag.ingestion.discovery import absolute, bytes_hash, find_files, nothing_to_read, source_name
from rag.ingestion.pipeline import Cluster, Store, Watcher
from rag.loaders.options import LoadOptions
from rag.protocols import Encoder, VectorStore
from rag.reports import CheckReport, IngestReport
from rag.storage import backup, schema
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.storage.integrity import check
from rag.storage.labels.metadata import set_metadata
from rag.storage.labels.restricted import RestrictedCatalogue, label_paths
from rag.storage.lock import writer_lock
from rag.text import chunking
from rag.types import Document, Progress

_AGAIN = "Ingest it again, or look at its text."


@dataclass(slots=True)
class Index:
    """The parts of an index in `folder`; sources are named by their path below `base`. Threads may share it.

    `vectors` is where its vectors are, `wanted` where the settings want those of an index that is made or rebuilt.
    """

    folder: Path
    base: Path
    chunk_wordpieces: int
    catalogue: Catalogue
    journal: Journal
    vectors: VectorStore
    unchecked_encoder: Encoder
    keep_versions: int = 0
    file_megabytes: int = 200
    wanted: VectorStore | None = None
    _seen: int = field(default=-1)  # the generation that the vector store was opened at

    @property
    def encoder(self) -> Encoder:
        """The encoder, once it is sure that the index was made with it. Raises IndexMismatchError."""
        made_with = self.catalogue.meta("fingerprint")
        if self.catalogue.meta("rebuilding"):
            raise IndexMismatchError(f"A rebuild of {self.folder} was cut off. Run `rag rebuild` to finish it.")
        if made_with and made_with != self.fingerprint:
            raise IndexMismatchError(
                f"{self.folder} was made with other settings than the present ones:\n"
                f"  then: {made_with}\n  now:  {self.fingerprint}\n"
                "Run `rag rebuild` to bring it up to date, or go back to the settings it was made with."
            )
        return self.unchecked_encoder

    @property
    def fingerprint(self) -> str:
        """How an index made now would be cut and embedded."""
        encoder, size = self.unchecked_encoder.fingerprint, self.chunk_wordpieces
        return f"tables {schema.SCHEMA_VERSION}, chunks {chunking.VERSION} of {size} wordpieces, encoder {encoder}"

    def ingest(
        self,
        roots: Sequence[Path],
        *,
        sync: bool,
        options: LoadOptions,
        watcher: Watcher,
        wait: float,
        keep_versions: int | None = None,
        cluster: Cluster | None = None,
    ) -> IngestReport:
        """Bring the index up to date with files and folders; see `Assistant.ingest`."""
        keep = self.keep_versions if keep_versions is None else keep_versions
        base = absolute(self.base)
        with writer_lock(self.folder, wait=wait):
            found = find_files(roots, base=base)
            gone = pipeline.missing(self.catalogue, found, roots, base=base) if sync else []
            if not (found.files or found.closed or gone):
                raise nothing_to_read(roots, found)
            self._claim()
            store = replace(self._store, keep_versions=keep, cluster=cluster)
            return pipeline.ingest(store, found, base=base, gone=gone, options=options, watcher=watcher)

    def label(self, paths: Iterable[Path], labels: Iterable[str]) -> None:
        """Give labels to what is, or will be, at or below some paths; see `Assistant.ingest`."""
        base = absolute(self.base)
        label_paths(self.catalogue.database, [source_name(absolute(path), base=base) for path in paths], [*labels])

    def describe(self, paths: Iterable[Path], items: Mapping[str, str]) -> None:
        """Say something of what is, or will be, at or below some paths; see `Assistant.describe`."""
        base = absolute(self.base)
        set_metadata(self.catalogue.database, [source_name(absolute(path), base=base) for path in paths], items)

    def restricted(self, labels: frozenset[str]) -> "Index":
        """This index without the documents that have a label which is not among `labels`; for reading only."""
        return replace(self, catalogue=RestrictedCatalogue(self.catalogue.database.path, labels))

    def remove(self, patterns: Iterable[str]) -> list[str]:
        """Take documents out; see `Assistant.remove`."""
        with writer_lock(self.folder):
            doc_ids = self.matches(patterns)
            sources = [self.catalogue.document(doc_id).source for doc_id in doc_ids]
            self.journal.remove(doc_ids)
            pipeline.settle(self.journal, self.vectors)
            self.journal.forget_vectors()
        return sources

    def backup(self, target: Path) -> None:
        """Write the index to a file; see `Assistant.backup`."""
        if self.catalogue.meta("fingerprint") is None:
            raise NoIndexError(f"There is nothing in {self.folder} to back up. Run `rag ingest PATH` first.")
        backup.backup(self.catalogue, target)

    def restore(self, file: Path) -> None:
        """Make the index what a backup says; see `Assistant.restore`."""
        with writer_lock(self.folder):
            self._settle_place()
            backup.restore(self.catalogue, self.journal, self.vectors, file)
            pipeline.settle(self.journal, self.vectors)

    def check(self, *, apart: bool) -> CheckReport:
        """Whether the index is sound; see `Assistant.check`."""
        with writer_lock(self.folder):
            fault = self.vectors.probe() if apart else None
            if fault is None:
                try:
                    pipeline.settle(self.journal, self.vectors)
                except IndexDamagedError as error:
                    fault = str(error)
            self.vectors.close()
            return check(self.catalogue, self.journal, self.vectors, fault=fault)

    def rebuild(self, *, progress: Progress | None) -> int:
        """Make chunks and vectors again; see `Assistant.rebuild`."""
        with writer_lock(self.folder):
            self._move()
            self.journal.set_meta({"rebuilding": self.fingerprint})
            self._keep_vectors_of_this_encoder()
            total = pipeline.rebuild(self._store, progress=progress)
            self.journal.set_meta({"fingerprint": self.fingerprint, "rebuilding": ""})
            return total

    def settle(self) -> None:
        """Finish what an interrupted run left, unless somebody is writing now: that is no crash.

        Damaged vectors are left for `check` to tell and `rebuild` to restore, those on a server that is down for later.
        """
        if self.journal.has_unfinished():
            with suppress(IndexLockedError, IndexDamagedError, VectorServerError), writer_lock(self.folder):
                pipeline.settle(self.journal, self.vectors)

    def catch_up(self) -> None:
        """See what has been written since the last call, by whichever process. Raises IndexDamagedError."""
        generation = self.catalogue.generation()
        if generation == self._seen:
            return
        self.vectors.refresh()
        if self.vectors.count() < self.catalogue.count():
            raise IndexDamagedError(f"{self.folder} has lost vectors. Run `rag rebuild` to restore them.")
        self._seen = generation

    def original(self, document: Document) -> Path:
        """The file that a document was read from, while it is what was read.

        Raises SourceNotFoundError when it has gone or changed since.
        """
        path = absolute(self.base) / document.source
        known = self.catalogue.files().get(document.source)
        try:
            if known and known.hash and bytes_hash(path.read_bytes()) == known.hash:
                return path
        except OSError as error:
            raise SourceNotFoundError(f"{document.source} cannot be opened ({error.strerror}). {_AGAIN}") from error
        raise SourceNotFoundError(f"{document.source} has changed since it was read. {_AGAIN}")

    def matches(self, patterns: Iterable[str]) -> list[str]:
        """The ids of the documents that patterns name. Raises DocumentNotFoundError when one names none."""
        return list(dict.fromkeys(doc_id for pattern in patterns for doc_id in self.catalogue.match(pattern)))

    def close(self) -> None:
        """Let go of files."""
        self.vectors.close()
        self.catalogue.close()

    @property
    def _store(self) -> Store:
        return Store(
            catalogue=self.catalogue,
            journal=self.journal,
            vectors=self.vectors,
            encoder=self.unchecked_encoder,
            chunk_wordpieces=self.chunk_wordpieces,
            file_megabytes=self.file_megabytes,
        )

    def _claim(self) -> None:
        """Note what an index that is still empty is made with; make sure of it for one that is not."""
        self._settle_place()
        if not self.catalogue.is_empty():
            _ = self.encoder
        elif self.catalogue.meta("fingerprint") != self.fingerprint:
            self.vectors.reset()
            self._keep_vectors_of_this_encoder()
            self.journal.set_meta({"fingerprint": self.fingerprint, "rebuilding": ""})

    def _settle_place(self) -> None:
        """Let the vectors of an index that is still empty be where they are wanted; refuse it for one that is not."""
        here = self.vectors.url
        there = self.wanted.url if self.wanted else here
        if here != there and not self.catalogue.is_empty():
            raise IndexMismatchError(
                f"{self.folder} was made with --chroma {here}, and the settings now say {there}. "
                f"`rag rebuild --index {self.folder} --chroma {there}` moves its vectors and embeds nothing again."
            )
        self._move()

    def _move(self) -> None:
        """Let the vectors be where they are wanted from now on, none there yet; what they leave behind is dropped."""
        if self.wanted is None or self.wanted.url == self.vectors.url:
            return
        self.wanted.reset()  # raises where nobody answers, before anything is given up
        self.wanted.close()
        if self.catalogue.meta("fingerprint"):
            with suppress(IndexDamagedError, VectorServerError):
                self.vectors.reset()
        self.journal.set_meta({"chroma": self.wanted.address})
        self.vectors.close()

    def _keep_vectors_of_this_encoder(self) -> None:
        if self.catalogue.meta("encoder") != self.unchecked_encoder.fingerprint:
            self.journal.forget_vectors(unused_only=False)
            self.journal.set_meta({"encoder": self.unchecked_encoder.fingerprint})
