"""The fair queue: who waits for whom, and what happens to work that nobody waits for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from threading import Event

import pytest

from rag.server.workers import QueueFullError, Workers


def run(test: Callable[[Workers], Awaitable[None]], **options: int) -> None:
    async def main() -> None:
        workers = Workers(**{"threads": 1, **options})
        try:
            await asyncio.wait_for(test(workers), 20)
        finally:
            workers.close()

    asyncio.run(main())


def test_a_flooding_client_does_not_starve_others() -> None:
    async def test(workers: Workers) -> None:
        order: list[str] = []
        flood = [asyncio.create_task(workers.run("flood", lambda: order.append("flood"))) for _ in range(64)]
        await asyncio.sleep(0)
        await workers.run("other", lambda: order.append("other"))
        assert order.index("other") <= 2
        await asyncio.gather(*flood)
        assert order.count("flood") == 64

    run(test)


def test_a_client_with_a_full_queue_is_told_when_to_come_again() -> None:
    async def test(workers: Workers) -> None:
        gate = Event()
        tasks = [asyncio.create_task(workers.run("a", gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.01)
        with pytest.raises(QueueFullError) as full:
            await workers.run("a", gate.wait)
        assert full.value.seconds == 1
        assert workers.waiting == 2
        gate.set()
        assert await asyncio.gather(*tasks) == [True, True, True]

    run(test, waiting=2)


def test_cancelled_work_leaves_the_queue() -> None:
    async def test(workers: Workers) -> None:
        gate, done = Event(), []
        first = asyncio.create_task(workers.run("a", gate.wait))
        waiting = asyncio.create_task(workers.run("a", lambda: done.append(1)))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        gate.set()
        await first
        assert (workers.waiting, done) == (0, [])
        assert await workers.run("b", lambda: "free again") == "free again"

    run(test)


def test_closing_a_walk_closes_its_iterator() -> None:
    closed: list[bool] = []

    def steps() -> Iterator[int]:
        try:
            yield from range(100)
        finally:
            closed.append(True)

    async def test(workers: Workers) -> None:
        walk = workers.walk("a", steps)
        assert [await anext(walk), await anext(walk)] == [0, 1]
        await walk.aclose()
        assert closed == [True]
        assert await workers.run("b", lambda: 1) == 1

    run(test)


def test_errors_of_the_work_come_up_and_free_the_thread() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    async def test(workers: Workers) -> None:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await workers.run("a", fail)
        assert await workers.run("a", lambda: 1) == 1

    run(test)
