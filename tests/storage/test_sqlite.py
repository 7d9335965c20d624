"""SQLite's errors in our words, and connections that end with their threads."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from rag.errors import IndexDamagedError, IndexLockedError, IndexStateError, IndexWriteError
from rag.storage.sqlite import MEANINGS, Database

SCHEMA = "CREATE TABLE IF NOT EXISTS t (x INTEGER)"


def raised(database: Database, code: int) -> IndexStateError:
    """What becomes of an error with that code."""
    fault = sqlite3.OperationalError("as SQLite says it")
    fault.sqlite_errorcode = code
    with pytest.raises(IndexStateError) as caught, database.errors():
        raise fault
    return caught.value


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(
        tmp_path / "index" / "c.sqlite3" if (tmp_path / "index").mkdir() else tmp_path / "c.sqlite3", SCHEMA
    )


@pytest.mark.parametrize("name", ["FULL", "READONLY", "CANTOPEN", "IOERR", "BUSY", "CORRUPT", "NOTADB"])
def test_every_code_says_what_to_do_next(database: Database, name: str) -> None:
    error = raised(database, getattr(sqlite3, f"SQLITE_{name}"))
    assert str(database.path) in str(error)
    assert "as SQLite says it" in str(error)
    assert any(advice in str(error) for advice in ("Free some", "Check", "Try again", "Restore"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, IndexWriteError),
        (sqlite3.SQLITE_READONLY | (4 << 8), IndexWriteError),  # READONLY_DBMOVED, an extended code
        (sqlite3.SQLITE_IOERR | (3 << 8), IndexWriteError),
        (sqlite3.SQLITE_BUSY | (2 << 8), IndexLockedError),
        (sqlite3.SQLITE_CORRUPT, IndexDamagedError),
        (sqlite3.SQLITE_NOTADB, IndexDamagedError),
        (sqlite3.SQLITE_ERROR, IndexDamagedError),
    ],
)
def test_codes_and_their_extended_forms_map_to_one_error(
    database: Database, code: int, kind: type[IndexStateError]
) -> None:
    assert type(raised(database, code)) is kind


def test_what_the_map_lists_are_primary_codes() -> None:
    assert all(code == code & 0xFF for code in MEANINGS)


def test_a_real_fault_has_its_code(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    path.write_bytes(b"this is no database, and long enough to be looked at " * 100)
    with pytest.raises(IndexDamagedError):
        Database(path, SCHEMA)


def test_a_connection_ends_with_its_thread(tmp_path: Path) -> None:
    database = Database(tmp_path / "c.sqlite3", SCHEMA)

    def read() -> None:
        database.connection.execute("SELECT * FROM t").fetchall()

    def descriptors_after(threads: int) -> int:
        for _ in range(threads):
            thread = Thread(target=read)
            thread.start()
            thread.join()
        return len(os.listdir("/proc/self/fd"))

    first = descriptors_after(1)  # SQLite keeps the descriptor of the shared memory
    assert descriptors_after(30) == first
    database.close()


def test_close_reaches_the_connections_of_other_threads(tmp_path: Path) -> None:
    database = Database(tmp_path / "c.sqlite3", SCHEMA)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: database.connection).result()
        database.close()
        with pytest.raises(sqlite3.ProgrammingError):
            other.execute("SELECT 1")
