"""The application: routes, who asks, errors as problem documents, what is counted, and the chat at `/`."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import rag
from rag.errors import CitespanError
from rag.server import problems
from rag.server.access import LOCAL, Caller
from rag.server.api import documents, routes
from rag.server.api.guard import Guard, Rules
from rag.server.api.static import DOCS_POLICY, docs_page
from rag.server.api.streams import ClientGoneError, queue_full
from rag.server.mcp.transports import mount_mcp
from rag.server.openai import chat, responses
from rag.server.problems import Described, ProblemError, described
from rag.server.service import Service
from rag.server.tracing import Traced
from rag.server.workers import QueueFullError

Identify = Callable[[Scope], Caller]
"""Who a request is from. Raises ProblemError when it is from nobody who may use the service."""
OPENAI = ("/v1/models", "/v1/chat/", "/v1/responses")
OPEN = frozenset({"/v1/health", "/docs", "/openapi.json"})  # answered without a token
log = logging.getLogger("citespan.server")


@dataclass(frozen=True, slots=True)
class Options:
    """How the service is put on the network. `mounts` add what is not the API, such as the chat; `mcp_write` lets
    MCP's clients change an index; `tracer` is OpenTelemetry's.
    """

    rules: Rules = field(default_factory=Rules)
    identify: Identify = lambda scope: LOCAL
    mounts: Sequence[Callable[[FastAPI], None]] = ()
    mcp_write: bool = False
    tracer: Any = None


def create_app(service: Service, options: Options | None = None) -> FastAPI:
    """The application over a service. Closing it closes the service's threads, not its assistants."""
    options = options or Options()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.jobs.close()
        service.workers.close()

    app = FastAPI(
        title="Citespan", version=rag.__version__, docs_url=None, redoc_url=None, lifespan=lifespan, description=__doc__
    )
    app.state.service = service
    for router in (routes.router, documents.router, chat.router, responses.router, routes.metrics):
        app.include_router(router)
    app.get("/docs", include_in_schema=False)(lambda: _docs(app))
    _handle_errors(app)
    mount_mcp(app, service, write=options.mcp_write)
    for mount in options.mounts:
        mount(app)
    app.add_middleware(Access, identify=options.identify)
    app.add_middleware(Guard, rules=options.rules)
    app.add_middleware(Counted, service=service)
    if options.tracer:
        app.add_middleware(Traced, tracer=options.tracer)
    return app


class Access:
    """ASGI middleware that finds out who asks, before anything of the API runs."""

    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self.app = app
        self.identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its caller, or answer it with a problem document."""
        if scope["type"] == "http" and scope["path"] not in OPEN and is_api(scope["path"]):
            try:
                scope.setdefault("state", {})["caller"] = self.identify(scope)
            except (ProblemError, CitespanError) as error:
                return await _for(scope, described(error)).response()(scope, receive, send)
        await self.app(scope, receive, send)


class Counted:
    """ASGI middleware that counts responses of the API and their time."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it once its response has ended."""
        if scope["type"] != "http" or not is_api(scope["path"]):
            return await self.app(scope, receive, send)
        status, start = 499, time.perf_counter()  # nginx's number for a client that left before it was answered

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.service.metrics.request(route, scope["method"], status, time.perf_counter() - start)


def is_api(path: str) -> bool:
    """Whether a path is the API's; everything else is the chat's."""
    return path.startswith(("/v1/", "/mcp", "/metrics"))


def _for(scope: Scope, problem: Described) -> Described:
    """A problem document as the clients of a path take it: OpenAI's look for `error`."""
    if not scope["path"].startswith(OPENAI):
        return problem
    return replace(problem, body={**problem.body, "error": chat.as_error(problem.body)})


def _docs(app: FastAPI) -> HTMLResponse:
    return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": DOCS_POLICY})


def _handle_errors(app: FastAPI) -> None:
    async def told(request: Request, error: Exception) -> Response:
        return _for(request.scope, described(_as_problem(error))).response()

    async def fault(request: Request, error: Exception) -> Response:
        log.error("%s %s met a fault", request.method, request.url.path, exc_info=error)
        return _for(request.scope, described(error)).response()

    for kind in (ProblemError, CitespanError, QueueFullError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, told)
    app.add_exception_handler(ClientGoneError, lambda request, error: Response(status_code=499))
    app.add_exception_handler(Exception, fault)


def _as_problem(error: Exception) -> Exception:
    if isinstance(error, QueueFullError):
        return queue_full(error)
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return error.__cause__ if isinstance(error.__cause__, ProblemError) else _of_status(error)
    return error


def _invalid(error: RequestValidationError) -> ProblemError:
    items: list[dict[str, Any]] = list(error.errors())
    if any(item["type"] == "json_invalid" for item in items):
        return ProblemError(problems.MALFORMED, "The body of the request cannot be read as JSON.")
    faults = [{"field": ".".join(map(str, item["loc"][1:])), "fault": item["msg"]} for item in items]
    named = ", ".join(fault["field"] or "the body" for fault in faults)
    return ProblemError(problems.INVALID, f"These fields cannot be used: {named}.", faults=faults)


def _of_status(error: HTTPException) -> ProblemError:
    kinds = {404: problems.NOT_FOUND, 405: problems.METHOD, 413: problems.TOO_LARGE}
    kind = kinds.get(error.status_code, problems.INVALID)
    return ProblemError(kind, str(error.detail), headers=error.headers)
