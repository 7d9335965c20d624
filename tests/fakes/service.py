"""The HTTP service over a fake assistant, in this process: as an ASGI application, or on a socket of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from rag.assistant import Assistant
from rag.server.app import Options, create_app
from rag.server.service import Service
from rag.server.workers import Workers
from tests import fakes
from tests.conftest import write_files

TEXTS = {
    "cats.md": "# Cats\n\nCats purr softly at night. A cat sleeps sixteen hours a day.\n\n# Food\n\nCats eat fish.\n",
    "dogs.txt": "Dogs bark at the postman. A dog sleeps ten hours a day. The naïve 🐕 dog waits.\n",
}


@contextmanager
def assistant(folder: Path, texts: Mapping[str, str] = TEXTS) -> Iterator[Assistant]:
    """An assistant with a fake encoder over some texts."""
    write_files(folder / "docs", dict(texts))
    with fakes.assistant(folder / ".citespan", base=folder) as opened:
        opened.ingest([folder / "docs"])
        yield opened


@contextmanager
def listening(
    assistants: Mapping[str, Assistant], options: Options | None = None, workers: Workers | None = None
) -> Iterator[str]:
    """The address of a service over assistants, on a free port of 127.0.0.1, until the block is left."""
    app = create_app(Service(assistants, workers or Workers(threads=4)), options)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    socket = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        _wait(server)
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()


def _wait(server: Any) -> None:
    limit = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < limit, "the service did not start"
        time.sleep(0.01)
