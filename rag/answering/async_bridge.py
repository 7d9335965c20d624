"""A synchronous generator walked from asyncio, a step at a time, each in a worker thread."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


async def in_thread(steps: Generator[Item, None, None]) -> AsyncGenerator[Item, None]:
    """What a generator yields. When this is closed or cancelled, the step under way ends, and the generator is closed.

    Threads cannot be interrupted, so a step ought to be short.
    """
    step: asyncio.Future[object] | None = None
    try:
        while True:
            step = asyncio.ensure_future(asyncio.to_thread(next, steps, _END))
            item = await asyncio.shield(step)
            if item is _END:
                return
            yield item  # type: ignore[misc]
    finally:
        if step is not None and not step.done():
            await asyncio.wait([step])
        steps.close()
