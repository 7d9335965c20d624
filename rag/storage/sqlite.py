"""One SQLite file, opened once a thread: transactions that are whole or not at all, and SQLite's errors in our words.

Knows nothing of what the tables hold.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from weakref import WeakSet, finalize

from rag.errors import IndexDamagedError, IndexLockedError, IndexStateError, IndexWriteError

_WAIT = 30.0  # seconds that a writer waits for another's transaction; those are short

_FULL = IndexWriteError, "The disk is full. Free some space and run the same command again"
_READ_ONLY = IndexWriteError, "It may not be written. Check the permissions of the index's folder"
_UNOPENED = IndexWriteError, "It may not be opened. Check the permissions of the index's folder"
_FAULTY_DISK = IndexWriteError, "The disk reports an error. Check it, then run `rag check`"
_BUSY = IndexLockedError, "Another process keeps it busy. Try again in a moment"

# By primary result code (https://www.sqlite.org/rescode.html). Any other code means that the file is not what it was.
MEANINGS: Mapping[int, tuple[type[IndexStateError], str]] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_TOOBIG: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_AUTH: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _UNOPENED,
    sqlite3.SQLITE_IOERR: _FAULTY_DISK,
    sqlite3.SQLITE_NOLFS: _FAULTY_DISK,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
}


class _Held:
    """The connection of one thread: closed when the thread ends, for nothing else holds it."""

    __slots__ = ("__weakref__", "close", "connection")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.close = finalize(self, connection.close)


class Database:
    """Connections to one SQLite file in WAL mode. Safe to share between threads.

    `session` is what each connection does first, such as making temporary views.
    """

    def __init__(
        self, path: Path, schema: str, added_columns: Sequence[tuple[str, str, str]] = (), session: str = ""
    ) -> None:
        self.path = path
        self._session = session
        self._local = local()
        self._opened: WeakSet[_Held] = WeakSet()
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
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = self._connect()
        return held.connection

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
            raise self._meaning(error) from error

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for held in list(self._opened):
                held.close()
        self._local = local()

    def _meaning(self, error: sqlite3.DatabaseError) -> IndexStateError:
        """What an error of SQLite means for the index, by its code."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if known := MEANINGS.get(code & 0xFF):
            kind, advice = known
            return kind(f"{self.path}: {advice} ({error}).")
        return IndexDamagedError(
            f"{self.path} cannot be read as an index ({error}). Restore a copy of it, or delete the folder "
            f"{self.path.parent} and ingest again."
        )

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

    def _connect(self) -> _Held:
        with self.errors():
            held = _Held(sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False))
            with self._lock:
                self._opened.add(held)
            held.connection.execute("PRAGMA journal_mode = WAL")
            # FULL: a transaction that was reported as done survives a power cut. In WAL mode NORMAL would not sync it.
            held.connection.execute("PRAGMA synchronous = FULL")
            held.connection.execute("PRAGMA foreign_keys = ON")
            held.connection.executescript(self._session)
        return held
