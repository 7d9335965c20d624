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
from rag.server.accounts.gate import Audit, Gate, Pace
from rag.server.accounts.store import FILE, Accounts
from rag.server.api.guard import Rules, is_loopback
from rag.server.app import Options, create_app
from rag.server.service import Service, ignored
from rag.server.tracing import tracer_from_environment
from rag.server.workers import Workers

STOPPING = 5  # seconds that answers on their way have when the service ends
PAGES = "citespan.pages"  # entry points that mount something beside the API: mount(app, assistant, login=...)
Login = Callable[[str, str], bool]
"""Whether a user with that name and password may come in."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. `indexes` are folders by the names of their collections, the default one first.

    `hosts` and `origins` are names of this service, and pages, that are let in besides this computer's own. `access` is
    the file of tokens and users, by default in the first index's folder. A client may send `per_minute` requests.
    `audit` is the file in which questions are written down.
    """

    indexes: Mapping[str, Path]
    host: str = "127.0.0.1"
    port: int = 8000
    chat: bool = True
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()
    upload_megabytes: int = 64
    threads: int = 4
    proxies: Sequence[str] = ()
    mcp_write: bool = False
    access: Path | None = None
    per_minute: int | None = None
    audit: Path | None = None


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
        gate = gate_of(serving)
        audit = Audit(serving.audit) if serving.audit else None
        if audit:
            stack.callback(audit.close)
        answered = audit.answered if audit else ignored
        service = Service(assistants, Workers(serving.threads), is_valid=gate.is_valid, answered=answered)
        listen(create_app(service, options_of(serving, gate)), serving, ready)


def serve_mcp(indexes: Mapping[str, Path], *, write: bool = False) -> None:
    """Speak MCP on standard input and output, over indexes by the names of their collections. Raises NoIndexError."""
    from rag.server.mcp.transports import run_stdio

    with ExitStack() as stack:
        assistants = {
            name: stack.enter_context(Assistant.open(folder, create=False)) for name, folder in indexes.items()
        }
        run_stdio(Service(assistants), write=write)


def gate_of(serving: Serving) -> Gate:
    """What lets requests in."""
    path = serving.access or next(iter(serving.indexes.values())) / FILE
    return Gate(Accounts(path.expanduser()), Pace(serving.per_minute) if serving.per_minute else None)


def options_of(serving: Serving, gate: Gate) -> Options:
    """How the application is put on the network. Where there are tokens, the chat is for users only."""
    users = bool(gate.accounts.names("users"))
    chat = serving.chat and (users or not gate.accounts)
    rules = Rules(
        hosts=serving.hosts or (() if is_loopback(serving.host) else None),
        origins=serving.origins,
        upload_bytes=serving.upload_megabytes * 1024 * 1024,
    )
    mounts = pages(gate.login if users else None) if chat else ()
    tracer = tracer_from_environment()
    return Options(rules, identify=gate.identify, mounts=mounts, mcp_write=serving.mcp_write, tracer=tracer)


def check_host(serving: Serving) -> None:
    """Raise SettingsError where anybody on the network could read the documents without a token."""
    if not (is_loopback(serving.host) or gate_of(serving).accounts):
        raise SettingsError(
            f"On {serving.host} anybody who can reach this computer could read the documents. "
            "Make a token with `rag token add NAME`, or leave out --host to serve this computer only."
        )


def pages(login: Login | None) -> list[Callable[[FastAPI], None]]:
    """What installed packages mount beside the API, for those whom `login` lets in.

    Raises SettingsError when a package that one needs is missing.
    """
    return [_loaded(point, login) for point in sorted(entry_points(group=PAGES), key=lambda point: point.name)]


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


def _loaded(point: Any, login: Login | None) -> Callable[[FastAPI], None]:
    try:
        mount: Callable[..., None] = point.load()
    except ImportError as error:
        raise SettingsError(
            f"The page '{point.name}' needs {error.name}, which is missing. Install citespan[ui], or use --no-chat."
        ) from error

    def mounted(app: FastAPI) -> None:
        service: Service = app.state.service
        assistant = service.assistants[service.default]
        mount(app, assistant.restricted(()) if login else assistant, login=login)

    return mounted
