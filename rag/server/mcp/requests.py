"""Who calls the MCP server and where it is reached, and the list of its resources, which is each caller's own."""

from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp_types import ListResourcesResult, Resource
from starlette.requests import Request

from rag.server.access import Caller
from rag.server.api.context import address_of
from rag.server.service import Service
from rag.types import Chunk, Document

SCHEME = "citespan"


def caller_of(ctx: Context[Any], local: Caller) -> Caller:
    """Who calls: over HTTP as `rag.server.app` found out, else whoever started the server."""
    return _caller(ctx.request_context.request, local)


def span_address_of(ctx: Context[Any], cited: Document | Chunk, service: Service) -> str:
    """Where a document, or the span of a chunk, can be opened: a page over HTTP, a resource on stdio."""
    span = f"#char={cited.start},{cited.end}" if isinstance(cited, Chunk) else ""
    request = ctx.request_context.request
    if isinstance(request, Request):
        return f"{address_of(request)}/v1/documents/{cited.doc_id}/view?version={cited.version[:12]}{span}"
    return f"{resource_address(service.default, cited.doc_id)}{span}"


def resource_address(collection: str, doc_id: str) -> str:
    """The URI of a document's text as an MCP resource."""
    return f"{SCHEME}://{collection}/{doc_id}"


def resources_listed(service: Service, local: Caller) -> ServerMiddleware[Any]:
    """Middleware that answers `resources/list` with the documents that its caller may read."""

    async def listed(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "resources/list":
            return await call_next(ctx)
        caller = _caller(ctx.request, local)
        resources = [
            Resource(uri=resource_address(name, info.doc_id), name=info.source, mime_type="text/plain")
            for name in service.collections(caller)
            for info in await service.documents(caller, name)
        ]
        return ListResourcesResult(resources=resources)

    return listed


def _caller(request: Any, local: Caller) -> Caller:
    if not isinstance(request, Request):
        return local
    caller: Caller = request.state.caller
    return caller
