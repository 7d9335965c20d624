"""What all tests share: no network, no settings from outside, and the seed text."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.storage.sqlite import Database

SEEDS = Path(__file__).parent.parent / "seeds"
SEED = SEEDS / "000_6a9d2407a8ec5682.txt"


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every connection to anywhere fails, but in tests that start a server on this machine and say so."""
    if {mark.name for mark in request.node.iter_markers()} & {"network", "browser"}:
        yield
        return

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a test tried to use the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting comes from the person who runs the tests, and none of their folders is touched."""
    import os

    for name in [name for name in os.environ if name.startswith("RAG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAG_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(autouse=True)
def no_database_is_left_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test opens and does not close is closed after it."""
    opened: list[Database] = []
    start = Database.__init__

    def noted(self: Database, *args: Any, **options: Any) -> None:
        opened.append(self)
        start(self, *args, **options)

    monkeypatch.setattr(Database, "__init__", noted)
    yield
    for database in opened:
        database.close()


@pytest.fixture
def seed_text() -> str:
    """The sample article, newlines as they are."""
    return SEED.read_bytes().decode("utf-8")


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """A folder with those texts in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return folder
