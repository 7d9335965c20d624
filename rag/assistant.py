"""The composition root: an assistant over one index, put together from its parts.

Nothing else opens a store or loads a model. Models load when they are first needed, so that listing documents costs
none, and asking takes no lock.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.answer import Answerer
from rag.catalogue import Catalogue
from rag.encoder import SentenceEncoder
from rag.errors import IndexWriteError, NoIndexError, SettingsError, UnreadableSourceError
from rag.extractive import Extractive
from rag.index import Index
from rag.journal import Journal
from rag.models import find_model
from rag.reader import SimilarityReader
from rag.reports import CheckReport, DocumentInfo, IngestReport
from rag.retrieve import retrieve
from rag.settings import DEFAULT_INDEX, Settings, load_settings
from rag.types import Answer, AnswerDone, Citation, Document, Event, Passage, Progress, Reading, Verifier
from rag.vectors import ChromaVectors
from rag.verify import LexicalVerifier

if TYPE_CHECKING:
    from rag.engine import CitationQueryEngine, SpanRetriever
    from rag.types import Generator

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
_CATALOGUE = "catalogue.sqlite3"
_PATIENCE = 600.0  # seconds that `query` waits for another process that is writing the same cached index


class Assistant:
    """Answers questions from the documents of one index, with exact citations. Safe to share between threads.

    Open one with `Assistant.open`; close it, or use it in a `with` block. `verifier` is what judges its statements.
    """

    def __init__(self, index: Index, settings: Settings, generator: "Generator") -> None:
        self.verifier: Verifier = LexicalVerifier()
        self._index = index
        self._settings = settings
        self._answerer = Answerer(
            catalogue=index.catalogue,
            retrieve=self._retrieve,
            read=self._read,
            generator=generator,
            verifier=self.verifier,
            threshold=settings.threshold,
            question_characters=settings.question_characters,
        )

    @classmethod
    def open(
        cls,
        index: str | PathLike[str] = DEFAULT_INDEX,
        *,
        generator: "str | Generator" = "extractive",
        settings: Settings | None = None,
        base: str | PathLike[str] | None = None,
        create: bool = True,
    ) -> Self:
        """An assistant over the index in a folder, which is made when it is not there and `create` allows it.

        What an interrupted run left is settled first. Sources are named by their path below `base`, by default the
        folder that holds the index. Raises NoIndexError, IndexWriteError, IndexDamagedError or SettingsError.
        """
        writer, settings = _generator(generator), settings or load_settings()
        folder = _folder(Path(index), create)
        found = _index(folder, Path(base).expanduser().resolve() if base else folder.parent, settings)
        found.settle()
        return cls(found, settings, writer)

    def close(self) -> None:
        """Let go of the index's files."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: str, *, documents: Iterable[str] | None = None) -> Answer:
        """The answer to a question, or a refusal that says why; from some documents (ids or source globs) or all.

        Raises DocumentNotFoundError when a pattern names no document, IndexMismatchError when the index was made
        with another encoder or chunker.
        """
        events = self.stream(question, documents=documents)
        return next(event.answer for event in events if isinstance(event, AnswerDone))

    def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[Event]:
        """The answer as it comes about: evidence, each statement once it is verified, then the whole answer."""
        return self._answerer.stream(question, doc_ids=self._chosen(documents))

    def retrieve(self, question: str, *, documents: Iterable[str] | None = None) -> list[Passage]:
        """The chunks that would be read for a question, best first."""
        return self._retrieve(question, self._chosen(documents))

    def is_stale(self, citation: Citation) -> bool:
        """Whether the cited document has changed, or gone, since it was cited."""
        return self._index.catalogue.versions().get(citation.doc_id) != citation.version

    def as_query_engine(self) -> "CitationQueryEngine":
        """A LlamaIndex query engine over this assistant; its source nodes carry the exact spans in their metadata."""
        from rag.engine import CitationQueryEngine

        return CitationQueryEngine(self.ask)

    def as_retriever(self) -> "SpanRetriever":
        """A LlamaIndex retriever over this assistant's hybrid ranking; nodes carry exact spans."""
        from rag.engine import SpanRetriever

        return SpanRetriever(self.retrieve)

    def prepare(self) -> None:
        """Load the models now, so that the first question does not wait for it. Raises as `ask`."""
        self._index.encoder.encode([self.name])

    def ingest(
        self, paths: Paths, *, sync: bool = False, progress: Progress | None = None, wait: float = 0.0
    ) -> IngestReport:
        """Bring the index up to date with files and folders; what has not changed costs a read of the file.

        `sync` also takes out documents whose files are gone from `paths`. `progress` gets (files done, files in all).
        `wait` is how many seconds to wait for another writer. A file that cannot be read is reported in `failed`.
        Raises SourceNotFoundError, IndexLockedError, IndexMismatchError or IndexWriteError.
        """
        roots = [Path(path).expanduser() for path in _listed(paths)]
        return self._index.ingest(roots, sync=sync, progress=progress, wait=wait)

    def documents(self) -> list[DocumentInfo]:
        """What is in the index, by source."""
        return self._index.catalogue.documents()

    def document(self, name: str) -> Document:
        """A document by id, the start of its id, or source. Raises DocumentNotFoundError unless just one is meant."""
        return self._index.catalogue.document(self._index.catalogue.match_one(name))

    def remove(self, patterns: Iterable[str]) -> list[str]:
        """Take documents out of the index, by id or source glob; the sources removed.

        Raises DocumentNotFoundError, before anything is removed, when a pattern names none.
        """
        return self._index.remove(patterns)

    def check(self) -> CheckReport:
        """Whether the index is sound: every receipt exact, every chunk with its vector, no vector without a chunk.

        Raises IndexLockedError while another process writes.
        """
        return self._index.check()

    def rebuild(self, *, progress: Progress | None = None) -> int:
        """Make chunks and vectors anew from the texts the index keeps, with the present settings; the chunks made.

        `progress` gets (documents done, documents in all). Cut off, it can be run again.
        """
        return self._index.rebuild(progress=progress)

    @property
    def name(self) -> str:
        """The folder the index is in."""
        return str(self._index.folder)

    def _chosen(self, documents: Iterable[str] | None) -> list[str] | None:
        """The ids that `documents` name; all of an empty index, which has its own refusal."""
        if documents is None or self._index.catalogue.is_empty():
            return None
        return self._index.matches(documents)

    def _retrieve(self, question: str, doc_ids: Sequence[str] | None) -> list[Passage]:
        encoder = self._index.encoder
        self._index.catch_up()
        return retrieve(
            question,
            catalogue=self._index.catalogue,
            vectors=self._index.vectors,
            encoder=encoder,
            candidates=self._settings.candidates,
            limit=self._settings.passages,
            doc_ids=doc_ids,
        )

    def _read(self, question: str, passages: Sequence[Passage]) -> Reading:
        return SimilarityReader(self._index.encoder).read(question, passages)


def query(question: str, sources: Paths = "seeds", *, settings: Settings | None = None) -> Answer:
    """The answer to one question from files or folders: one call.

    The index stays in the cache folder (`RAG_CACHE_DIR`), one for each list of sources; only what has changed since
    the last call is embedded. Sources are named by their path below the folder asked about.
    Raises SourceNotFoundError when there is nothing to read, UnreadableSourceError for a file that cannot be read.
    """
    settings = settings or load_settings()
    paths = [Path(path).expanduser().resolve() for path in _listed(sources)]
    key = hashlib.sha256("\n".join(map(str, paths)).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    first = paths[0] if paths else Path.cwd()
    base = first if first.is_dir() else first.parent
    with Assistant.open(settings.cache_dir / key, settings=settings, base=base) as assistant:
        report = assistant.ingest(paths, sync=True, wait=_PATIENCE)
        if report.failed:
            raise UnreadableSourceError("; ".join(failure.reason for failure in report.failed))
        return assistant.ask(question)


def _folder(index: Path, create: bool) -> Path:
    folder = index.expanduser().resolve()
    if not (folder / _CATALOGUE).is_file() and not create:
        raise NoIndexError(f"There is no index in {index}. Make one with `rag ingest PATH --index {index}`.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexWriteError(f"{folder} cannot be made: {error.strerror}. Name another place.") from error
    return folder


def _index(folder: Path, base: Path, settings: Settings) -> Index:
    catalogue = Catalogue(folder / _CATALOGUE)
    return Index(
        folder=folder,
        base=base,
        chunk_wordpieces=settings.chunk_wordpieces,
        catalogue=catalogue,
        journal=Journal(catalogue.database),
        vectors=ChromaVectors(folder / "chroma"),
        unchecked_encoder=SentenceEncoder(lambda: find_model(settings.encoder, online=settings.online)),
    )


def _listed(paths: Paths) -> list[str | PathLike[str]]:
    return [paths] if isinstance(paths, str | PathLike) else list(paths)


def _generator(choice: "str | Generator") -> "Generator":
    if not isinstance(choice, str):
        return choice
    if choice == Extractive.name:
        return Extractive()
    raise SettingsError(f"There is no generator '{choice}'. The one there is: {Extractive.name}.")
