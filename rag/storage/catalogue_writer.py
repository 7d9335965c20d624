"""The writer's side of the catalogue: what is under way, in an order that a crash cannot hurt.

A document is `pending` from before its vectors go to the vector store until they are there, then `ready`, in the place
of the version before it, in one transaction. The vector of every text embedded is kept here too, so that no text is
embedded twice and the vector store can be rebuilt. The journal never calls the vector store: ids whose vectors must go
stand in an outbox until somebody has removed them there. Its methods are for the holder of the writer's lock.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexDamagedError
from rag.storage.schema import SEARCHED_TEXT, write_blocks, write_chunk, write_places
from rag.storage.sqlite import Database
from rag.text.chunking import text_hash
from rag.text.language import language_of
from rag.types import Chunk, Document, SourceFile

if TYPE_CHECKING:
    from rag.types import Vectors

_SAMPLE = 20_000  # characters that a document's language is told from
_ADD_CHUNK = """INSERT INTO chunks (id, doc_id, version, start, "end", text, text_hash, sentences, places, context)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD_DOCUMENT = """INSERT INTO documents (doc_id, version, source, text, state, added, places, encoding, layout, blocks,
    gaps, language, tables) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?)"""
_KEEP_VERSION = """INSERT OR REPLACE INTO versions (doc_id, version, source, text, places, encoding, layout, blocks,
    gaps)
    SELECT doc_id, version, source, text, places, encoding, layout, blocks, gaps FROM documents
    WHERE doc_id = ? AND version <> ? AND state = 'ready'"""
_DROP_VERSIONS = """DELETE FROM versions WHERE doc_id = :doc AND (version = :version OR number NOT IN
    (SELECT number FROM versions WHERE doc_id = :doc AND version <> :version ORDER BY number DESC LIMIT :keep))"""
_ADD_WORDS = f"""INSERT INTO words (rowid, text) SELECT number, {SEARCHED_TEXT} FROM chunks
    WHERE doc_id = ? AND version = ?"""


class Journal:
    """Writes to the catalogue's file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Keep values about the index as a whole, all in one transaction."""
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted(values.items()))

    def begin(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Note a document as pending, with its chunks: from here on the vector store may hold their vectors."""
        added = datetime.now(UTC).isoformat(timespec="seconds")
        parts = _parts(document)
        row = (document.doc_id, document.version, document.source, document.text, added, *parts)
        with self._database.writing() as connection:
            _discard(connection, "doc_id = ? AND state = 'pending'", (document.doc_id,))
            connection.execute(_ADD_DOCUMENT, row)
            _insert(connection, chunks)

    def replace_chunks(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Give a ready document other chunks, and what is known of its places, in one transaction."""
        parts = _parts(document)
        key = (document.doc_id, document.version)
        with self._database.writing() as connection:
            _drop_chunks(connection, "doc_id = ? AND version = ?", key)
            connection.execute("DELETE FROM chunks WHERE doc_id = ? AND version = ?", key)
            connection.execute(
                """UPDATE documents SET places = ?, encoding = ?, layout = ?, blocks = ?, gaps = ?, language = ?,
                tables = ? WHERE doc_id = ? AND version = ?""",
                (*parts, *key),
            )
            _insert(connection, chunks)
            connection.execute(_ADD_WORDS, key)
            _next_generation(connection)

    def vectors(self, hashes: Sequence[str]) -> "dict[str, Vectors]":
        """The vectors kept for texts, (dimension,) float32, by text hash; those never embedded are left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT text_hash, vector FROM embeddings WHERE text_hash IN (SELECT value FROM json_each(?))",
                (json.dumps(list(hashes)),),
            )
            return {hash_: np.frombuffer(blob, dtype="<f4") for hash_, blob in rows}

    def keep_vectors(self, hashes: Sequence[str], vectors: "Vectors") -> None:
        """Keep vectors, (n, dimension) float32, of the texts with those hashes: no text is embedded twice."""
        rows = [(hash_, row.astype("<f4").tobytes()) for hash_, row in zip(hashes, vectors, strict=True)]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)

    def publish(self, documents: Sequence[Document], files: Iterable[SourceFile] = (), *, keep: int = 0) -> None:
        """Make pending documents ready, each in the place of the version readers saw until now.

        Notes the files they came from; keeps the texts of as many as `keep` older versions of each, for old citations.
        """
        with self._database.writing() as connection:
            _note_files(connection, files)
            for document in documents:
                key = (document.doc_id, document.version)
                if keep:
                    connection.execute(_KEEP_VERSION, key)
                connection.execute(_DROP_VERSIONS, {"doc": key[0], "version": key[1], "keep": keep})
                _discard(connection, "doc_id = ? AND version <> ? AND state = 'ready'", key)
                connection.execute("UPDATE documents SET state = 'ready' WHERE doc_id = ? AND version = ?", key)
                connection.execute(_ADD_WORDS, key)
            _next_generation(connection)

    def note_files(self, files: Sequence[SourceFile]) -> None:
        """Note how files are now whose documents stay as they are."""
        with self._database.writing() as connection:
            _note_files(connection, files)

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Take documents out, all their versions, in one transaction; their vectors go to the outbox."""
        with self._database.writing() as connection:
            for doc_id in doc_ids:
                connection.execute(
                    "DELETE FROM files WHERE source IN (SELECT source FROM documents WHERE doc_id = ?)", (doc_id,)
                )
                connection.execute("DELETE FROM versions WHERE doc_id = ?", (doc_id,))
                _discard(connection, "doc_id = ?", (doc_id,))
            _next_generation(connection)

    def discard_pending(self) -> None:
        """Take out what an interrupted ingest left pending; its vectors go to the outbox."""
        with self._database.writing() as connection:
            _discard(connection, "state = 'pending'", ())

    def has_unfinished(self) -> bool:
        """Whether an interrupted run left something pending or in the outbox."""
        with self._database.reading() as connection:
            query = "SELECT EXISTS (SELECT 1 FROM documents WHERE state = 'pending') OR EXISTS (SELECT 1 FROM outbox)"
            return bool(connection.execute(query).fetchone()[0])

    def outbox(self) -> list[str]:
        """The chunk ids whose vectors must be removed from the vector store."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute("SELECT chunk_id FROM outbox ORDER BY chunk_id")]

    def doom(self, ids: Sequence[str]) -> None:
        """Put ids into the outbox whose vectors are about to be written without a chunk to refer to them."""
        with self._database.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO outbox VALUES (?)", [(id_,) for id_ in ids])

    def take_over(self, *, after: int, strays: Sequence[str]) -> None:
        """Make ready to stand in the place of another catalogue: newer than its generation, its vectors doomed."""
        with self._database.writing() as connection:
            _discard(connection, "state = 'pending'", ())
            connection.execute("DELETE FROM outbox")
            connection.executemany("INSERT INTO outbox VALUES (?)", [(id_,) for id_ in strays])
            connection.execute(
                "INSERT INTO meta VALUES ('generation', :after) ON CONFLICT (key) DO UPDATE"
                " SET value = CAST(max(CAST(value AS INTEGER), CAST(:after AS INTEGER)) AS TEXT)",
                {"after": str(after)},
            )
            _next_generation(connection)

    def clear_outbox(self, ids: Sequence[str]) -> None:
        """Forget ids that the vector store no longer holds."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM outbox WHERE chunk_id = ?", [(id_,) for id_ in ids])

    def forget_vectors(self, *, unused_only: bool = True) -> None:
        """Drop the vectors of texts that no chunk holds any more, or all of them."""
        unused = "WHERE text_hash NOT IN (SELECT text_hash FROM chunks)" if unused_only else ""
        with self._database.writing() as connection:
            connection.execute(f"DELETE FROM embeddings {unused}")

    def faults(self) -> list[str]:
        """What SQLite's own checks find wrong with the file and with the word index; empty when it is sound."""
        with self._database.reading() as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        try:
            with self._database.writing() as connection:
                connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        except IndexDamagedError as error:
            found.append(f"the word index does not match the chunks: {error}")
        return found


def _parts(document: Document) -> tuple[str | bytes | int, ...]:
    """What is kept of a document beside its text, and what its line in the list says."""
    kept = write_places(document.places), document.encoding, document.layout, write_blocks(document.blocks)
    tables = max((block.table or 0 for block in document.blocks), default=0)
    return *kept, json.dumps(document.gaps), language_of(document.text[:_SAMPLE]), tables


def _note_files(connection: sqlite3.Connection, files: Iterable[SourceFile]) -> None:
    rows = [(file.source, file.size, file.modified, file.hash, file.loader, file.noted) for file in files]
    connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)


def _insert(connection: sqlite3.Connection, chunks: Iterable[Chunk]) -> None:
    for chunk in chunks:
        connection.execute(_ADD_CHUNK, write_chunk(chunk, text_hash=text_hash(chunk.contextual_text)))
        connection.execute("DELETE FROM outbox WHERE chunk_id = ?", (chunk.id,))


def _discard(connection: sqlite3.Connection, where: str, values: Sequence[str]) -> None:
    """Delete the documents that `where` names, with their chunks."""
    _drop_chunks(connection, where, values)
    connection.execute(f"DELETE FROM documents WHERE {where}", values)


def _drop_chunks(connection: sqlite3.Connection, where: str, values: Sequence[str]) -> None:
    """Take chunks out of the word index and put their ids into the outbox; the rows themselves stay."""
    chosen = f"FROM chunks JOIN documents USING (doc_id, version) WHERE {where}"
    indexed = f"SELECT 'delete', number, {SEARCHED_TEXT} {chosen} AND state = 'ready'"
    connection.execute(f"INSERT INTO words (words, rowid, text) {indexed}", values)
    connection.execute(f"INSERT OR IGNORE INTO outbox SELECT id {chosen}", values)


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO meta VALUES ('generation', '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
    )
