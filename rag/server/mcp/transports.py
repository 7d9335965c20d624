"""How the MCP server is reached: on standard input and output, or below `/mcp` of the service."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import anyio
from fastapi import FastAPI
from mcp.server.transport_security import TransportSecuritySettings

from rag.server.access import LOCAL
from rag.server.mcp.tools import mcp_server
from rag.server.service import Service


def run_stdio(service: Service, *, write: bool = False) -> None:
    """Speak MCP on standard input and output until the client closes them."""
    local = LOCAL if write else replace(LOCAL, rights=frozenset({"read"}))
    anyio.run(mcp_server(service, local=local, write=write).run_stdio_async)


def mount_mcp(app: FastAPI, service: Service, *, write: bool = False) -> None:
    """Serve MCP at `/mcp` of an application, whose middleware checks hosts, origins and callers.

    Each request stands alone: nothing of a session is kept, so that several processes may serve one index.
    """
    server = mcp_server(service, local=LOCAL, write=write)
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # `Guard` has checked it already
    mounted = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=unchecked)
    app.router.routes.extend(mounted.routes)
    outer = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[Any]:
        async with outer(app) as state, server.session_manager.run():
            yield state

    app.router.lifespan_context = lifespan
