"""Language models for tests: one that says what it is told to, and servers on 127.0.0.1 that speak the wire formats."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.generation.llm_generator import Writer
from rag.generation.prompts import Schema
from rag.llm.backends import Backend, Limits

LIMITS = Limits(window=4096, answer=320, timeout=60)


def statements(*rows: tuple[str, list[int]]) -> str:
    """The JSON that prompts ask for."""
    return json.dumps({"statements": [{"text": text, "sources": sources} for text, sources in rows]})


class Scripted(Backend):
    """A `Backend` that writes its replies in turn, the last for ever; one may be an error. It keeps what it heard."""

    def __init__(self, *replies: str | Exception, window: int = 4096, count: Callable[[str], int] = len) -> None:
        for name, value in {
            "name": "scripted",
            "window": window,
            "close": lambda: None,
            "count": lambda text: count(text) // 4,
        }.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "replies", list(replies))
        object.__setattr__(self, "heard", [])
        object.__setattr__(self, "written", [])

    __slots__ = ("heard", "replies", "written")
    replies: list[str | Exception]
    heard: list[Sequence[tuple[str, str]]]
    written: list[str]

    def stream(self, messages: Sequence[tuple[str, str]], schema: Schema) -> Any:
        self.heard.append(messages)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        for at in range(0, len(reply), 5):
            self.written.append(reply[at : at + 5])
            yield reply[at : at + 5]


def writer(*replies: str | Exception, limits: Limits = LIMITS, **options: Any) -> tuple[Writer, Scripted]:
    """A writer whose model is scripted, and the script."""
    backend = Scripted(*replies, **options)
    return Writer.of(backend, limits), backend


Reply = Callable[[dict[str, Any]], "tuple[int, Iterator[bytes]]"]
"""The JSON of a request in; the status and the body's pieces out."""


class Server:
    """What a fake server was asked: (path, headers, body) of each request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.cut_off = threading.Event()


@contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    """A server on a free port of 127.0.0.1 that answers every POST with `reply`."""
    found: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found[0].requests.append((self.path, dict(self.headers), body))
            status, pieces = reply(body)
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream" if self.path.endswith("completions") else "x-ndjson")
            self.end_headers()
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                found[0].cut_off.set()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.append(Server(f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()


def openai_stream(text: str, *, pause: float = 0.0) -> Iterator[bytes]:
    """A text as an OpenAI-compatible server streams it."""
    for at in range(0, len(text), 7):
        delta = {"index": 0, "delta": {"role": "assistant", "content": text[at : at + 7]}, "finish_reason": None}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [delta]}
        yield f"data: {json.dumps(chunk)}\n\n".encode()
        time.sleep(pause)
    yield b"data: [DONE]\n\n"


def ollama_stream(text: str, *, pause: float = 0.0) -> Iterator[bytes]:
    """A text as Ollama streams it."""
    for at in range(0, len(text), 7):
        message = {"role": "assistant", "content": text[at : at + 7]}
        yield json.dumps({"model": "m", "message": message, "done": False}).encode() + b"\n"
        time.sleep(pause)
    yield json.dumps({"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}).encode() + b"\n"
