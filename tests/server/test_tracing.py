"""Traces: a span a request, without the words of a question; and none where nobody asked for them."""

from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.server.app import Options, create_app
from rag.server.service import Service
from rag.server.tracing import ENDPOINT, tracer_from_environment
from rag.server.workers import Workers


def test_a_request_is_a_span_without_its_words(assistant: Assistant, tmp_path: Path) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = create_app(Service({"pets": assistant}, Workers(threads=1)), Options(tracer=provider.get_tracer("test")))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        client.post("/v1/ask", json={"question": "How many hours a day does a cat sleep?"})
    (span,) = (span for span in spans.get_finished_spans() if "ask" in span.name)
    assert span.name == "POST /v1/ask"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/v1/ask",
        "citespan.caller": "local",
    }


def test_nothing_is_traced_unless_the_environment_says_where_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    assert tracer_from_environment() is None
