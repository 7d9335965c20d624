"""One SQLite file, opened once a thread: transactions that are whole or not at all, and SQLite's errors in our words.

Knows nothing of what the tables hold.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local

from rag.errors import IndexDamagedError, IndexLockedError, IndexStateError, IndexWriteError

_WAIT = 30.0  # seconds that a writer waits for another's transaction; those are short

_MEANINGS: tuple[tuple[str, type[IndexStateError], str], ...] = (
    ("disk is full", IndexWriteError, "The disk is full. Free some space and run the same command again"),
    ("readonly", IndexWriteError, "It may not be written. Check the permissions of the index's folder"),
    ("unable to open", IndexWriteError, "It may not be opened. Check the permissions of the index's folder"),
    ("disk I/O", IndexWriteError, "The disk reports an error. Check it, then run `rag check`"),
    ("locked", IndexLockedError, "Another process keeps it busy. Try again in a moment"),
)


class Database:
    """Connections to one SQLite file in WAL mode. Safe to share between threads."""

    def __init__(self, path: Path, schema: str, added_columns: Sequence[tuple[str, str, str]] = ()) -> None:
        self.path = path
        self._local = local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = Lock()
        try:
            with self.errors():
                self.connection.executescript(schema)
            for table, name, kind in added_columns:
                self._add_column(table, name, kind)
        except IndexStateError:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect()
            self._local.connection = found
        return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: committed when the block ends, rolled back when it raises."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read transaction: everything read in the block is of one moment. Blocks may nest."""
        if self.connection.in_transaction:
            with self.errors():
                yield self.connection
        else:
            with self._transaction("BEGIN") as connection:
                yield connection

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raises what SQLite reports as IndexWriteError, IndexLockedError or IndexDamagedError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            for sign, kind, advice in _MEANINGS:
                if sign in str(error):
                    raise kind(f"{self.path}: {advice} ({error}).") from error
            raise IndexDamagedError(
                f"{self.path} cannot be read as an index ({error}). Restore a copy of it, or delete the folder "
                f"{self.path.parent} and ingest again."
            ) from error

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = local()

    def _add_column(self, table: str, name: str, kind: str) -> None:
        """Give a table of an older version a column that it lacks."""
        missing = "SELECT NOT EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE name = ?)"
        with self.reading() as connection:
            lacks = connection.execute(missing, (table, name)).fetchone()[0]
        if lacks:
            with self.writing() as connection:
                if connection.execute(missing, (table, name)).fetchone()[0]:  # not added by another process meanwhile
                    connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self.connection
        with self.errors():
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _connect(self) -> sqlite3.Connection:
        with self.errors():
            connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            with self._lock:
                self._opened.append(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        return connection
