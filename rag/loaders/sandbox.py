"""Parsers that are not ours, in a process of their own: one that crashes, hangs or eats memory costs one file.

A process is started by its module's name and spoken to through its pipes, so that it neither runs the caller's script
again (as `multiprocessing` would) nor shares memory with a thread that is writing. It ends with its standard input.
"""

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import IO, Any

from rag.errors import UnreadableSourceError
from rag.loaders.registry import Loaded, format_of, load

PATIENCE = 300.0  # seconds for one file
MEMORY = 4 * 1024**3  # bytes that a process may take


class ReaderProcess:
    """A process that reads one file at a time. It starts when it is first needed, and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def load(self, path: Path, data: bytes, *, source: str) -> Loaded:
        """The document in a file's bytes. Raises UnreadableSourceError, also when the process crashed or hung."""
        process = self._process = self._process or _start()
        assert process.stdin
        assert process.stdout
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        try:
            _send(process.stdin, (path, data, source))
            answer = pickle.load(process.stdout)  # from our own process
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            late = not timer.is_alive()
            self.close()
            why = f"took over {PATIENCE:.0f} seconds" if late else "made its reader crash"
            raise UnreadableSourceError(f"{path} {why}. It may be damaged; save it as text.") from error
        finally:
            timer.cancel()
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

    def load(self, path: Path, data: bytes, *, source: str) -> Loaded:
        """The document in a file's bytes. Raises UnreadableSourceError."""
        read = self._process.load if format_of(path).foreign else load
        return read(path, data, source=source)

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


def main() -> None:
    """Read files as they are asked for, until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that started this one
    _limit_memory()
    while True:
        try:
            path, data, source = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: Loaded | UnreadableSourceError = load(path, data, source=source)
        except UnreadableSourceError as error:
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    main()
