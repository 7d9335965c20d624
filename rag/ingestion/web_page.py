"""One page or file fetched from the web, because somebody typed its address; the copy is kept, and read from there.

Addresses within private networks are refused unless that is asked for, also where a name or a redirection leads there:
the connection goes to the very address that was checked. No proxy, no cookies, no scripts; links are not followed.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from mimetypes import guess_extension
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.loaders import SUFFIXES

FOLDER = "web"  # in the index's folder
_SCHEMES = {"http": 80, "https": 443}
_PATIENCE = 30.0  # seconds without an answer
_REDIRECTIONS = 5
_MEGABYTE = 1024 * 1024
_NAME = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80  # characters


def is_url(text: str) -> bool:
    """Whether something that was typed is the address of a page."""
    return text.lower().startswith(("http://", "https://"))


def fetch(url: str, folder: Path, *, megabytes: int, private: bool = False) -> Path:
    """Fetch what is at an address into a folder; the file it was written to, the same one for the same address.

    Raises SourceNotFoundError where there is nothing, UnreadableSourceError for what may not or cannot be fetched.
    """
    page = _follow(url, megabytes * _MEGABYTE, private)
    target = folder / FOLDER / _file_name(url, page.media_type)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page.data)
    except OSError as error:
        raise UnreadableSourceError(f"{target} cannot be written: {error.strerror}.") from error
    return target


@dataclass(frozen=True, slots=True)
class _Page:
    data: bytes
    media_type: str


def _follow(url: str, limit: int, private: bool) -> _Page:
    """What is at an address, redirections followed."""
    place = url
    for _ in range(_REDIRECTIONS + 1):
        parts = _parts(place)
        connection = _connect(parts, private)
        try:
            answer = _ask(connection, parts, place)
            if answer.status in (301, 302, 303, 307, 308) and (further := answer.getheader("Location")):
                place = urljoin(place, further)
                continue
            return _Page(_body(answer, place, limit), answer.headers.get_content_type())
        finally:
            connection.close()
    raise UnreadableSourceError(f"{url} leads from one address to the next without end.")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme.lower() in _SCHEMES and parts.hostname and (parts.port or 1)
    except ValueError:
        known = None
    if not known or parts.username or parts.password:
        raise UnreadableSourceError(f"{url} cannot be fetched: name a page as https://HOST/PATH, without a password.")
    return parts


def _connect(parts: SplitResult, private: bool) -> HTTPConnection:
    """A connection to an address that was looked up and found to be allowed."""
    host, port = parts.hostname or "", parts.port or _SCHEMES[parts.scheme.lower()]
    try:
        found = list(dict.fromkeys(item[4][0] for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except OSError as error:
        raise SourceNotFoundError(f"{host} cannot be found ({error}). Check the address and the network.") from error
    allowed = [str(address) for address in found if private or ip_address(str(address).partition("%")[0]).is_global]
    if not allowed:
        raise UnreadableSourceError(
            f"{host} is within a private network. If that page is meant, fetch it with --allow-private."
        )
    if parts.scheme.lower() == "http":
        connection = HTTPConnection(host, port, timeout=_PATIENCE)
    else:
        connection = HTTPSConnection(host, port, timeout=_PATIENCE, context=ssl.create_default_context())
    connection._create_connection = _to(allowed)  # type: ignore[attr-defined]  # the name is used for TLS alone
    return connection


def _to(addresses: list[str]) -> object:
    """What opens a socket to the first of some addresses that answers, whatever name is asked for."""

    def connect(address: tuple[str, int], timeout: float, source: tuple[str, int] | None = None) -> socket.socket:
        failure: OSError = OSError("no address")
        for numeric in addresses:
            try:
                return socket.create_connection((numeric, address[1]), timeout, source)
            except OSError as error:
                failure = error
        raise failure

    return connect


def _ask(connection: HTTPConnection, parts: SplitResult, url: str) -> HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "citespan", "Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        raise SourceNotFoundError(f"{url} cannot be fetched: {error}. Check the address and the network.") from error


def _body(answer: HTTPResponse, url: str, limit: int) -> bytes:
    if answer.status != 200:
        raise SourceNotFoundError(f"{url} cannot be fetched: the server says {answer.status} {answer.reason}.")
    try:
        data = b"".join(_pieces(answer, limit))
    except (OSError, HTTPException) as error:
        raise SourceNotFoundError(f"{url} broke off: {error}. Try again.") from error
    if len(data) > limit:
        raise UnreadableSourceError(f"{url} has more than {limit // _MEGABYTE} MB. Set RAG_FILE_MEGABYTES higher.")
    return data


def _pieces(answer: HTTPResponse, limit: int) -> Iterator[bytes]:
    total = 0
    while total <= limit and (piece := answer.read(1 << 16)):
        total += len(piece)
        yield piece


def _file_name(url: str, media_type: str) -> str:
    """Where the copy of a page stands: its host, and its path with a part that keeps it apart from others."""
    parts = urlsplit(url)
    path = Path(parts.path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES or (media_type == "text/html" and suffix not in (".html", ".htm", ".xhtml")):
        guessed = ".html" if media_type == "text/html" else guess_extension(media_type) or suffix
        suffix = guessed if guessed in SUFFIXES else suffix or ".txt"
    name = _NAME.sub("-", f"{path.parent}/{path.stem}?{parts.query}").strip("-./")[-_LONGEST_NAME:] or "index"
    return f"{_NAME.sub('-', parts.netloc)}/{name}-{sha256(url.encode()).hexdigest()[:8]}{suffix}"
