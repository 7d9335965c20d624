"""`/v1/models` and `/v1/chat/completions`. Source: https://platform.openai.com/docs/api-reference/chat"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request

from rag.server.access import Caller
from rag.server.api.context import Address, Asking, Serving
from rag.server.api.streams import message, opened, while_connected
from rag.server.openai.annotations import marks, url_citation
from rag.server.openai.requests import MODEL, ChatRequest, collection_of
from rag.server.problems import NO_MODEL, ProblemError
from rag.server.service import Question, Service
from rag.types import Answer, AnswerDone, Event, StatementVerified

router = APIRouter(prefix="/v1")


@dataclass(frozen=True, slots=True)
class Completion:
    """One chat completion: what all of its parts have in common."""

    model: str
    address: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The completion at once."""
        said = {"role": "assistant", "content": answer.text, "refusal": refused(answer)}
        choice = {
            "index": 0,
            "message": {**said, "annotations": self.annotations(answer, answer.text)},
            "finish_reason": "stop",
            "logprobs": None,
        }
        return {**self._head("chat.completion"), "choices": [choice], "citespan": answer.to_dict()}

    def chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        """A part of a streamed completion."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return message({**self._head("chat.completion.chunk"), "choices": [choice], **more})

    def annotations(self, answer: Answer, text: str) -> list[dict[str, Any]]:
        """The citations of an answer, as annotations of its text."""
        collection = collection_of(self.model)
        found = (url_citation(mark, self.address, collection) for mark in marks(answer, text))
        return [{"type": "url_citation", "url_citation": citation} for citation in found]

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


@router.get("/models", summary="OpenAI: the models, one for each collection")
async def models(service: Serving, caller: Asking) -> dict[str, Any]:
    """`citespan` is the default collection, `citespan/NAME` any other."""
    return {"object": "list", "data": [_model(name) for name in _names(service, caller)]}


@router.get("/models/{name:path}", summary="OpenAI: one model")
async def model(name: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """A model by its name."""
    if name not in _names(service, caller):
        raise ProblemError(NO_MODEL, f"There is no model '{name}'.")
    return _model(name)


@router.post("/chat/completions", summary="OpenAI: a chat completion")
async def complete(body: ChatRequest, service: Serving, caller: Asking, address: Address, request: Request) -> Any:
    """The last message is answered; earlier ones make a follow-up whole. Citations are annotations of the message.

    Our whole answer stands beside it, under `citespan`.
    """
    completion = Completion(body.model, address)
    collection, asked = collection_of(body.model), body.asked()
    if body.stream:
        chunks = _chunks(completion, service, caller, collection, asked)
        return await opened(chunks, lambda problem: message({"error": as_error(problem)}))
    answer = await while_connected(request, service.ask(caller, collection, asked))
    return completion.whole(answer)


def refused(answer: Answer) -> str | None:
    """The message of a refusal. It is the text of the answer too, for most clients show nothing else."""
    return answer.refusal.message if answer.refusal else None


def as_error(problem: dict[str, Any]) -> dict[str, Any]:
    """A problem document as OpenAI's clients take errors."""
    code = problem["type"].rpartition(":")[2].replace("-", "_")
    kind = "server_error" if problem["status"] >= 500 else "invalid_request_error"
    fields = [fault["field"] for fault in problem.get("errors", ())]
    text = f"{problem['detail']} {problem['next']}"
    return {"message": text, "type": kind, "param": fields[0] if fields else None, "code": code}


class Delivered:
    """How much of an answer's text has gone out: statements as they are verified, and at the end what is left."""

    def __init__(self) -> None:
        self.text = ""

    def of(self, event: Event) -> str:
        """The text that an event adds."""
        if isinstance(event, StatementVerified):
            added = f"{' ' if self.text else ''}{event.statement.text}"
        elif isinstance(event, AnswerDone) and event.answer.text.startswith(self.text):
            added = event.answer.text[len(self.text) :]
        else:
            added = ""
        self.text += added
        return added


async def _chunks(
    completion: Completion, service: Service, caller: Caller, collection: str | None, asked: Question
) -> AsyncGenerator[str]:
    delivered = Delivered()
    async with aclosing(service.stream(caller, collection, asked)) as events:
        role = {"role": "assistant", "content": ""}
        async for event in events:
            if text := delivered.of(event):
                yield completion.chunk({**role, "content": text})
                role = {}
            if isinstance(event, AnswerDone):
                last = {"annotations": completion.annotations(event.answer, delivered.text)}
                if said := refused(event.answer):
                    last["refusal"] = said  # type: ignore[assignment]
                yield completion.chunk(last, "stop", citespan=event.answer.to_dict())
                yield "data: [DONE]\n\n"


def _names(service: Service, caller: Caller) -> list[str]:
    readable = service.collections(caller)
    default = [MODEL] if service.default in readable else []
    return [*default, *(f"{MODEL}/{name}" for name in readable)]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "citespan"}
