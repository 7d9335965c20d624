"""Pages from the web: fetched when somebody types an address, kept, and never from a private network unasked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.ingestion.web_page import fetch, is_url

pytestmark = pytest.mark.network


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif self.path.startswith("/guide"):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<html><body><p>Open at nine.</p></body></html>")
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Pages) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_page_is_fetched_and_kept(server: str, tmp_path: Path) -> None:
    first = fetch(f"{server}/guide?lang=en", tmp_path, megabytes=1, private=True)
    assert first == fetch(f"{server}/guide?lang=en", tmp_path, megabytes=1, private=True)
    assert first != fetch(f"{server}/guide?lang=de", tmp_path, megabytes=1, private=True)
    assert first.suffix == ".html"
    assert first.parent.parent == tmp_path / "web"
    assert b"Open at nine." in first.read_bytes()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254", "0.0.0.0"])
def test_private_addresses_are_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="is within a private network"):
        fetch(f"http://{host}/", tmp_path, megabytes=1)


def test_what_is_not_there_or_has_no_end_is_named(server: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="the server says 404"):
        fetch(f"{server}/nothing", tmp_path, megabytes=1, private=True)
    with pytest.raises(UnreadableSourceError, match="from one address to the next"):
        fetch(f"{server}/loop", tmp_path, megabytes=1, private=True)
    with pytest.raises(UnreadableSourceError, match="has more than 0 MB"):
        fetch(f"{server}/guide", tmp_path, megabytes=0, private=True)


def test_only_web_addresses_are_taken_for_pages() -> None:
    assert [is_url(text) for text in ("https://x.org", "HTTP://x.org", "file:///etc", "docs/http.txt")] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(UnreadableSourceError, match="without a password"):
        fetch("https://ada:secret@x.org/", Path("/nowhere"), megabytes=1)
