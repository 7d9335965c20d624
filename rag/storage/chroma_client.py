"""Where a Chroma collection lives: in the index's own folder, or on a Chroma server that several indexes may share.

Each home knows how to open the collection, what its errors mean, and what can be done about damage. What is written
and searched there is the business of `rag.storage.vector_store`. Telemetry is off in both.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from rag.errors import CitespanError, IndexDamagedError, IndexWriteError, VectorServerError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.config import Settings

LOCAL = "local"
COLLECTION = "citespan"  # in a folder of its own; on a server, the start of the name
DAMAGED = 3  # exit code of a probe that could tell what is wrong
_GREETING = 10.0  # seconds that a server may take to say that it is there
_PATIENCE = 300.0  # seconds that it may take for anything else


class ChromaHome(Protocol):
    """A place with one collection. `url` is `LOCAL` or the server's; `address` names the collection there too."""

    @property
    def url(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def collection(self) -> str: ...

    def connect(self) -> "ClientAPI":
        """A client, for `disconnect` to close."""

    def disconnect(self, client: "ClientAPI") -> None:
        """Let go of a client's files or connections."""

    def errors(self) -> AbstractContextManager[None]:
        """A block in which Chroma's errors become ours."""

    def probe(self, try_out: Callable[[], None]) -> str | None:
        """What is wrong with the collection, found by `try_out` or by more careful means; None for nothing."""

    def clear(self, damage: IndexDamagedError) -> None:
        """Make room for a new collection where the old one cannot be dropped; raises `damage` if that is not ours."""


def home_of(address: str | None, folder: Path) -> ChromaHome:
    """The home at an address: None and `LOCAL` are the folder; a URL without a collection gets a name of its own."""
    if address is None or address == LOCAL:
        return ChromaFolder(folder)
    url, _, collection = address.partition("#")
    return ChromaServer(url, collection or f"{COLLECTION}-{uuid4().hex[:16]}")


@dataclass(frozen=True, slots=True)
class ChromaFolder:
    """A folder with nothing else in it."""

    path: Path
    url: str = LOCAL
    address: str = LOCAL
    collection: str = COLLECTION

    def connect(self) -> "ClientAPI":
        """A client over the files."""
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient

        try:
            return chromadb.PersistentClient(str(self.path), _settings())
        except BaseException:  # Chroma 1.5 keeps the half-made system and would hand it out the next time
            SharedSystemClient._identifier_to_system.pop(str(self.path), None)
            raise

    def disconnect(self, client: "ClientAPI") -> None:
        """Close the files."""
        client.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raises IndexWriteError or IndexDamagedError."""
        from chromadb.errors import ChromaError

        try:
            yield
        except OSError as error:
            raise IndexWriteError(
                f"{self.path} cannot be written: {error}. Free some space or mend its permissions, then run "
                "the same command again."
            ) from error
        except (ChromaError, ValueError) as error:
            raise self._translated(error) from error

    def probe(self, try_out: Callable[[], None]) -> str | None:
        """Read in a process of its own: damage may crash its reader."""
        command = [sys.executable, "-P", "-m", "rag.storage.vector_store", str(self.path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
        if not done.returncode:
            return None
        crashed = done.returncode != DAMAGED
        return str(_damage(self.path, "reading them crashed")) if crashed else done.stderr.strip()

    def clear(self, damage: IndexDamagedError) -> None:
        """Empty the folder."""
        with self.errors():
            shutil.rmtree(self.path)

    def _translated(self, error: Exception) -> IndexDamagedError | IndexWriteError:
        if any(sign in str(error) for sign in ("disk is full", "readonly", "No space left")):
            return IndexWriteError(
                f"{self.path} cannot be written: {error}. Free some space, then run the same command again."
            )
        return _damage(self.path, error)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server, and the one collection there that is ours."""

    url: str
    collection: str

    @property
    def address(self) -> str:
        """The server and the collection, as an index remembers them."""
        return f"{self.url}#{self.collection}"

    def connect(self) -> "ClientAPI":
        """A client that gives up on a server that does not answer. Chroma's own would wait for ever."""
        import chromadb

        self._greet()
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        client = chromadb.HttpClient(parts.hostname or "", port, ssl=secure, settings=_settings())
        client._server._session.timeout = _PATIENCE
        return client

    def disconnect(self, client: "ClientAPI") -> None:
        """Close the connections too: Chroma 1.5 leaves them open, those of its inner client as well."""
        for part in (client, client._admin_client):
            part._server._session.close()
        client.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raises VectorServerError or IndexDamagedError."""
        try:
            yield
        except CitespanError:
            raise
        except Exception as error:  # Chroma raises a bare Exception for a reply that it does not know
            raise self._translated(error) from error

    def probe(self, try_out: Callable[[], None]) -> str | None:
        """The files are the server's: reading them cannot crash us."""
        try:
            try_out()
        except IndexDamagedError as damage:
            return str(damage)
        return None

    def clear(self, damage: IndexDamagedError) -> None:
        """The server's files are not ours to remove."""
        raise damage

    def _greet(self) -> None:
        import httpx

        reply = httpx.get(f"{self.url}/api/v2/heartbeat", timeout=_GREETING)
        if not (reply.is_success and "nanosecond heartbeat" in reply.text):
            raise VectorServerError(
                f"What answers at {self.url} is no Chroma server of version 1 (status {reply.status_code}). Give the "
                "address of one: --chroma http://HOST:PORT."
            )

    def _translated(self, error: Exception) -> IndexDamagedError | VectorServerError:
        from chromadb.errors import InvalidArgumentError, InvalidDimensionException, NotFoundError

        if isinstance(error, InvalidArgumentError | InvalidDimensionException | NotFoundError):
            return _damage(self.address, error)
        return VectorServerError(
            f"The Chroma server at {self.url} does not do its work: {str(error) or type(error).__name__}. Start it "
            "again (`chroma run`) or look into its log, then run the same command: what is done stays done."
        )


def _settings() -> "Settings":
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _damage(where: object, what: object) -> IndexDamagedError:
    return IndexDamagedError(f"The vectors in {where} cannot be used: {what}. `rag rebuild` restores them.")
