"""Documents over HTTP: list, upload, text, outline, a page that opens at a span, remove."""

from dataclasses import asdict
from functools import partial
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, UploadFile
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from rag.server import uploads
from rag.server.api.context import Address, Asking, Serving, span_address
from rag.server.api.static import SPAN_PAGE, SPAN_POLICY
from rag.server.jobs import Job
from rag.server.problems import INVALID, NO_JOB, ProblemError
from rag.types import Document

FILES_AT_ONCE = 50
router = APIRouter(prefix="/v1")

Id = Annotated[str, Path(description="A document's id.")]
In = Annotated[str | None, Query(description="The collection; the first one served if not given.")]
Version = Annotated[str | None, Query(description="An older version that was kept; the start of its hash.")]


@router.get("/documents", summary="List the documents")
async def documents(service: Serving, caller: Asking, collection: In = None) -> dict[str, Any]:
    """Id, source, version, length and date of each document, by source."""
    found = await service.documents(caller, collection)
    return {"documents": [asdict(info) for info in found]}


@router.post("/documents", summary="Upload files", status_code=202)
async def upload(
    files: Annotated[list[UploadFile], File(description="Up to 50 files.")],
    service: Serving,
    caller: Asking,
    address: Address,
    collection: In = None,
) -> JSONResponse:
    """Read files into the index, as a job; its progress stands at `Location`. A name that is there is replaced."""
    assistant = service.assistant(caller, collection, "write")
    if len(files) > FILES_AT_ONCE:
        raise ProblemError(INVALID, f"{len(files)} files were sent; {FILES_AT_ONCE} is the most at once.")
    contents = {uploads.accepted(file.filename): await file.read() for file in files}
    read = partial(_read_in, contents, partial(uploads.read_in, assistant))
    job = service.jobs.start(collection or service.default, caller.name, list(contents), read)
    return JSONResponse(job.to_dict(), 202, {"Location": f"{address}/v1/jobs/{job.id}"})


@router.get("/jobs/{id}", summary="The progress of an upload")
async def job(
    id: Annotated[str, Path(description="The job's id.")], service: Serving, caller: Asking
) -> dict[str, Any]:
    """`state` is waiting, running, done or failed; `files` says what became of each."""
    found: Job | None = service.jobs.get(id, caller.name)
    if found is None:
        raise ProblemError(NO_JOB, f"This caller has started no job {id}.")
    return found.to_dict()


@router.get("/documents/{id}", summary="A document and its outline")
async def document(
    id: Id, service: Serving, caller: Asking, address: Address, collection: In = None, version: Version = None
) -> dict[str, Any]:
    """What it is, and its headings with their spans."""
    found = await service.document(caller, collection, id, version)
    said = await service.look(caller, collection, lambda assistant: assistant.metadata(found.doc_id))
    known = {name: getattr(found, name) for name in ("doc_id", "source", "version", "encoding")}
    return {
        **known,
        "metadata": said,
        "characters": len(found.text),
        "url": span_address(address, found, collection),
        "outline": _outline(found),
    }


@router.get("/documents/{id}/text", summary="A document's text, or a span of it")
async def text(
    id: Id,
    service: Serving,
    caller: Asking,
    collection: In = None,
    version: Version = None,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """The canonical text; `start` and `end` are offsets as citations have them. RFC 5147 addresses work on it."""
    found = await service.document(caller, collection, id, version)
    return PlainTextResponse(found.text[start:end], headers={"X-Citespan-Version": found.version})


@router.get("/documents/{id}/view", summary="A page with a document's text, opened at a span")
async def view(
    id: Id, service: Serving, caller: Asking, collection: In = None, version: Version = None
) -> HTMLResponse:
    """Open it with `#char=START,END` (RFC 5147) at the end of the address: the span is marked and scrolled to."""
    found = await service.document(caller, collection, id, version)
    page = SPAN_PAGE.replace("{source}", escape(found.source)).replace("{text}", escape(found.text))
    return HTMLResponse(page, headers={"Content-Security-Policy": SPAN_POLICY})


@router.get("/documents/{id}/pages/{page}", summary="A page of a document, as it looks")
async def picture(
    id: Id,
    page: Annotated[int, Path(ge=1, description="The page's number, from 1.")],
    service: Serving,
    caller: Asking,
    collection: In = None,
    width: Annotated[int, Query(ge=100, le=3000, description="In pixels.")] = 1200,
) -> Response:
    """A WebP picture of a page, for documents that have pages."""
    found = await service.look(caller, collection, lambda it: it.page_picture(id, page, width=width))
    return Response(found, media_type="image/webp")


@router.delete("/documents/{id}", summary="Remove a document")
async def remove(id: Id, service: Serving, caller: Asking, collection: In = None) -> dict[str, str]:
    """Take it out of the index. Its file stays, unless it was uploaded here."""
    return {"removed": await service.remove(caller, collection, id)}


def _read_in(contents: dict[str, bytes], read: Any, name: str) -> Any:
    return read(name, contents.pop(name))


def _outline(document: Document) -> list[dict[str, Any]]:
    headings = (block for block in document.blocks if block.kind == "heading")
    return [
        {"level": block.level, "title": document.text[block.start : block.end], "start": block.start, "end": block.end}
        for block in headings
    ]
