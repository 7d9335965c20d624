"""The composition root: an assistant over one index, put together from its parts.

Nothing else opens a store or loads a model. Models load when they are first needed, so that listing documents costs
none, and asking takes no lock.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from collections.abc import Generator as Steps
from contextlib import aclosing, closing, nullcontext
from functools import partial
from os import PathLike
from pathlib import Path
from threading import Event as StopEvent
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.answer import Answerer
from rag.catalogue import Catalogue
from rag.chroma import home_of
from rag.cluster import RayCluster
from rag.conversation import History
from rag.encoder import SentenceEncoder
from rag.errors import IndexWriteError, NoIndexError, UnreadableSourceError
from rag.extractive import Extractive
from rag.feedback import FeedbackLog
from rag.index import Index
from rag.journal import Journal
from rag.llm import Limits
from rag.models import BASE, LARGE_BASE, LARGE_READER, READER, calibration_of, find_model
from rag.reader import CascadeReader, PartsReader, SimilarityReader, SpanReader
from rag.reports import CheckReport, DocumentInfo, FileFailure, IndexStats, IngestReport
from rag.retrieve import retrieve
from rag.settings import DEFAULT_INDEX, Settings, load_settings
from rag.signals import load_calibration
from rag.span_model import LargeSpanModel, SpanModel
from rag.stats import statistics
from rag.threads import in_thread
from rag.types import (
    Answer,
    AnswerDone,
    Box,
    Citation,
    Document,
    Event,
    Generator,
    Passage,
    Progress,
    Reader,
    Reading,
    Verifier,
)
from rag.vectors import ChromaVectors
from rag.verify import LexicalVerifier, TrainedVerifier
from rag.watch import changes
from rag.writer import Writer, writer_for

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.engine import CitationQueryEngine, SpanRetriever

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
_CATALOGUE = "catalogue.sqlite3"
_PATIENCE = 600.0  # seconds that `query` waits for another process that is writing the same cached index


class Assistant:
    """Answers questions from the documents of one index, with exact citations. Safe to share between threads.

    Open one with `Assistant.open`; close it, or use it in a `with` block. `verifier` is what judges its statements.
    """

    def __init__(self, index: Index, settings: Settings, generator: "Generator") -> None:
        reader, self.verifier = _models(settings)
        by_strictness = reader.thresholds[settings.strictness]
        threshold = by_strictness if settings.threshold is None else settings.threshold
        self._reader = PartsReader(reader, threshold)
        self._index = index
        self._settings = settings
        self._answerer = Answerer(
            catalogue=index.catalogue,
            retrieve=self._retrieve,
            read=self._read,
            relevance=self._reader.relevance,
            generator=generator,
            verifier=self.verifier,
            threshold=threshold,
            question_characters=settings.question_characters,
            rewrite=generator.rewrite if isinstance(generator, Writer) else None,
        )

    @classmethod
    def open(
        cls,
        index: str | PathLike[str] = DEFAULT_INDEX,
        *,
        generator: "str | Generator | LLM | None" = None,
        settings: Settings | None = None,
        base: str | PathLike[str] | None = None,
        create: bool = True,
    ) -> Self:
        """An assistant over the index in a folder, which is made when it is not there and `create` allows it.

        `generator` writes the answers: `extractive`, `gguf:PATH`, `ollama:NAME`, `openai-like:URL#NAME`, a LlamaIndex
        LLM or any `Generator`; by default that of the settings. A language model is loaded when it is first needed.
        What an interrupted run left is settled first. Sources are named by their path below `base`, by default the
        folder that holds the index. Raises NoIndexError, IndexWriteError, IndexDamagedError or SettingsError.
        """
        settings = settings or load_settings()
        writer = _generator(settings.model if generator is None else generator, settings)
        folder = _folder(Path(index), create)
        found = _index(folder, Path(base).expanduser().resolve() if base else folder.parent, settings)
        found.settle()
        return cls(found, settings, writer)

    def close(self) -> None:
        """Let go of the index's files, and of a language model."""
        self._index.close()
        if isinstance(generator := self._answerer.generator, Writer):
            generator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(
        self, question: str, *, documents: Iterable[str] | None = None, history: History = (), verify: bool = True
    ) -> Answer:
        """The answer to a question, or a refusal that says why; from some documents (ids or source globs) or all.

        `history` holds earlier turns, oldest first: answers, their JSON, or (question, answer) pairs. A follow-up is
        made whole from them, and `standalone_question` says how; nothing else of them is used. Without `verify`,
        statements that fail verification are kept, and the answer is marked.
        Raises DocumentNotFoundError when a pattern names no document, IndexMismatchError when the index was made
        with another encoder or chunker, ModelError when a language model cannot be had or asked.
        """
        events = self.stream(question, documents=documents, history=history, verify=verify)
        return next(event.answer for event in events if isinstance(event, AnswerDone))

    def stream(
        self, question: str, *, documents: Iterable[str] | None = None, history: History = (), verify: bool = True
    ) -> Iterator[Event]:
        """The answer as it comes about: evidence, each statement once it is verified, then the whole answer.

        Evidence comes before a language model is asked. Closing the iterator stops the model. Arguments as for `ask`.
        """
        steps = self._steps(question, documents, history, verify)
        with closing(steps):
            yield from (event for event in steps if event is not None)

    async def astream(
        self, question: str, *, documents: Iterable[str] | None = None, history: History = (), verify: bool = True
    ) -> AsyncIterator[Event]:
        """As `stream`, without holding up the event loop. Cancelling stops the model at its next piece of text."""
        steps = self._steps(question, documents, history, verify)
        async with aclosing(in_thread(steps)) as events:
            async for event in events:
                if event is not None:
                    yield event

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
        self._reader.load()
        if isinstance(generator := self._answerer.generator, Writer):
            _ = generator.backend

    def ingest(
        self,
        paths: Paths,
        *,
        sync: bool = False,
        keep_versions: int | None = None,
        progress: Progress | None = None,
        on_failure: Callable[[FileFailure], None] | None = None,
        wait: float = 0.0,
        ray: str | None = None,
    ) -> IngestReport:
        """Bring the index up to date with files and folders; a file that has not changed is not read again.

        `sync` also takes out documents whose files are gone from `paths`. `keep_versions` older texts of a document
        that changes are kept, so that old citations can be shown; the setting's number if None. `progress` gets (files
        done, files in all). A file that cannot be read is reported in `failed`, and to `on_failure` at once. `wait` is
        how many seconds to wait for another writer. `ray` is the address of a Ray cluster that parses and embeds; or
        `local`, or `local:N`.
        Raises SourceNotFoundError, IndexLockedError, IndexMismatchError, IndexWriteError, VectorServerError or
        ClusterError.
        """
        with self._cluster(ray) if ray else nullcontext() as cluster:
            return self._index.ingest(
                [Path(path).expanduser() for path in _listed(paths)],
                sync=sync,
                progress=progress,
                on_failure=on_failure,
                wait=wait,
                keep_versions=keep_versions,
                cluster=cluster,
            )

    def documents(self) -> list[DocumentInfo]:
        """What is in the index, by source."""
        return self._index.catalogue.documents()

    def document(self, name: str, *, version: str | None = None) -> Document:
        """A document by id, the start of its id, or source; an older version that was kept, by the start of its hash.

        Raises DocumentNotFoundError unless just one is meant.
        """
        doc_id = self._index.catalogue.match_one(name)
        if version is None:
            return self._index.catalogue.document(doc_id)
        return self._index.catalogue.kept_version(doc_id, version)

    def boxes(self, citation: Citation) -> list[Box]:
        """Where on its pages each cited character stands, for those that are seen; none for a source without pages.

        Raises DocumentNotFoundError when the cited version is no longer kept.
        """
        from rag.layout import unpack

        document = self._index.catalogue.kept_version(citation.doc_id, citation.version)
        boxes = unpack(document.layout).boxes[citation.start : citation.end]
        return [box for box in boxes if box]

    def remove(self, patterns: Iterable[str]) -> list[str]:
        """Take documents out of the index, by id or source glob; the sources removed.

        Raises DocumentNotFoundError, before anything is removed, when a pattern names none.
        """
        return self._index.remove(patterns)

    def check(self, *, apart: bool = False) -> CheckReport:
        """Whether the index is sound: every receipt exact, every chunk with its vector, no vector without a chunk.

        `apart` reads the vectors in a process of their own first: damage that the vector store does not notice itself
        may crash whoever reads them. Raises IndexLockedError while another process writes.
        """
        return self._index.check(apart=apart)

    def stats(self) -> IndexStats:
        """What the index is made of: documents by type, lengths of chunks, growth, room on the disk."""
        return statistics(self._index.catalogue, self._index.folder)

    def changes(self, paths: Paths, *, stop: StopEvent | None = None) -> Iterator[None]:
        """Once for every burst of changes in files and folders, until `stop` is set: then it is time to ingest."""
        return changes([Path(path).expanduser() for path in _listed(paths)], beside=self._index.folder, stop=stop)

    def backup(self, file: str | PathLike[str]) -> None:
        """Write the index as it is now to one file, whoever asks or ingests meanwhile.

        Raises NoIndexError when there is nothing in it, IndexWriteError when the file cannot be written.
        """
        self._index.backup(Path(file).expanduser())

    def restore(self, file: str | PathLike[str]) -> None:
        """Make the index what it was when a backup was written; who asks meanwhile sees the old one or the new one.

        Raises NoIndexError or IndexDamagedError when the file is no backup, IndexLockedError.
        """
        self._index.restore(Path(file).expanduser())

    def rebuild(self, *, progress: Progress | None = None) -> int:
        """Make chunks and vectors anew from the texts the index keeps, with the present settings; the chunks made.

        `progress` gets (documents done, documents in all). Cut off, it can be run again.
        """
        return self._index.rebuild(progress=progress)

    @property
    def feedback(self) -> FeedbackLog:
        """The votes on answers that people gave, kept beside the documents."""
        return FeedbackLog(self._index.catalogue.database)

    @property
    def name(self) -> str:
        """The folder the index is in."""
        return str(self._index.folder)

    def _steps(
        self, question: str, documents: Iterable[str] | None, history: History, verify: bool
    ) -> Steps[Event | None, None, None]:
        doc_ids = self._chosen(documents)
        yield from self._answerer.stream(question, doc_ids=doc_ids, history=history, verify=verify)

    def _cluster(self, address: str) -> RayCluster:
        return RayCluster(address, partial(_encoder, self._settings), self._index.unchecked_encoder.fingerprint)

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
        return self._reader.read(question, passages, self._index.encoder)


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
    vectors = folder / "chroma"
    wanted = home_of(settings.chroma, vectors)
    return Index(
        folder=folder,
        base=base,
        chunk_wordpieces=settings.chunk_wordpieces,
        catalogue=catalogue,
        journal=Journal(catalogue.database),
        vectors=ChromaVectors(lambda: home_of(catalogue.meta("chroma"), vectors)),
        wanted=ChromaVectors(lambda: wanted) if settings.chroma else None,
        keep_versions=settings.keep_versions,
        file_megabytes=settings.file_megabytes,
        unchecked_encoder=_encoder(settings),
    )


def _encoder(settings: Settings) -> SentenceEncoder:
    return SentenceEncoder(lambda: find_model(settings.encoder, online=settings.online))


def _models(settings: Settings) -> tuple[Reader, Verifier]:
    """What reads, and what judges; the same trained model does both."""
    if settings.reader == "similarity":
        return SimilarityReader(), LexicalVerifier()
    find = partial(find_model, online=settings.online)
    model, calibration = SpanModel(base=lambda: find(BASE)), load_calibration(calibration_of(READER))
    if settings.reader == READER:
        return SpanReader(model, calibration), TrainedVerifier(model, calibration.support)
    large = LargeSpanModel(base=lambda: find(BASE), large_base=lambda: find(LARGE_BASE))
    both = load_calibration(calibration_of(LARGE_READER))
    reader = CascadeReader(large, both, first=model, ranks=calibration.sentence)
    return reader, TrainedVerifier(large, both.support)


def _listed(paths: Paths) -> list[str | PathLike[str]]:
    return [paths] if isinstance(paths, str | PathLike) else list(paths)


def _generator(choice: "str | Generator | LLM", settings: Settings) -> "Generator":
    limits = Limits.of(settings)
    if isinstance(choice, str):
        return Extractive() if choice == Extractive.name else Writer.named(choice, limits)
    return choice if isinstance(choice, Generator) else writer_for(choice, limits)
