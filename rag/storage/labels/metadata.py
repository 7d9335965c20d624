"""What people say of documents: `key=value`, given to a path and so to every document at or below it, also later ones.

Of two paths that say something of one document under one key, the longer one holds. A pattern `key=value` names the
documents of which that is said; `key=value&key=value` those of which both are.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from rag.storage.sqlite import Database

_SAID = """SELECT doc_id, key, value FROM documents JOIN metadata
    ON path IN ('.', source) OR substr(source, 1, length(path) + 1) = path || '/'
    WHERE state = 'ready' ORDER BY doc_id, key, length(path)"""


def set_metadata(database: Database, paths: Iterable[str], items: Mapping[str, str]) -> None:
    """Say something of the documents at or below some paths, in the place of what was said under the same keys."""
    rows = [(path, key, value) for path in paths for key, value in sorted(items.items())]
    if not rows:
        return
    with database.writing() as connection:
        connection.executemany("INSERT OR REPLACE INTO metadata (path, key, value) VALUES (?, ?, ?)", rows)


def read_metadata(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """What is said of each document, by its id; documents of which nothing is said are left out."""
    said: dict[str, dict[str, str]] = {}
    for doc_id, key, value in connection.execute(_SAID):  # longer paths come last, and hold
        said.setdefault(doc_id, {})[key] = value
    return said


def conditions(pattern: str) -> dict[str, str]:
    """The keys and values that a pattern asks for; none when it is no such pattern."""
    parts = [part.partition("=") for part in pattern.split("&")]
    return {key: value for key, _, value in parts} if all(key and sign for key, sign, _ in parts) else {}


def meets(said: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether all that is wanted is said."""
    return bool(wanted) and all(said.get(key) == value for key, value in wanted.items())
