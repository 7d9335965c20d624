"""A span for each request, where OpenTelemetry is installed and set up in the environment (`OTEL_…`).

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is recorded and nothing is sent. A span has the route, the method, the
status and the caller's name; no words of any question.
Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def tracer_from_environment() -> Any:
    """A tracer that exports as the environment says; None where there is nothing to export to or with."""
    if not os.environ.get(ENDPOINT) or find_spec("opentelemetry.exporter.otlp.proto.grpc") is None:
        return None
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("citespan")


class Traced:
    """ASGI middleware that records a span for each request."""

    def __init__(self, app: ASGIApp, tracer: Any) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, within a span."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        with self._span(scope) as span:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, sending)
            route = getattr(scope.get("route"), "path", "other")
            span.update_name(f"{scope['method']} {route}")
            span.set_attribute("http.route", route)
            if caller := scope.get("state", {}).get("caller"):
                span.set_attribute("citespan.caller", caller.name)

    @contextmanager
    def _span(self, scope: Scope) -> Iterator[Any]:
        with self.tracer.start_as_current_span(scope["method"]) as span:
            span.set_attribute("http.request.method", scope["method"])
            yield span
