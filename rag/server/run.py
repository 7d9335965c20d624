"""The service on a socket: opens the indexes, listens, and stops on Ctrl+C. The composition of `rag serve`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from rag.assistant import Assistant
from rag.errors import SettingsError
from rag.server.api.guard import Rules, is_loopback
from rag.server.app import Options, create_app
from rag.server.service import Service
from rag.server.workers import Workers

STOPPING = 5  # seconds that answers on their way have when the service ends
PAGES = "citespan.pages"  # entry points that mount something beside the API: (app, assistant) in, nothing out


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. `indexes` are folders by the names of their collections, the default one first.

    `hosts` and `origins` are names of this service, and pages, that are let in besides this computer's own.
    """

    indexes: Mapping[str, Path]
    host: str = "127.0.0.1"
    port: int = 8000
    chat: bool = True
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    upload_megabytes: int = 64
    threads: int = 8
    proxies: Sequence[str] = ()
    mcp_write: bool = False


def serve(serving: Serving, *, ready: Callable[[str], None] = lambda address: None) -> None:
    """Serve until interrupted; `ready` is called with the address once requests are answered.

    Raises SettingsError for a port that is taken; NoIndexError.
    """
    with ExitStack() as stack:
        assistants = {
            name: stack.enter_context(Assistant.open(folder, create=False)) for name, folder in serving.indexes.items()
        }
        for assistant in assistants.values():
            assistant.prepare()
        app = create_app(Service(assistants, Workers(serving.threads)), options_of(serving))
        listen(app, serving, ready)


def serve_mcp(indexes: Mapping[str, Path], *, write: bool = False) -> None:
    """Speak MCP on standard input and output, over indexes by the names of their collections. Raises NoIndexError."""
    from rag.server.mcp.transports import run_stdio

    with ExitStack() as stack:
        assistants = {
            name: stack.enter_context(Assistant.open(folder, create=False)) for name, folder in indexes.items()
        }
        run_stdio(Service(assistants), write=write)


def options_of(serving: Serving) -> Options:
    """How the application is put on the network."""
    rules = Rules(
        hosts=serving.hosts or (() if is_loopback(serving.host) else None),
        origins=serving.origins,
        upload_bytes=serving.upload_megabytes * 1024 * 1024,
    )
    return Options(rules=rules, mounts=pages() if serving.chat else (), mcp_write=serving.mcp_write)


def check_host(serving: Serving) -> None:
    """Raise SettingsError where anybody on the network could read the documents without a token."""
    if not is_loopback(serving.host):
        raise SettingsError(
            f"On {serving.host} anybody who can reach this computer could read the documents. "
            "Leave out --host to serve this computer only."
        )


def pages() -> list[Callable[[FastAPI], None]]:
    """What installed packages mount beside the API. Raises SettingsError when a package that one needs is missing."""
    return [_loaded(point) for point in sorted(entry_points(group=PAGES), key=lambda point: point.name)]


def listen(app: FastAPI, serving: Serving, ready: Callable[[str], None]) -> None:
    """Answer requests until interrupted. Raises SettingsError for an address that cannot be had."""
    config = uvicorn.Config(
        app,
        host=serving.host,
        port=serving.port,
        log_level="warning",
        timeout_graceful_shutdown=STOPPING,
        proxy_headers=bool(serving.proxies),
        forwarded_allow_ips=list(serving.proxies),
        server_header=False,
    )
    try:
        socket = config.bind_socket()
    except (OSError, SystemExit) as error:
        raise SettingsError(f"{serving.host}:{serving.port} cannot be listened on. Try another --port.") from error
    host = f"[{serving.host}]" if ":" in serving.host else serving.host

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready(f"http://{host}:{socket.getsockname()[1]}")

    Announcing(config).run(sockets=[socket])


def _loaded(point: Any) -> Callable[[FastAPI], None]:
    try:
        mount: Callable[[FastAPI, Assistant], None] = point.load()
    except ImportError as error:
        raise SettingsError(
            f"The page '{point.name}' needs {error.name}, which is missing. Install citespan[ui], or use --no-chat."
        ) from error

    def mounted(app: FastAPI) -> None:
        service: Service = app.state.service
        mount(app, service.assistants[service.default])

    return mounted
