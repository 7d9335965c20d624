"""The catalogue: one SQLite file that is the source of truth about an index, as readers see it.

It holds the canonical text of every document, the spans of its chunks and sentences, and an FTS5 index over the chunks
(BM25 with Porter stemming). Readers see the documents that are ready and nothing else; what is being written, and how,
is the business of `rag.storage.catalogue_writer`.
"""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from rag.errors import DocumentNotFoundError
from rag.reports import DocumentInfo
from rag.storage.labels.metadata import conditions, meets, read_metadata
from rag.storage.schema import ADDED_COLUMNS, SCHEMA, read_chunk, read_document
from rag.storage.sqlite import Database
from rag.text.english.tokens import content_words
from rag.types import Chunk, Document, Ranked, SourceFile

COMMON = 10_000  # chunks that hold a word, beyond which it is skipped in search
_SHORTEST_ID = 4  # characters of a document id that may stand for the whole
_READY_CHUNKS = "chunks JOIN documents USING (doc_id, version) WHERE documents.state = 'ready'"
_CHUNK_COLUMNS = """chunks.id, doc_id, documents.source, version, start, "end", chunks.text, sentences, chunks.places,
    chunks.context"""
_DOCUMENT_COLUMNS = "doc_id, source, version, text, places, encoding, layout, blocks, gaps"


class Catalogue:
    """What is in an index. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, SCHEMA, ADDED_COLUMNS)
        self._index_version = ("", "")  # of which state, and what it was

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def snapshot(self) -> AbstractContextManager[object]:
        """A block in which all reads of this thread are of one moment, whatever is written meanwhile."""
        return self.database.reading()

    def meta(self, key: str) -> str | None:
        """A value kept about the index as a whole."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def generation(self) -> int:
        """A number that grows with every change that readers can see."""
        return int(self.meta("generation") or 0)

    def index_version(self) -> str:
        """The sha256 (hex) of what is in the index: its documents' versions, and how they were cut and embedded."""
        with self.database.reading() as connection:
            fingerprint = self.meta("fingerprint") or ""
            state = f"{self.generation()} {fingerprint}"
            known, version = self._index_version
            if known == state:
                return version
            rows = connection.execute("SELECT doc_id, version FROM documents WHERE state = 'ready' ORDER BY doc_id")
            digest = hashlib.sha256(fingerprint.encode("utf-8"))
            for doc_id, version in rows:
                digest.update(f"\n{doc_id} {version}".encode())
        self._index_version = state, digest.hexdigest()
        return digest.hexdigest()

    def documents(self) -> list[DocumentInfo]:
        """What is in the index, by source."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT gaps, doc_id, source, version, length(documents.text), count(number), added,"
                " encoding, language, tables, (SELECT coalesce(max(value ->> 1), 0)"
                " FROM json_each(documents.places) WHERE value ->> 0 = 'page') FROM documents"
                " LEFT JOIN chunks USING (doc_id, version) WHERE state = 'ready'"
                " GROUP BY doc_id ORDER BY source, doc_id"
            )
            return [replace(DocumentInfo(*row[1:]), gaps=tuple(json.loads(row[0]))) for row in rows]

    def versions(self) -> dict[str, str]:
        """The version that is ready of each document, by its id."""
        with self.database.reading() as connection:
            return dict(connection.execute("SELECT doc_id, version FROM documents WHERE state = 'ready'"))

    def version_of(self, doc_id: str) -> str | None:
        """The version of a document that is ready; None if there is none."""
        query = "SELECT version FROM documents WHERE doc_id = ? AND state = 'ready'"
        with self.database.reading() as connection:
            row = connection.execute(query, (doc_id,)).fetchone()
        return row[0] if row else None

    def gaps(self) -> dict[str, tuple[str, ...]]:
        """What is not in the text of each document that lacks something, by source."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT source, gaps FROM documents WHERE state = 'ready' AND gaps <> '[]'")
            return {source: tuple(json.loads(gaps)) for source, gaps in rows}

    def sources(self) -> dict[str, str]:
        """The source of each document that is ready, by its id."""
        with self.database.reading() as connection:
            return dict(connection.execute("SELECT doc_id, source FROM documents WHERE state = 'ready'"))

    def files(self) -> dict[str, SourceFile]:
        """What is known of the files that documents came from, by source."""
        with self.database.reading() as connection:
            rows = connection.execute("SELECT source, size, modified, hash, loader, noted FROM files")
            return {row[0]: SourceFile(*row) for row in rows}

    def document(self, doc_id: str) -> Document:
        """A document that is ready. Raises DocumentNotFoundError."""
        query = f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE doc_id = ? AND state = 'ready'"
        with self.database.reading() as connection:
            row = connection.execute(query, (doc_id,)).fetchone()
        if row is None:
            raise DocumentNotFoundError(f"No document {doc_id} in the index. `rag docs` lists what there is.")
        return read_document(row)

    def kept_version(self, doc_id: str, version: str) -> Document:
        """A version of a document, by the start of its hash: the one that is ready, or an older one that was kept.

        Raises DocumentNotFoundError.
        """
        columns = f"SELECT {_DOCUMENT_COLUMNS} FROM"
        where = "WHERE doc_id = :doc AND substr(version, 1, :length) = :version"
        query = f"{columns} documents {where} AND state = 'ready' UNION ALL {columns} versions {where}"
        with self.database.reading() as connection:
            values = {"doc": doc_id, "version": version, "length": max(len(version), _SHORTEST_ID)}
            rows = connection.execute(query, values).fetchall()
        if len(rows) != 1:
            raise DocumentNotFoundError(
                f"No version {version} of document {doc_id} is kept. `rag ingest --keep-versions N` keeps N older ones."
            )
        return read_document(rows[0])

    def context(self, doc_id: str, version: str, start: int, end: int) -> str:
        """The characters of a document between two offsets, cut off at its ends; empty when that version is gone."""
        first = max(0, start)
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT substr(text, ?, ?) FROM documents WHERE doc_id = ? AND version = ? AND state = 'ready'",
                (first + 1, max(0, end - first), doc_id, version),
            ).fetchone()
        return row[0] if row else ""

    def match(self, pattern: str) -> list[str]:
        """The ids of the documents that a pattern names.

        It may be an id, the start of one (four characters or more), a source, a source glob, or `key=value` of their
        metadata. Raises DocumentNotFoundError when it names none.
        """
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT doc_id, source FROM documents WHERE state = 'ready' ORDER BY source, doc_id"
            )
            found = [doc_id for doc_id, source in rows if _names(pattern, doc_id, source)]
            if not found and (wanted := conditions(pattern)):
                found = sorted(doc_id for doc_id, said in read_metadata(connection).items() if meets(said, wanted))
        if not found:
            raise DocumentNotFoundError(f"Nothing in the index is called '{pattern}'. `rag docs` lists what there is.")
        return found

    def metadata(self) -> dict[str, dict[str, str]]:
        """What is said of each document, by its id; documents of which nothing is said are left out."""
        with self.database.reading() as connection:
            return read_metadata(connection)

    def match_one(self, pattern: str) -> str:
        """The id of the one document that a pattern names. Raises DocumentNotFoundError for none and for several."""
        found = self.match(pattern)
        if len(found) > 1:
            raise DocumentNotFoundError(f"'{pattern}' names {len(found)} documents. Give an id; `rag docs` lists them.")
        return found[0]

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks of those ids that are ready, by id."""
        with self.database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_CHUNK_COLUMNS} FROM {_READY_CHUNKS} AND chunks.id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            )
            return {row[0]: read_chunk(row) for row in rows}

    def chunks_of(self, doc_id: str) -> list[Chunk]:
        """The chunks of a document that is ready, in the order of its text."""
        with self.database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_CHUNK_COLUMNS} FROM {_READY_CHUNKS} AND doc_id = ? ORDER BY start", (doc_id,)
            )
            return [read_chunk(row) for row in rows]

    def is_empty(self) -> bool:
        """Whether no document is ready."""
        with self.database.reading() as connection:
            query = "SELECT NOT EXISTS (SELECT 1 FROM documents WHERE state = 'ready')"
            return bool(connection.execute(query).fetchone()[0])

    def count(self) -> int:
        """The number of chunks that are ready."""
        with self.database.reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {_READY_CHUNKS}").fetchone()[0])

    def chunk_lengths(self, width: int) -> list[tuple[int, int]]:
        """How many chunks that are ready have from so many characters up to `width` more; shortest first."""
        query = f'SELECT ("end" - start) / ? * ? AS least, count(*) FROM {_READY_CHUNKS} GROUP BY least ORDER BY least'
        with self.database.reading() as connection:
            return [(least, count) for least, count in connection.execute(query, (width, width))]

    def ready_ids(self) -> set[str]:
        """The id of every chunk that is ready."""
        with self.database.reading() as connection:
            return {row[0] for row in connection.execute(f"SELECT chunks.id FROM {_READY_CHUNKS}")}

    def scope(self, doc_ids: Sequence[str] | None) -> Sequence[str] | None:
        """Those of some documents that may be searched; None for all that there are."""
        return doc_ids

    def search(self, question: str, *, limit: int, doc_ids: Sequence[str] | None = None) -> list[Ranked]:
        """The chunks that share words with the question, by BM25, best first, over some documents or all.

        Over all, words that stand in more than COMMON chunks are skipped if there are others: they tell chunks
        apart least, and to score all that hold them is nearly all of the time that a large index takes.
        """
        words = list(dict.fromkeys(content_words(question)))
        if not words:
            return []
        wanted = "SELECT number FROM chunks WHERE doc_id IN (SELECT value FROM json_each(:docs))"
        # The plus: the rows found are sifted. Without it FTS5 is asked again for each one wanted.
        within = "" if doc_ids is None else f"AND +rowid IN ({wanted})"
        with self.database.reading() as connection:
            telling = [word for word in words if not _is_common(connection, word)] if doc_ids is None else words
            query = " OR ".join(f'"{word}"' for word in telling or words)
            best = (
                f"SELECT rowid AS place, -bm25(words) AS score FROM words WHERE words MATCH :query {within}"
                " ORDER BY score DESC, place LIMIT :limit"
            )
            rows = connection.execute(
                f"SELECT chunks.id, score FROM ({best}) JOIN chunks ON number = place ORDER BY score DESC, chunks.id",
                {"query": query, "limit": limit, "docs": json.dumps(list(doc_ids or []))},
            )
            return [Ranked(id=id_, score=score) for id_, score in rows]


def _is_common(connection: sqlite3.Connection, word: str) -> bool:
    found = "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1 OFFSET ?"
    return connection.execute(found, (f'"{word}"', COMMON)).fetchone() is not None


def _names(pattern: str, doc_id: str, source: str) -> bool:
    starts = len(pattern) >= _SHORTEST_ID and doc_id.startswith(pattern)
    return starts or pattern == source or fnmatchcase(source, pattern) or fnmatchcase(source, f"*/{pattern}")
