"""What keeps the chat to those it is for: hosts, origins, the password, and which of Gradio's routes there are.

No Gradio here; `ui.app` applies it. The password is asked for by HTTP's own means (RFC 7617) before any route, so that
there is no session cookie to steal and no route without a login.
"""

import asyncio
import base64
import binascii
import hmac
import ipaddress
import os
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingsError

Login = tuple[str, str]
"""A user's name and password."""
Check = Callable[[str, str], bool]
"""Whether a user with that name and password may come in."""

# Gradio's page needs inline scripts and `new Function`, so the policy cannot forbid those; it does forbid every other
# origin, so that even markup that slipped through could load nothing and send nothing.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
# The routes of Gradio that the page and the endpoint `/ask` use. Others fetch addresses for a visitor, give a session's
# token away, or serve files; they are not there.
PAGES = frozenset(
    {"/", "/config", "/info", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/openapi.json"}
)
FILES = ("/assets/", "/static/", "/svelte/", "/_app/", "/custom_component/")
API = frozenset({
    "app_id", "call", "cancel", "component_server", "config", "heartbeat", "info", "queue", "reset", "run",
    "startup-events", "upload", "upload_progress",
})  # fmt: skip
_STARTED = "/gradio_api/startup-events"  # asked by Gradio itself, from this machine, when it starts
_FREE_GUESSES = 3  # wrong passwords of one client that cost it no more than a second each
_LONGEST_WAIT = 60.0  # seconds
_CLIENTS = 1_000  # of whom wrong guesses are remembered


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_host(host: str, auth: Login | None) -> None:
    """Raise SettingsError where anybody on the network could read the documents without a password."""
    if auth is None and not is_loopback(host):
        raise SettingsError(
            f"On {host} anybody who can reach this computer could read the documents. "
            "Add --auth USER:PASSWORD, or leave out --host to serve this computer only."
        )


def pass_proxies_by() -> None:
    """Keep this process's requests to this machine away from HTTP_PROXY: Gradio greets the server it has started."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    os.environ["no_proxy"] = ",".join(filter(None, [named, "127.0.0.1", "localhost"]))


def parse_auth(value: str | None) -> Login | None:
    """USER:PASSWORD as a pair; the password may hold colons, neither part may be empty."""
    if value is None:
        return None
    user, _, password = value.partition(":")
    if not (user and password):
        raise SettingsError("--auth takes USER:PASSWORD, for example --auth anna:a-long-password.")
    return user, password


class Guesses:
    """Wrong passwords by client, and how long each has to wait for its next guess."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until this client may guess again."""
        count, last = self._wrong.get(client, (0, 0.0))
        pause = min(_LONGEST_WAIT, 2.0 ** (count - _FREE_GUESSES)) if count > _FREE_GUESSES else 0.0
        return max(0.0, last + pause - time.monotonic())

    def failed(self, client: str) -> None:
        """Note a wrong guess."""
        count = self._wrong.pop(client, (0, 0.0))[0]
        self._wrong[client] = count + 1, time.monotonic()
        if len(self._wrong) > _CLIENTS:
            self._wrong.popitem(last=False)

    def passed(self, client: str) -> None:
        """Forget the wrong guesses of a client that knows the password."""
        self._wrong.pop(client, None)


class Guard:
    """ASGI middleware in front of Gradio: refuses what the chat is not for, and adds headers to every response.

    Where `local`, it answers to this machine's names only: a site that points its own name at 127.0.0.1 (DNS rebinding)
    would otherwise read the documents through a visitor's browser. Requests from pages of other origins are refused
    everywhere. With `login`, every request needs the password, or one that it accepts.
    """

    def __init__(self, app: ASGIApp, *, local: bool, login: Login | Check | None = None) -> None:
        self.app = app
        self.local = local
        self.login = login
        self.guesses = Guesses()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            return await self.app(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message))
            await send(message)

        refusal = self._foreign(scope) or await self._locked(scope)
        if refusal:
            return await refusal(scope, receive, sending)
        await self.app(scope, receive, sending)

    def _foreign(self, scope: Scope) -> PlainTextResponse | None:
        """The answer to a request that comes from elsewhere, or for what is not there."""
        headers = Headers(scope=scope)
        if self.local and not is_loopback(_host(scope)):
            return PlainTextResponse("This chat answers on this computer's own addresses only.", status_code=421)
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is not None and origin not in {f"http://{host}", f"https://{host}"}:
            return PlainTextResponse("This request comes from a page of another site.", status_code=403)
        return None if _is_there(scope["path"]) else PlainTextResponse("Not found.", status_code=404)

    async def _locked(self, scope: Scope) -> PlainTextResponse | None:
        """The answer to a request without the password."""
        client = scope["client"][0] if scope.get("client") else ""
        if self.login is None or (scope["path"] == _STARTED and is_loopback(client)):
            return None
        if wait := self.guesses.wait(client):
            retry = {"Retry-After": str(int(wait) + 1)}
            return PlainTextResponse("Too many wrong passwords. Try again later.", status_code=429, headers=retry)
        given = _credentials(Headers(scope=scope).get("authorization", ""))
        if given and await self._is_known(given, self.login):
            self.guesses.passed(client)
            return None
        if given:
            self.guesses.failed(client)
            await asyncio.sleep(1.0)
        ask = {"WWW-Authenticate": 'Basic realm="Citespan", charset="UTF-8"'}
        return PlainTextResponse("This chat asks for a name and a password.", status_code=401, headers=ask)

    async def _is_known(self, given: Login, login: Login | Check) -> bool:
        """Whether somebody may come in; a check takes its time, and waits in a thread."""
        return await asyncio.to_thread(login, *given) if callable(login) else _is_same(given, login)


def _is_there(path: str) -> bool:
    """Whether a route of Gradio is one that the chat uses."""
    kept, _, rest = path.partition("/gradio_api/")
    if rest:
        return kept == "" and rest.split("/", 1)[0] in API
    return path in PAGES or path.startswith(FILES)


def _credentials(header: str) -> Login | None:
    """The name and the password in an Authorization header."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _is_same(given: Login, wanted: Login) -> bool:
    """Whether both agree, in a time that does not tell where they differ."""
    pairs = zip(given, wanted, strict=True)
    return all([hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8")) for one, other in pairs])


def _set_headers(headers: MutableHeaders) -> None:
    """No other page may frame this one, read its responses or get a cookie of it."""
    for name in [name for name in headers if name.startswith("access-control-") or name == "set-cookie"]:
        del headers[name]
    headers["Content-Security-Policy"] = POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _host(scope: Scope) -> str:
    """The host a request names, without its port and without the brackets of IPv6."""
    named = Headers(scope=scope).get("host", "")
    return named[1:].partition("]")[0] if named.startswith("[") else named.partition(":")[0]
