"""Stopping an answer that is on its way: which ones are, by browser session, and how one ends before it is whole.

Gradio's own way, `cancels`, ends every run of an event in a session, whenever its request comes in: on a busy machine
that was the next question's.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

Item = TypeVar("Item")
_END = object()
_NOTICED = 0.05  # seconds within which a stop is noticed


class Stops:
    """The answers on their way. A session has one at a time. Safe to share between threads."""

    def __init__(self) -> None:
        self._flags: dict[str, Event] = {}

    @contextmanager
    def running(self, session: str) -> Iterator[Event]:
        """A flag that `stop` sets, as long as the block runs."""
        flag = self._flags[session] = Event()
        try:
            yield flag
        finally:
            if self._flags.get(session) is flag:
                del self._flags[session]

    def stop(self, session: str) -> None:
        """End the session's answer, if one is on its way."""
        if flag := self._flags.get(session):
            flag.set()


def until(stopped: Event, items: Iterator[Item]) -> Iterator[Item]:
    """The items, up to the moment `stopped` is set, however long the next one takes.

    They are made in a thread, which ends with the item in hand and then closes the iterator. Raises what making them
    raises.
    """
    steps = _steps(items)
    thread = ThreadPoolExecutor(1, thread_name_prefix="answer")
    try:
        while (step := _done(thread.submit(next, steps, _END), stopped)) and (item := step.result()) is not _END:
            yield item  # type: ignore[misc]
    finally:
        thread.submit(steps.close)
        thread.shutdown(wait=False)


def _steps(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The items; closing this closes their iterator, if it is one that can be closed."""
    yield from items


def _done(step: Future[object], stopped: Event) -> Future[object] | None:
    """The step once it is done; None when it is stopped before."""
    while not stopped.is_set():
        if wait([step], timeout=_NOTICED).done:
            return step
    return None
