"""Server-sent events, and answers whose client goes away.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import StreamingResponse

from rag.errors import CitespanError
from rag.server.problems import TOO_MANY, ProblemError, described
from rag.server.workers import QueueFullError

Result = TypeVar("Result")
log = logging.getLogger("citespan.server")


class ClientGoneError(Exception):
    """Nobody waits for the response any more."""


def message(data: Any, event: str | None = None) -> str:
    """One event of a stream; its data is JSON."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def queue_full(error: QueueFullError) -> ProblemError:
    """A full queue as a problem."""
    return ProblemError(TOO_MANY, str(error), headers={"Retry-After": str(error.seconds)})


async def opened(events: AsyncGenerator[str], fault: Callable[[dict[str, Any]], str]) -> StreamingResponse:
    """A response that streams messages. A fault before the first is raised; for later ones `fault` makes a message."""
    first = await anext(events, "")

    async def body() -> AsyncIterator[str]:
        try:
            yield first
            async for item in events:
                yield item
        except (ProblemError, CitespanError) as error:
            yield fault(described(error).body)
        except Exception as error:
            log.exception("A stream ended in a fault")
            yield fault(described(error).body)
        finally:
            await events.aclose()

    return StreamingResponse(body(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def while_connected(request: Request, work: Awaitable[Result]) -> Result:
    """What some work returns; it is cancelled when the client goes away. Raises ClientGoneError then."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait([task, gone], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGoneError
        return await task
    finally:
        for future in (task, gone):
            future.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
