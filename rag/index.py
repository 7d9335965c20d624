"""One index on disk: its catalogue and its vectors kept in step, by one writer at a time.

It knows what the index was made with and refuses to mix. It answers no questions.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rag import chunking, ingest, schema
from rag.catalogue import Catalogue
from rag.check import check
from rag.errors import IndexDamagedError, IndexLockedError, IndexMismatchError
from rag.ingest import Store
from rag.journal import Journal
from rag.loaders import find_files
from rag.lock import writer_lock
from rag.reports import CheckReport, IngestReport
from rag.types import Encoder, Progress, VectorStore


@dataclass(slots=True)
class Index:
    """The parts of an index in `folder`; sources are named by their path below `base`. Threads may share it."""

    folder: Path
    base: Path
    chunk_wordpieces: int
    catalogue: Catalogue
    journal: Journal
    vectors: VectorStore
    unchecked_encoder: Encoder
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

    def ingest(self, roots: Sequence[Path], *, sync: bool, progress: Progress | None, wait: float) -> IngestReport:
        """Bring the index up to date with files and folders; see `Assistant.ingest`."""
        with writer_lock(self.folder, wait=wait):
            files = find_files(roots)
            self._claim()
            gone = ingest.missing(self.catalogue, files, roots, base=self.base) if sync else []
            return ingest.ingest(self._store, files, base=self.base, gone=gone, progress=progress)

    def remove(self, patterns: Iterable[str]) -> list[str]:
        """Take documents out; see `Assistant.remove`."""
        with writer_lock(self.folder):
            doc_ids = self.matches(patterns)
            sources = [self.catalogue.document(doc_id).source for doc_id in doc_ids]
            self.journal.remove(doc_ids)
            ingest.settle(self.journal, self.vectors)
            self.journal.forget_vectors()
        return sources

    def check(self) -> CheckReport:
        """Whether the index is sound; see `Assistant.check`."""
        with writer_lock(self.folder):
            ingest.settle(self.journal, self.vectors)
            self.vectors.close()
            return check(self.catalogue, self.journal, self.vectors)

    def rebuild(self, *, progress: Progress | None) -> int:
        """Make chunks and vectors anew; see `Assistant.rebuild`."""
        with writer_lock(self.folder):
            self.journal.set_meta({"rebuilding": self.fingerprint})
            self._keep_vectors_of_this_encoder()
            total = ingest.rebuild(self._store, progress=progress)
            self.journal.set_meta({"fingerprint": self.fingerprint, "rebuilding": ""})
            return total

    def settle(self) -> None:
        """Finish what an interrupted run left, unless somebody is writing now: that is no crash."""
        if self.journal.has_unfinished():
            with suppress(IndexLockedError), writer_lock(self.folder):
                ingest.settle(self.journal, self.vectors)

    def catch_up(self) -> None:
        """See what has been written since the last call, by whichever process. Raises IndexDamagedError."""
        generation = self.catalogue.generation()
        if generation == self._seen:
            return
        self.vectors.close()  # Chroma sees what other processes wrote only when it is opened anew
        if self.vectors.count() < self.catalogue.count():
            raise IndexDamagedError(f"{self.folder} has lost vectors. Run `rag rebuild` to restore them.")
        self._seen = generation

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
        )

    def _claim(self) -> None:
        """Note what an index that is still empty is made with; make sure of it for one that is not."""
        if not self.catalogue.is_empty():
            _ = self.encoder
        elif self.catalogue.meta("fingerprint") != self.fingerprint:
            self.vectors.reset()
            self._keep_vectors_of_this_encoder()
            self.journal.set_meta({"fingerprint": self.fingerprint, "rebuilding": ""})

    def _keep_vectors_of_this_encoder(self) -> None:
        if self.catalogue.meta("encoder") != self.unchecked_encoder.fingerprint:
            self.journal.forget_vectors(unused_only=False)
            self.journal.set_meta({"encoder": self.unchecked_encoder.fingerprint})
