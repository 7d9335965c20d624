"""`/v1/responses`. Source: https://platform.openai.com/docs/api-reference/responses

Nothing is stored: a conversation goes on by sending its messages again.
"""

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from rag.server.access import Caller
from rag.server.api.context import Address, Asking, Serving
from rag.server.api.streams import message, opened, while_connected
from rag.server.openai.annotations import file_citation, marks, url_citation
from rag.server.openai.chat import Delivered, as_error, refused
from rag.server.openai.requests import ResponseRequest, collection_of
from rag.server.service import Question, Service
from rag.types import Answer, AnswerDone

router = APIRouter(prefix="/v1")


@dataclass(frozen=True, slots=True)
class Reply:
    """One response: what all of its events have in common."""

    model: str
    address: str
    id: str = field(default_factory=lambda: f"resp_{uuid4().hex}")
    item: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    created: float = field(default_factory=time.time)

    def response(self, status: str, output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """The response as it stands."""
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": self.model,
            "output": output,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": False,
            "tool_choice": "none",
            "tools": [],
            "store": False,
            **more,
        }

    def whole(self, answer: Answer, text: str) -> dict[str, Any]:
        """The response once the answer is there, our own beside it."""
        content = [self.part(text, self.annotations(answer, text))]
        if said := refused(answer):
            content.append({"type": "refusal", "refusal": said})
        return self.response("completed", [self.output("completed", content)], citespan=answer.to_dict())

    def output(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        """The one message that a response has."""
        return {"id": self.item, "type": "message", "role": "assistant", "status": status, "content": content}

    def part(self, text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
        """The text of the message."""
        return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}

    def annotations(self, answer: Answer, text: str) -> list[dict[str, Any]]:
        """Each citation twice: by its file, and by the address of its span."""
        collection = collection_of(self.model)
        found = list(marks(answer, text))
        urls = [{"type": "url_citation", **url_citation(mark, self.address, collection)} for mark in found]
        return [annotation for mark, url in zip(found, urls, strict=True) for annotation in (file_citation(mark), url)]


class Events:
    """The messages of a streamed response, numbered."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._numbers = count()
        self._place = {"item_id": reply.item, "output_index": 0, "content_index": 0}

    def begin(self) -> Iterator[str]:
        """What comes before the first word."""
        reply = self._reply
        for kind in ("response.created", "response.in_progress"):
            yield self._event(kind, response=reply.response("in_progress", []))
        yield self._event("response.output_item.added", output_index=0, item=reply.output("in_progress", []))
        yield self._event("response.content_part.added", **self._place, part=reply.part("", []))

    def delta(self, text: str) -> str:
        """More text."""
        return self._event("response.output_text.delta", **self._place, delta=text, logprobs=[])

    def end(self, answer: Answer, text: str) -> Iterator[str]:
        """The annotations, and everything once more as a whole."""
        whole = self._reply.whole(answer, text)
        (item,) = whole["output"]
        part = item["content"][0]
        added = "response.output_text.annotation.added"
        for index, annotation in enumerate(part["annotations"]):
            yield self._event(added, **self._place, annotation_index=index, annotation=annotation)
        yield self._event("response.output_text.done", **self._place, text=text, logprobs=[])
        yield self._event("response.content_part.done", **self._place, part=part)
        yield self._event("response.output_item.done", output_index=0, item=item)
        yield self._event("response.completed", response=whole)

    def fault(self, problem: dict[str, Any]) -> str:
        """What went wrong on the way."""
        error = as_error(problem)
        return self._event("error", **{name: error[name] for name in ("code", "message", "param")})

    def _event(self, kind: str, **data: Any) -> str:
        return message({"type": kind, "sequence_number": next(self._numbers), **data}, kind)


@router.post("/responses", summary="OpenAI: a response")
async def respond(body: ResponseRequest, service: Serving, caller: Asking, address: Address, request: Request) -> Any:
    """The input is answered; earlier messages in it make a follow-up whole. Citations are annotations of the text.

    Our whole answer stands beside it, under `citespan`.
    """
    reply = Reply(body.model, address)
    collection, asked = collection_of(body.model), body.asked()
    if body.stream:
        events = Events(reply)
        return await opened(_events(events, service, caller, collection, asked), events.fault)
    answer = await while_connected(request, service.ask(caller, collection, asked))
    return reply.whole(answer, answer.text)


async def _events(
    events: Events, service: Service, caller: Caller, collection: str | None, asked: Question
) -> AsyncGenerator[str]:
    delivered = Delivered()
    async with aclosing(service.stream(caller, collection, asked)) as steps:
        begun = False
        async for step in steps:
            if not begun:
                for told in events.begin():
                    yield told
                begun = True
            if text := delivered.of(step):
                yield events.delta(text)
            if isinstance(step, AnswerDone):
                for told in events.end(step.answer, delivered.text):
                    yield told
