"""How a file is to be read, and who wants to know how far that is: known to loaders without passing through each.

Both belong to the thread, or process, that reads; nothing else is kept here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from rag.types import Progress


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are read: the password of those that are encrypted, and whether pictures in documents are recognised.

    A page that is nothing but a picture, and a file that is one, are recognised in any case.
    """

    password: str | None = None
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """So many pages, of so many, of the file at hand are done: what a parser's process tells of."""

    done: int
    total: int


_OPTIONS: ContextVar[LoadOptions] = ContextVar("options", default=LoadOptions())  # noqa: B039  frozen
_PROGRESS: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def reading(options: LoadOptions, progress: Progress | None = None) -> Iterator[None]:
    """What is read within is read so; `progress` is called with (pages done, pages in all) of a file."""
    tokens = _OPTIONS.set(options), _PROGRESS.set(progress)
    try:
        yield
    finally:
        _OPTIONS.reset(tokens[0])
        _PROGRESS.reset(tokens[1])


def current() -> LoadOptions:
    """How the file at hand is to be read."""
    return _OPTIONS.get()


def step(done: int, total: int) -> None:
    """Tell that so many pages, of so many, are done."""
    if progress := _PROGRESS.get():
        progress(done, total)
