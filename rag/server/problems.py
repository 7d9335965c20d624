"""Errors as problem documents (RFC 9457): what happened, and what to do next.

ProblemError          whatever this service itself finds wrong with a request
CitespanError         by the table below; each class has a row, or the nearest of its bases has
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse

from rag import errors

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:citespan:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of fault: its HTTP status, its name in `type`, a title, and what to do next. `retry` is in seconds."""

    status: int
    name: str
    title: str
    next: str
    retry: int | None = None


class ProblemError(Exception):
    """A request that cannot be served; `detail` says why this one."""

    def __init__(
        self,
        problem: Problem,
        detail: str,
        *,
        faults: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


MALFORMED = Problem(400, "malformed-json", "The body is not JSON", "Send a JSON object, as /docs shows.")
INVALID = Problem(
    400, "invalid-request", "The request is not valid", "Correct the fields named in `errors`; see /docs."
)
UNSUPPORTED = Problem(400, "unsupported-parameter", "A parameter is not supported", "Leave it out; see /docs.")
UNAUTHORISED = Problem(
    401, "token-required", "A token is required", "Send `Authorization: Bearer TOKEN`; `rag token add` makes one."
)
FORBIDDEN = Problem(
    403, "not-allowed", "This token may not do that", "Use a token with the right; see `rag token add`."
)
FOREIGN = Problem(
    403, "foreign-origin", "Pages of another origin may not use this service", "Start it with --allow-origin ORIGIN."
)
NOT_FOUND = Problem(404, "not-found", "There is nothing at this address", "See /docs for the addresses.")
NO_MODEL = Problem(404, "model-not-found", "There is no such model", "Use one of those that GET /v1/models lists.")
NO_COLLECTION = Problem(404, "collection-not-found", "There is no such collection", "GET /v1/models lists them.")
NO_JOB = Problem(404, "job-not-found", "There is no such job", "Jobs are forgotten when the service restarts.")
METHOD = Problem(405, "method-not-allowed", "This address does not take that method", "See /docs for the methods.")
TOO_LARGE = Problem(413, "too-large", "The body is too large", "Send less at once.")
FORMAT = Problem(415, "unknown-format", "This format is not read", "Send one of the formats in docs/formats.md.")
WRONG_HOST = Problem(
    421, "wrong-host", "This service does not answer to that name", "Start it with --allow-host NAME, or use 127.0.0.1."
)
TOO_MANY = Problem(429, "too-many-requests", "Too many requests", "Wait as `Retry-After` says, then send it again.", 1)
FAULT = Problem(500, "fault", "A fault of the program", "Send it again; if it stays, report it with the server's log.")

_BY_ERROR: Mapping[type[errors.CitespanError], Problem] = {
    errors.CitespanError: Problem(500, "failure", "The request failed", "Read `detail`."),
    errors.SourceError: Problem(422, "unreadable-source", "A file cannot be read", "Send another file."),
    errors.SourceNotFoundError: Problem(404, "source-not-found", "There is nothing to read", "Send a file."),
    errors.IndexStateError: Problem(503, "index-unavailable", "The index cannot be used", "Run `rag check`."),
    errors.NoIndexError: Problem(503, "no-index", "There is no index", "Run `rag ingest PATH`."),
    errors.IndexMismatchError: Problem(
        503, "index-mismatch", "The index is being rebuilt, or has to be", "Run `rag rebuild`, or wait for it.", 10
    ),
    errors.IndexLockedError: Problem(
        409, "index-busy", "Another process is writing to the index", "Wait as `Retry-After` says.", 5
    ),
    errors.IndexDamagedError: Problem(500, "index-damaged", "The index is damaged", "Run `rag check`."),
    errors.IndexWriteError: Problem(
        507, "index-not-writable", "The index cannot be written", "Free space or permit it."
    ),
    errors.VectorServerError: Problem(502, "vector-server", "The Chroma server does not answer", "Start it again.", 10),
    errors.DocumentNotFoundError: Problem(
        404, "document-not-found", "There is no such document", "GET /v1/documents lists them."
    ),
    errors.ModelError: Problem(502, "model", "The model cannot be used", "Read `detail`; `rag ask` shows the same."),
    errors.ModelTimeoutError: Problem(
        504, "model-timeout", "The model took too long", "Ask again, or a shorter question."
    ),
    errors.ContextOverflowError: Problem(422, "context-overflow", "That is too much for the model", "Ask for less."),
    errors.SettingsError: Problem(400, "invalid-setting", "A value cannot be used", "Correct it; see /docs."),
}


@dataclass(frozen=True, slots=True)
class Described:
    """A problem document and its HTTP status and headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        """The document as a response."""
        return JSONResponse(self.body, self.status, self.headers, media_type=MEDIA_TYPE)


def problem_of(error: errors.CitespanError) -> Problem:
    """The kind of fault that an error is."""
    return next(_BY_ERROR[kind] for kind in type(error).__mro__ if kind in _BY_ERROR)


def described(error: Exception) -> Described:
    """An error as a problem document. What is neither ours nor expected says nothing of the program's inside."""
    if isinstance(error, ProblemError):
        return _document(error.problem, error.detail, error.faults, error.headers)
    if isinstance(error, errors.CitespanError):
        return _document(problem_of(error), str(error))
    return _document(FAULT, "The program met a fault that it does not know. The server's log has it.")


def _document(
    problem: Problem, detail: str, faults: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
) -> Described:
    body: dict[str, Any] = {
        "type": f"{_TYPE}{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "next": problem.next,
    }
    if faults:
        body["errors"] = [dict(fault) for fault in faults]
    retry = {} if problem.retry is None else {"Retry-After": str(problem.retry)}
    return Described(problem.status, body, {**retry, **(headers or {})})
