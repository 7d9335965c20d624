"""One writer at a time: a lock on a file, held by the operating system, so that it ends with its process.

Readers take no lock.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexLockedError, IndexWriteError


@contextmanager
def writer_lock(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the writer's lock of an index for the length of a block; `wait` seconds at most until it is free.

    Raises IndexLockedError naming the process that holds it.
    """
    lock = FileLock(folder / "writer.lock")
    note = folder / "writer.pid"  # beside the lock: the lock file itself is emptied by whoever tries to take it
    try:
        lock.acquire(timeout=wait)
        note.write_text(str(os.getpid()), encoding="ascii")
    except Timeout:
        raise IndexLockedError(
            f"{folder} is being written by {_holder(note)}. Wait for it, or stop it; asking goes on meanwhile."
        ) from None
    except OSError as error:
        lock.release()
        raise IndexWriteError(f"{folder} cannot be written: {error}. Check its permissions and the disk.") from error
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            note.unlink()
        lock.release()


def _holder(note: Path) -> str:
    try:
        return f"process {note.read_text(encoding='ascii')}"
    except OSError:
        return "another process"
