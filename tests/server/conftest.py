"""A service over two short texts, and clients of it that need no socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.server.app import create_app
from rag.server.service import Service
from rag.server.workers import Workers
from tests.fakes import service as fake_service


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    """An assistant with a fake encoder over two texts."""
    with fake_service.assistant(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(assistant: Assistant) -> Iterator[TestClient]:
    """A client of the service over that assistant."""
    app = create_app(Service({"pets": assistant}, Workers(threads=2)))
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as opened:
        yield opened
