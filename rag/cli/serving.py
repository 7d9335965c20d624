"""`rag serve`: the HTTP service over one or several indexes."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from rag.cli.accounts import AccessOption
from rag.errors import SettingsError
from rag.settings import DEFAULT_INDEX

Indexes = Annotated[
    list[str] | None,
    typer.Option("--index", metavar="DIR|NAME=DIR", help="A folder with an index; repeatable.", envvar="RAG_INDEX"),
]
Hosts = Annotated[
    list[str] | None, typer.Option("--allow-host", metavar="NAME", help="A name this service has; repeatable.")
]
Origins = Annotated[
    list[str] | None, typer.Option("--allow-origin", metavar="ORIGIN", help="Pages that may use it; repeatable.")
]
Proxies = Annotated[
    list[str] | None, typer.Option("--proxy", metavar="ADDRESS", help="A proxy whose X-Forwarded headers are trusted.")
]


def serve(
    index: Indexes = None,
    host: Annotated[str, typer.Option("--host", help="The address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    chat: Annotated[bool, typer.Option(help="Serve the chat at `/` too.")] = True,
    allow_host: Hosts = None,
    allow_origin: Origins = None,
    proxy: Proxies = None,
    upload_megabytes: Annotated[int, typer.Option(min=1, help="The largest upload.")] = 64,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Questions worked on at once.")] = 4,
    mcp_write: Annotated[bool, typer.Option("--mcp-write", help="Let MCP clients add and remove documents.")] = False,
    access: AccessOption = None,
    per_minute: Annotated[int | None, typer.Option(min=1, help="Requests a minute that each client may send.")] = None,
    audit: Annotated[
        Path | None, typer.Option(help="Write down who asked what, and what was cited, in this file.")
    ] = None,
) -> None:
    """Serve the index over HTTP: its own API, OpenAI's and MCP's, and the chat."""
    indexes = named(index or [DEFAULT_INDEX])
    run = _server()
    serving = run.Serving(
        indexes,
        host=host,
        port=port,
        chat=chat,
        hosts=allow_host or (),
        origins=allow_origin or (),
        proxies=proxy or (),
        upload_megabytes=upload_megabytes,
        threads=threads,
        mcp_write=mcp_write,
        access=access,
        per_minute=per_minute,
        audit=audit,
    )
    run.check_host(serving)
    typer.echo("Loading the models …", err=True)
    run.serve(serving, ready=_announce)


def mcp(
    index: Indexes = None,
    write: Annotated[bool, typer.Option("--write", help="Also offer tools that add and remove documents.")] = False,
) -> None:
    """Speak MCP on standard input and output, for editors and assistants that start it themselves."""
    _server().serve_mcp(named(index or [DEFAULT_INDEX]), write=write)


def named(values: list[str]) -> dict[str, Path]:
    """Folders by the names of their collections: NAME=DIR, or DIR with the name of the folder it is in."""
    found: dict[str, Path] = {}
    for value in values:
        name, sign, folder = value.partition("=")
        path = Path(folder if sign else value)
        key = name if sign else path.expanduser().resolve().parent.name or "default"
        if key in found:
            raise SettingsError(f"Two collections are called '{key}'. Name them: --index NAME=DIR.")
        found[key] = path
    return found


def _server() -> ModuleType:
    """The package that serves, whose libraries load only here. Raises SettingsError when one is missing."""
    try:
        return import_module("rag.server.run")
    except ImportError as error:
        raise SettingsError(f"{error.name} is missing. Install it with: pip install 'citespan[server]'") from error


def _announce(address: str) -> None:
    typer.echo(f"Serving on {address} (the API: {address}/docs)\nPress Ctrl+C to stop.")
