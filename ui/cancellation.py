"""Ending an answer that is on its way before it is whole: which ones are, by browser session, and how one ends.

Gradio's own way, `cancels`, ends every run of an event in a session, whenever its request comes in: on a busy machine
that is the next question's, which then hangs.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

Item = TypeVar("Item")
_END = object()
_NOTICED = 0.05  # seconds within which a stop is noticed
_ENDED = 30.0  # seconds within which an answer that is stopped has ended, however busy the machine


@dataclass(frozen=True, slots=True)
class Run:
    """An answer on its way. One that is `left` is stopped, and nothing more of it may be shown."""

    stopped: Event = field(default_factory=Event)
    left: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)


class Stops:
    """The answers on their way. A session has one at a time. Safe to share between threads."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    @contextmanager
    def running(self, session: str) -> Iterator[Run]:
        """An answer of the session, as long as the block runs."""
        run = self._runs[session] = Run()
        try:
            yield run
        finally:
            run.ended.set()
            if self._runs.get(session) is run:
                del self._runs[session]

    def stop(self, session: str) -> None:
        """End the session's answer with what there is of it, if one is on its way."""
        if run := self._runs.get(session):
            run.stopped.set()

    def leave(self, session: str) -> None:
        """End the session's answer, if one is on its way, and wait until it has: what is shown next stays."""
        if run := self._runs.get(session):
            run.left.set()
            run.stopped.set()
            run.ended.wait(_ENDED)


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
