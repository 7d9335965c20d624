"""Parsers that are not ours, in a process of their own: one that crashes, hangs or eats memory costs one file.

A process is started by its module's name and spoken to through its pipes, so that it neither runs the caller's script
again (as `multiprocessing` would) nor shares memory with a thread that is writing. It ends with its standard input, and
with the process that started it.
"""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any

from rag.errors import UnreadableSourceError
from rag.loaders.options import LoadOptions, Step
from rag.loaders.registry import Loaded, is_foreign, load
from rag.types import Progress

PATIENCE = 300.0  # seconds for one file
_WATCH = 0.5  # seconds between two looks at whether the parent lives
MEMORY = 4 * 1024**3  # bytes that a process may take


class _Patience:
    """Kills a process that gives no sign of life for so long. Use in a `with` block."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._timer = Timer(PATIENCE, process.kill)

    def __enter__(self) -> "_Patience":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def renew(self) -> None:
        """Wait again."""
        self._timer.cancel()
        self._timer = Timer(PATIENCE, self._process.kill)
        self._timer.start()

    @property
    def is_over(self) -> bool:
        """Whether the process was killed."""
        return not self._timer.is_alive()


class ReaderProcess:
    """A process that reads one file at a time. It starts when it is first needed, and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def load(
        self,
        path: Path,
        data: bytes,
        *,
        source: str,
        options: LoadOptions = LoadOptions(),  # noqa: B008  frozen
        progress: Progress | None = None,
    ) -> Loaded:
        """The document in a file's bytes. Raises UnreadableSourceError, also when the process crashed or hung.

        `progress` is called with (pages done, pages in all); each page may take as long as a file without pages.
        """
        process = self._process = self._process or _start()
        assert process.stdin
        assert process.stdout
        with _Patience(process) as patience:
            try:
                _send(process.stdin, (path, data, source, options))
                while isinstance(answer := pickle.load(process.stdout), Step):  # from our own process
                    patience.renew()
                    if progress:
                        progress(answer.done, answer.total)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                self.close()
                why = f"took over {PATIENCE:.0f} seconds" if patience.is_over else "made its reader crash"
                raise UnreadableSourceError(f"{path} {why}. It may be damaged; save it as text.") from error
            except BaseException:  # what is still to come from the process is no answer to the next file
                self.close()
                raise
        if isinstance(answer, UnreadableSourceError):
            raise answer
        loaded: Loaded = answer
        return loaded

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class FileReader:
    """Reads one file at a time: in this process where the parser is ours, else in one of its own."""

    def __init__(self) -> None:
        self._process = ReaderProcess()

    def load(
        self,
        path: Path,
        data: bytes,
        *,
        source: str,
        options: LoadOptions = LoadOptions(),  # noqa: B008  frozen
        progress: Progress | None = None,
    ) -> Loaded:
        """The document in a file's bytes. Raises UnreadableSourceError."""
        read = self._process.load if is_foreign(path, data) else load
        return read(path, data, source=source, options=options, progress=progress)

    def close(self) -> None:
        """End the process."""
        self._process.close()


def _start() -> "subprocess.Popen[bytes]":
    places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
    command = [sys.executable, "-P", "-m", "rag.loaders.sandbox"]
    environment = {**os.environ, "PYTHONPATH": places}
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _send(pipe: IO[bytes], value: Any) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))


def end_with_parent(parent: int) -> None:
    """End this process as soon as the process that started it has ended, whatever it is at work on.

    Standard input tells the same, but only between two files. (Linux could send a signal, but does so when the thread
    ends that started the process.)
    """
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)


def main() -> None:
    """Read files as they are asked for, until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that started this one
    _limit_memory()
    Thread(target=end_with_parent, args=(os.getppid(),), name="parent", daemon=True).start()
    while True:
        try:
            path, data, source, options = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: Loaded | UnreadableSourceError = load(
                path,
                data,
                source=source,
                options=options,
                progress=lambda done, total: _send(answers, Step(done, total)),
            )
        except UnreadableSourceError as error:
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    main()
