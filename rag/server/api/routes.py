"""The service's own API: ask, retrieve, verify, and what it says of itself."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

import rag
from rag.server.access import Caller
from rag.server.api import anthropic
from rag.server.api.context import Asking, Serving
from rag.server.api.schemas import Ask, Retrieve, Verify
from rag.server.api.streams import message, opened, while_connected
from rag.server.problems import UNSUPPORTED, ProblemError
from rag.server.service import Question, Service
from rag.types import AnswerDone, Event, EvidenceFound, Passage

router = APIRouter(prefix="/v1")
metrics = APIRouter()


@router.post("/ask", summary="Answer a question, or say why not")
async def ask(
    body: Ask,
    service: Serving,
    caller: Asking,
    request: Request,
    form: Annotated[Literal["citespan", "anthropic"], Query(description="The shape of the answer.")] = "citespan",
) -> Any:
    """The answer: verified statements with exact citations, or a refusal with the closest passages.

    With `form=anthropic`, a message whose text blocks have Anthropic's citations (not streamed).

    With `stream`, server-sent events: `evidence` (what the answer would come from), `statement` (each once it is
    verified), `answer` (the whole); `problem` when it is cut off.
    """
    if body.stream and form == "anthropic":
        raise ProblemError(UNSUPPORTED, "An answer in Anthropic's form is not streamed.")
    if body.stream:
        return await opened(_events(service, caller, body.collection, body.asked()), lambda it: message(it, "problem"))
    answer = await while_connected(request, service.ask(caller, body.collection, body.asked()))
    return anthropic.message(answer) if form == "anthropic" else answer.to_dict()


@router.post("/retrieve", summary="Find the passages that would be read for a question")
async def retrieve(body: Retrieve, service: Serving, caller: Asking, request: Request) -> dict[str, Any]:
    """The passages, best first, each with its document, version and exact characters."""
    asked = Question(body.question, body.documents)
    passages = await while_connected(request, service.retrieve(caller, body.collection, asked))
    return {"passages": [_passage(passage) for passage in passages]}


@router.post("/verify", summary="Check any text against the documents")
async def verify(body: Verify, service: Serving, caller: Asking, request: Request) -> dict[str, Any]:
    """Each statement of the text with its offsets, a verdict, its support, and the spans that decide it."""
    found = await while_connected(request, service.verify(caller, body.collection, body.text, body.documents))
    return found.to_dict()


@router.get("/health", summary="Whether the service is up")
async def health() -> dict[str, str]:
    """Always answered, without a token, also while questions wait."""
    return {"status": "ok", "version": rag.__version__}


@metrics.get("/metrics", summary="Counters in Prometheus' text format")
async def counters(service: Serving) -> Response:
    """Requests, questions by status, times and waiting work; no words of any question."""
    service.metrics.waiting.set(service.workers.waiting)
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _events(service: Service, caller: Caller, collection: str | None, question: Question) -> AsyncGenerator[str]:
    async with aclosing(service.stream(caller, collection, question)) as events:
        async for event in events:
            yield _message(event)


def _message(event: Event) -> str:
    if isinstance(event, EvidenceFound):
        citations = [citation.to_dict() for citation in event.citations]
        return message({"question": event.question, "citations": citations}, "evidence")
    if isinstance(event, AnswerDone):
        return message(event.answer.to_dict(), "answer")
    return message(event.statement.to_dict(), "statement")


def _passage(passage: Passage) -> dict[str, Any]:
    chunk = passage.chunk
    known = {name: getattr(chunk, name) for name in ("id", "doc_id", "source", "version", "start", "end", "text")}
    return {**known, "context": [asdict(span) for span in chunk.context], "score": passage.score}
