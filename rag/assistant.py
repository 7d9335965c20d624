"""The assistant over one index: what can be done with it, each by the part that does it.

`rag.wiring` puts the parts together. Models load when they are first needed, so that listing documents costs none, and
asking takes no lock.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Generator as Steps
from contextlib import aclosing, closing, nullcontext
from copy import copy
from functools import partial
from os import PathLike
from pathlib import Path
from threading import Event as StopEvent
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag import wiring
from rag.answering.async_bridge import in_thread
from rag.answering.follow_ups import History
from rag.errors import UnreadableSourceError
from rag.generation.llm_generator import Writer
from rag.ingestion.index import Index
from rag.ingestion.pipeline import Watcher
from rag.ingestion.watch import changes
from rag.ingestion.web_page import fetch
from rag.loaders.options import LoadOptions
from rag.loaders.page_renderer import PagePictures
from rag.protocols import Generator
from rag.reports import CheckReport, DocumentInfo, FileFailure, IndexStats, IngestReport
from rag.settings import DEFAULT_INDEX, Settings, load_settings
from rag.storage.feedback import FeedbackLog
from rag.storage.stats import statistics
from rag.types import (
    Answer,
    AnswerDone,
    Box,
    Citation,
    Document,
    Event,
    PageLine,
    PageSize,
    Passage,
    Progress,
    Verification,
)
from rag.verification.claims import TextChecker
from rag.verification.gate import Grounds, Ruling, judge

if TYPE_CHECKING:
    from llama_index.core.llms import LLM
    from llama_index.core.vector_stores.types import MetadataFilters

    from rag.answering.query_engine import CitationQueryEngine, SpanRetriever

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
_PATIENCE = 600.0  # seconds that `query` waits for another process that is writing the same cached index


class Assistant:
    """Answers questions from the documents of one index, with exact citations. Safe to share between threads.

    Open one with `Assistant.open`; close it, or use it in a `with` block. `verifier` is what judges its statements.
    """

    def __init__(self, index: Index, settings: Settings, generator: "Generator") -> None:
        self._index = index
        self._settings = settings
        self._answerer = wiring.answerer(index, settings, generator)
        self.verifier = self._answerer.components.verifier
        self._pictures = PagePictures()
        self._views: dict[frozenset[str], Self] = {}

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
        writer = wiring.generator(settings.model if generator is None else generator, settings)
        folder = wiring.index_folder(Path(index), create=create)
        opened = wiring.open_index(folder, Path(base).expanduser().resolve() if base else folder.parent, settings)
        opened.settle()
        return cls(opened, settings, writer)

    def restricted(self, labels: Iterable[str]) -> Self:
        """This assistant as it is to a reader who has these labels: documents with any other label are not there.

        They are left out below retrieval: none is listed, read, cited or counted, and none moves an answer. It shares
        this one's models and is closed with it. For reading only.
        """
        held = frozenset(labels)
        if held not in self._views:
            view = copy(self)
            view._index = self._index.restricted(held)
            view._answerer = wiring.over(self._answerer, view._index.catalogue)
            self._views[held] = view
        return self._views[held]

    def close(self) -> None:
        """Let go of the index's files, and of a language model."""
        for view in self._views.values():
            view._index.catalogue.close()
        self._index.close()
        if isinstance(generator := self._answerer.components.generator, Writer):
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
        return self._answerer.components.retriever.retrieve(question, self._chosen(documents))

    def is_stale(self, citation: Citation) -> bool:
        """Whether the cited document has changed, or gone, since it was cited."""
        return self._index.catalogue.versions().get(citation.doc_id) != citation.version

    def verify(self, text: str, *, documents: Iterable[str] | None = None) -> Verification:
        """Every statement of a text held against some documents (ids or source globs) or all of them.

        The text may be anybody's: another assistant's answer, a report, a README. Each statement has its span in it, a
        verdict (supported, contradicted, not found), its support and the exact spans that this rests on.
        Raises as `ask`.
        """
        parts, chosen = self._answerer.components, self._chosen(documents)
        retrieve = partial(parts.retriever.retrieve, doc_ids=chosen)
        return TextChecker(retrieve, parts.cited, self.verifier).check(text)

    def judge(
        self, statement: str, evidence: Sequence[str], *, context: Sequence[str] = (), question: str = ""
    ) -> Ruling:
        """How well texts support a statement, by the gate that every statement of an answer has to pass.

        `context` is what the texts stand under (headings, the names of a row and a column), `question` what was asked.
        """
        return judge(statement, Grounds(evidence, context, question), self.verifier)

    def as_query_engine(self) -> "CitationQueryEngine":
        """A LlamaIndex query engine over this assistant; its source nodes carry the exact spans in their metadata."""
        from rag.answering.query_engine import CitationQueryEngine

        return CitationQueryEngine(self.ask)

    def as_retriever(self, filters: "MetadataFilters | None" = None) -> "SpanRetriever":
        """A LlamaIndex retriever over this assistant's hybrid ranking; nodes carry exact spans.

        `filters` choose documents by their metadata: equality, all of them or any.
        """
        from rag.answering.query_engine import SpanRetriever, patterns_of

        chosen = patterns_of(filters) if filters else None
        return SpanRetriever(partial(self.retrieve, documents=chosen))

    def describe(self, paths: Paths, items: Mapping[str, str]) -> None:
        """Say something of the documents that are, or will be, at or below some paths, such as who wrote them.

        Afterwards `key=value` names them wherever documents are chosen, `key=value&key=value` those that meet both.
        """
        self._index.describe([Path(path).expanduser() for path in _listed(paths)], items)

    def metadata(self, doc_id: str) -> dict[str, str]:
        """What is said of a document."""
        return self._index.catalogue.metadata().get(doc_id, {})

    def prepare(self) -> None:
        """Load the models now, so that the first question does not wait for it. Raises as `ask`."""
        self._index.encoder.encode([self.name])
        self._answerer.components.reader.load()
        if isinstance(generator := self._answerer.components.generator, Writer):
            _ = generator.backend

    def ingest(
        self,
        paths: Paths,
        *,
        sync: bool = False,
        keep_versions: int | None = None,
        progress: Progress | None = None,
        on_failure: Callable[[FileFailure], None] | None = None,
        on_page: Callable[[str, int, int], None] | None = None,
        password: str | None = None,
        pictures: bool = False,
        labels: Iterable[str] = (),
        wait: float = 0.0,
        ray: str | None = None,
    ) -> IngestReport:
        """Bring the index up to date with files and folders; a file that has not changed is not read again.

        `sync` also takes out documents whose files are gone from `paths`. `keep_versions` older texts of a document
        that changes are kept, so that old citations can be shown; the setting's number if None. `progress` gets (files
        done, files in all), `on_page` (source, pages done, pages in all) from the threads that read. A file that cannot
        be read is reported in `failed`, and to `on_failure` at once; `files` of the report has the status of each.
        `labels` restrict who may read what is at or below `paths`, now and later: see `restricted`. `password` opens
        encrypted files; with `pictures`, text in the pictures of documents is recognised too. `wait`
        is how many seconds to wait for another writer. `ray` is the address of a Ray cluster that parses and embeds;
        or `local`, or `local:N`.
        Raises SourceNotFoundError, IndexLockedError, IndexMismatchError, IndexWriteError, VectorServerError or
        ClusterError.
        """
        roots = [Path(path).expanduser() for path in _listed(paths)]
        self._index.label(roots, labels)  # before anything is read, so that nothing is ever seen without its label
        with wiring.ray_cluster(ray, self._settings, self._index) if ray else nullcontext() as cluster:
            return self._index.ingest(
                roots,
                sync=sync,
                options=LoadOptions(password=password, pictures=pictures),
                watcher=Watcher(progress, on_failure, on_page),
                wait=wait,
                keep_versions=keep_versions,
                cluster=cluster,
            )

    def fetch_page(self, url: str, *, private: bool = False) -> Path:
        """Fetch one page or file from the web; the copy, in the index's folder, is there to be ingested.

        Nothing else connects to the network. Addresses within private networks are refused, unless `private`.
        Raises SourceNotFoundError or UnreadableSourceError.
        """
        return fetch(url, self._index.folder, megabytes=self._settings.file_megabytes, private=private)

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
        """Where the cited words stand on their pages: a box for each line, in order; none for a source without pages.

        Raises DocumentNotFoundError when the cited version is no longer kept.
        """
        from rag.text.page_layout import boxes_between, by_line

        document = self._index.catalogue.kept_version(citation.doc_id, citation.version)
        return by_line(boxes_between(document.layout, citation.start, citation.end))

    def pages(self, name: str) -> tuple[PageSize, ...]:
        """The pages of a document and their sizes; none for a source without pages. Raises DocumentNotFoundError."""
        from rag.text.page_layout import page_sizes

        return page_sizes(self.document(name).layout)

    def page_lines(self, name: str, page: int) -> list[PageLine]:
        """The lines of text on a page, with their boxes. Raises DocumentNotFoundError."""
        from rag.text.page_layout import page_lines

        document = self.document(name)
        return page_lines(document.text, document.layout, page)

    def page_picture(self, name: str, page: int, *, width: int = 1200) -> bytes:
        """A page as it looks, as a WebP picture `width` pixels wide.

        Raises DocumentNotFoundError, SourceNotFoundError when the file has gone or changed since it was read, and
        UnreadableSourceError when the page cannot be rendered.
        """
        document = self.document(name)
        original = self._index.original(document)
        return self._pictures.picture(original, version=document.version, page=page, width=width)

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
        """Make chunks and vectors again from the texts the index keeps, with the present settings; the chunks made.

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

    def _chosen(self, documents: Iterable[str] | None) -> list[str] | None:
        """The ids that `documents` name; all of an empty index, which has its own refusal."""
        if documents is None or self._index.catalogue.is_empty():
            return None
        return self._index.matches(documents)


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


def _listed(paths: Paths) -> list[str | PathLike[str]]:
    return [paths] if isinstance(paths, str | PathLike) else list(paths)
