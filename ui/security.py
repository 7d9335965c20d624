"""What keeps the chat on this machine: which hosts it may be served on, and what its page may load.

No Gradio here; `ui.app` applies both.
"""

import ipaddress
import os

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingsError

Login = tuple[str, str]
"""A user's name and password."""

# Gradio's page needs inline scripts and `new Function`, so the policy cannot forbid those; it does forbid every other
# origin, so that even markup that slipped through could load nothing and send nothing.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'"
)


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


class Guard:
    """ASGI middleware: sends the policy with every response and, where `local`, answers to this machine's names only.

    A site that points its own name at 127.0.0.1 (DNS rebinding) would otherwise read the documents through a visitor's
    browser.
    """

    def __init__(self, app: ASGIApp, *, local: bool) -> None:
        self.app = app
        self.local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it; add three headers to the beginning of the response."""
        if self.local and scope["type"] in {"http", "websocket"} and not is_loopback(_host(scope)):
            refusal = "This chat answers on this computer's own addresses only, such as 127.0.0.1."
            return await PlainTextResponse(refusal, status_code=421)(scope, receive, send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, sending)


def _host(scope: Scope) -> str:
    """The host a request names, without its port and without the brackets of IPv6."""
    named = Headers(scope=scope).get("host", "")
    return named[1:].partition("]")[0] if named.startswith("[") else named.partition(":")[0]
