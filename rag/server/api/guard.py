"""What every request passes first: the host and the origin it names, the size of its body; and headers of responses.

A page of another site can make a visitor's browser send requests here, and a name of its own that leads to 127.0.0.1
(DNS rebinding) makes it read the answers. Hence the two checks; no header of CORS is ever sent.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.problems import FOREIGN, TOO_LARGE, WRONG_HOST, ProblemError, described

POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
JSON_BYTES = 2 * 1024 * 1024  # of a request that uploads nothing
_OURS = ("/v1/", "/mcp", "/metrics", "/docs", "/openapi.json")


@dataclass(frozen=True, slots=True)
class Rules:
    """Which requests are let in.

    `hosts` are names of this service besides those of this computer; None stands for every name. `origins` are pages
    that may use it besides its own. `upload_bytes` is the largest upload.
    """

    hosts: Collection[str] | None = ()
    origins: Collection[str] = ()
    upload_bytes: int = 64 * 1024 * 1024


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware that applies the rules to every request, those for the chat included."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem document."""
        if scope["type"] not in {"http", "websocket"}:
            return await self.app(scope, receive, send)
        ours = scope["path"].startswith(_OURS)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message), ours=ours)
            await send(message)

        try:
            self._check(scope)
            body = _Bounded(receive, self._most(scope)) if ours else receive
        except ProblemError as error:
            return await described(error).response()(scope, receive, sending)
        await self.app(scope, body, sending)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self.rules.hosts is not None and not self._is_known(_name(host)):
            raise ProblemError(WRONG_HOST, f"The request names the host '{host}'.")
        origin = headers.get("origin")
        own = {f"{scheme}://{host}" for scheme in ("http", "https")}
        if origin is not None and origin not in own and origin not in self.rules.origins:
            raise ProblemError(FOREIGN, f"The request comes from a page of {origin}.")
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate" and not origin:
            raise ProblemError(FOREIGN, "The request comes from a page of another site.")
        length = headers.get("content-length", "0")
        if scope["path"].startswith(_OURS) and (not length.isdecimal() or int(length) > self._most(scope)):
            raise ProblemError(TOO_LARGE, f"The body has {length} bytes; {self._most(scope):,} is the most.")

    def _is_known(self, host: str) -> bool:
        return is_loopback(host) or host in (self.rules.hosts or ())

    def _most(self, scope: Scope) -> int:
        uploads = scope["path"] == "/v1/documents"
        return self.rules.upload_bytes if uploads else JSON_BYTES


class _Bounded:
    """A `receive` that ends a body that grows past its bound without having said so."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise ProblemError(TOO_LARGE, "The body is longer than what is taken.")
        return message


def _add_headers(headers: MutableHeaders, *, ours: bool) -> None:
    headers.setdefault("Content-Security-Policy", POLICY if ours else "frame-ancestors 'none'")
    headers["X-Frame-Options"] = "DENY"  # for pages whose own policy says nothing of frames
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if ours:
        headers.setdefault("Cache-Control", "no-store")


def _name(host: str) -> str:
    """The host that a Host header names, without its port and without the brackets of IPv6."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
