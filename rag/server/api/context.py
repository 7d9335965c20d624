"""What routes need of a request: the service behind it, who asks, and where the service is reached."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from rag.server.access import Caller
from rag.server.service import Service
from rag.types import Citation, Document


def service_of(request: Request) -> Service:
    """The service behind a request."""
    service: Service = request.app.state.service
    return service


def caller_of(request: Request) -> Caller:
    """Who asks; set by `rag.server.app` before any route runs."""
    caller: Caller = request.state.caller
    return caller


def address_of(request: Request) -> str:
    """The address at which this request reached the service, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def span_address(address: str, cited: Document | Citation, collection: str | None = None) -> str:
    """Where a document's text, or the span of a citation, can be opened (RFC 5147)."""
    within = f"&collection={quote(collection)}" if collection else ""
    span = f"#char={cited.start},{cited.end}" if isinstance(cited, Citation) else ""
    return f"{address}/v1/documents/{cited.doc_id}/view?version={cited.version[:12]}{within}{span}"


Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]
Address = Annotated[str, Depends(address_of)]
