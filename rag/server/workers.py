"""Blocking work in a bounded number of threads, in an order that is fair between clients.

Each client has a queue of its own, and the queues are served in turn: whoever sends many questions waits for their own,
and nobody else does. Belongs to one event loop; what the work is, it does not know.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar, cast

Item = TypeVar("Item")
_END = object()


class QueueFullError(Exception):
    """A client has as much work waiting as it may have; `seconds` is when to try again."""

    def __init__(self, waiting: int, seconds: int) -> None:
        super().__init__(f"{waiting} requests of this client are waiting already.")
        self.seconds = seconds


class Workers:
    """`threads` pieces of work at a time; a client may have `waiting` more in its queue."""

    def __init__(self, threads: int = 4, waiting: int = 64) -> None:
        self._executor = ThreadPoolExecutor(threads, "asking")
        self._free = threads
        self._most = waiting
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How much work waits for a thread, of all clients together."""
        return sum(map(len, self._queues.values()))

    async def run(self, client: str, work: Callable[[], Item]) -> Item:
        """What a function returns. Cancelled while it waits, it does not begin. Raises QueueFullError."""
        async with self.turn(client):
            return await self._in_thread(work)

    async def walk(self, client: str, steps: Callable[[], Iterator[Item]]) -> AsyncGenerator[Item]:
        """What an iterator yields, one step at a time; closed between two steps when nobody wants more.

        Raises QueueFullError.
        """
        async with self.turn(client):
            iterator = steps()
            try:
                while (item := await self._in_thread(partial(next, iterator, _END))) is not _END:
                    yield cast("Item", item)
            finally:
                if close := getattr(iterator, "close", None):
                    await self._in_thread(close)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """A block that holds one of the threads. Raises QueueFullError."""
        await self._enter(client)
        try:
            yield
        finally:
            self._leave()

    def close(self) -> None:
        """Begin nothing more."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Item]) -> Item:
        """The result of some work; when this is cancelled, the work ends first, for a thread cannot be interrupted."""
        step = asyncio.get_running_loop().run_in_executor(self._executor, work)
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            await asyncio.wait([step])
            raise

    async def _enter(self, client: str) -> None:
        if self._free and not self._queues:
            self._free -= 1
            return
        queue = self._queues.setdefault(client, deque())
        if len(queue) >= self._most:
            raise QueueFullError(len(queue), seconds=1 + len(queue) // 8)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # the turn came at the same moment: it goes to the next one
                self._leave()
            else:
                self._withdraw(client, mine)
            raise

    def _withdraw(self, client: str, future: asyncio.Future[None]) -> None:
        queue = self._queues.get(client, deque())
        if future in queue:
            queue.remove(future)
        if not queue:
            self._queues.pop(client, None)

    def _leave(self) -> None:
        """Give the thread to the client whose turn it is, and put that client last."""
        while self._queues:
            client, queue = self._queues.popitem(last=False)
            chosen = queue.popleft()
            if queue:
                self._queues[client] = queue
            if not chosen.done():
                chosen.set_result(None)
                return
        self._free += 1
