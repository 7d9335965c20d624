"""Files read ahead of the encoder: looked at, told apart from what is known, parsed by several threads and processes.

Outcomes come in the order of the files, whatever finishes first. What is read ahead is bounded. Writes nothing.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from rag.errors import UnreadableSourceError
from rag.ingestion.discovery import bytes_hash, is_same, look_at, read_bytes, source_name
from rag.loaders import Loaded, reading_version
from rag.loaders.options import LoadOptions
from rag.loaders.sandbox import FileReader
from rag.types import Progress, SourceFile

OnPage = Callable[[str, int, int], None]
"""Called with (source, pages done, pages in all) as a file is read."""
_AHEAD = 4  # files a worker that may be read before they are asked for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. With none of `loaded`, `twin` and `failure`, it is as the index knows it.

    `twin` is the source of a document that came from the same bytes; `file` is None where nothing is to be noted.
    """

    source: str
    file: SourceFile | None = None
    loaded: Loaded | None = None
    twin: str | None = None
    failure: str | None = None


class Parsers(Protocol):
    """What files are parsed by; `count` of them may be at once."""

    count: int

    def load(
        self, path: Path, data: bytes, *, source: str, options: LoadOptions, progress: Progress | None = None
    ) -> Loaded:
        """The document in a file's bytes; `progress` gets (pages done, pages in all). Raises UnreadableSourceError."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How files are read.

    `base` is where source names start, `known` are the files of the documents in the index by source, `megabytes` is
    the most that a file may have, `on_page` is called with (source, pages done, pages in all) from the reading threads.
    """

    base: Path
    known: Mapping[str, SourceFile]
    megabytes: int
    options: LoadOptions = field(default_factory=LoadOptions)
    on_page: OnPage | None = None


def read_files(files: Sequence[Path], plan: ReadPlan, parsers: Parsers | None = None) -> Iterator[Outcome]:
    """What became of each file, in order. `parsers` are those of this computer if not given."""
    waiting: deque[Future[Outcome] | Outcome] = deque()
    with ExitStack() as stack:
        workers = stack.enter_context(_Workers(parsers or stack.enter_context(_LocalParsers()), plan))
        for path in files:
            waiting.append(_look(path, plan, workers))
            while waiting and (len(waiting) > workers.ahead or isinstance(waiting[0], Outcome)):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


def _look(path: Path, plan: ReadPlan, workers: "_Workers") -> "Future[Outcome] | Outcome":
    source = source_name(path, base=plan.base)
    loader = reading_version(plan.options)
    try:
        now = look_at(path, source=source, megabytes=plan.megabytes, loader=loader)
    except UnreadableSourceError as error:
        return Outcome(source, failure=str(error))
    return Outcome(source) if is_same(plan.known.get(source), now) else workers.submit(path, now)


def _result(outcome: "Future[Outcome] | Outcome") -> Outcome:
    return outcome if isinstance(outcome, Outcome) else outcome.result()


class _LocalParsers:
    """Half as many parsers as there are processors. Use in a `with` block."""

    def __init__(self) -> None:
        self.count = max(1, (os.cpu_count() or 2) // 2)
        self._readers = [FileReader() for _ in range(self.count)]
        self._idle: SimpleQueue[FileReader] = SimpleQueue()
        for reader in self._readers:
            self._idle.put(reader)

    def __enter__(self) -> "_LocalParsers":
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            reader.close()

    def load(
        self, path: Path, data: bytes, *, source: str, options: LoadOptions, progress: Progress | None = None
    ) -> Loaded:
        reader = self._idle.get()
        try:
            return reader.load(path, data, source=source, options=options, progress=progress)
        finally:
            self._idle.put(reader)


class _Workers:
    """Threads that read files and have them parsed. Use in a `with` block."""

    def __init__(self, parsers: Parsers, plan: ReadPlan) -> None:
        self.ahead = parsers.count * _AHEAD
        self._parsers = parsers
        self._plan = plan
        self._twins = {_content(file, file.hash): source for source, file in sorted(plan.known.items(), reverse=True)}

    def __enter__(self) -> "_Workers":
        self._threads = ThreadPoolExecutor(self._parsers.count, thread_name_prefix="reading")
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def submit(self, path: Path, now: SourceFile) -> Future[Outcome]:
        """Read a file when a thread is free."""
        return self._threads.submit(self._read, path, now)

    def _read(self, path: Path, now: SourceFile) -> Outcome:
        try:
            data = read_bytes(path)
            file = replace(now, hash=bytes_hash(data))
            before = self._plan.known.get(now.source)
            if before and (before.hash, before.loader) == (file.hash, file.loader):
                return Outcome(now.source, file)
            if twin := self._twins.get(_content(file, file.hash)):
                return Outcome(now.source, file, twin=twin)
            on_page, options = self._plan.on_page, self._plan.options
            progress = partial(on_page, now.source) if on_page else None
            loaded = self._parsers.load(path, data, source=now.source, options=options, progress=progress)
            return Outcome(now.source, file, loaded=loaded)
        except UnreadableSourceError as error:
            return Outcome(now.source, failure=str(error))


def _content(file: SourceFile, hash_: str) -> tuple[str, str, str]:
    """What makes the text of a file: its bytes, and how they are read."""
    return hash_, Path(file.source).suffix.lower(), file.loader
