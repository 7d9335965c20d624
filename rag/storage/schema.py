"""The tables of the catalogue, and how a chunk stands in them. Holds no connection."""

import json
from collections.abc import Sequence
from typing import Any

from rag.types import Chunk, Document, Place, Sentence

SCHEMA_VERSION = "2"  # part of the index's fingerprint: raise it when the tables change

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'ready')), added TEXT NOT NULL,
    encoding TEXT NOT NULL DEFAULT 'utf-8', places TEXT NOT NULL DEFAULT '[]', layout BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (doc_id, version));
CREATE UNIQUE INDEX IF NOT EXISTS one_ready_version ON documents (doc_id) WHERE state = 'ready';
CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, version TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, text_hash TEXT NOT NULL,
    sentences TEXT NOT NULL, places TEXT NOT NULL DEFAULT '[]',
    FOREIGN KEY (doc_id, version) REFERENCES documents ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (doc_id, version);
CREATE INDEX IF NOT EXISTS chunks_of_text ON chunks (text_hash);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, content = 'chunks', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE IF NOT EXISTS embeddings (text_hash TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    places TEXT NOT NULL, encoding TEXT NOT NULL, layout BLOB NOT NULL, UNIQUE (doc_id, version));
CREATE TABLE IF NOT EXISTS files (
    source TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, hash TEXT NOT NULL,
    loader TEXT NOT NULL, noted INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, time TEXT NOT NULL, vote TEXT NOT NULL CHECK (vote IN ('up', 'down')),
    question TEXT NOT NULL, answer TEXT NOT NULL, comment TEXT NOT NULL) WITHOUT ROWID;
"""

# Columns that tables of version 1 lack. Adding them loses nothing; the fingerprint then asks for `rag rebuild`.
ADDED_COLUMNS = (
    ("documents", "encoding", "TEXT NOT NULL DEFAULT 'utf-8'"),
    ("documents", "places", "TEXT NOT NULL DEFAULT '[]'"),
    ("documents", "layout", "BLOB NOT NULL DEFAULT x''"),
    ("chunks", "places", "TEXT NOT NULL DEFAULT '[]'"),
)


def read_places(text: str) -> tuple[Place, ...]:
    """Places as they stand in a column."""
    return tuple(Place(*item) for item in json.loads(text))


def write_places(places: Sequence[Place]) -> str:
    """Places for a column."""
    return json.dumps([[item.kind, item.number, item.start] for item in places], separators=(",", ":"))


def read_document(row: Sequence[Any]) -> Document:
    """The document of a row (doc_id, source, version, text, places, encoding, layout)."""
    doc_id, source, version, text, places, encoding, layout = row
    return Document(doc_id, source, version, text, read_places(places), encoding, layout)


def read_chunk(row: Sequence[Any]) -> Chunk:
    """The chunk of a row (id, doc_id, source, version, start, end, text, sentences, places)."""
    id_, doc_id, source, version, start, end, text, spans, places = row
    sentences = tuple(Sentence(start, end, bool(heading)) for start, end, heading in json.loads(spans))
    return Chunk(id_, doc_id, source, version, start, end, text, sentences, read_places(places))


def write_chunk(chunk: Chunk, *, text_hash: str) -> tuple[str | int, ...]:
    """The row (id, doc_id, version, start, end, text, text_hash, sentences, places) of a chunk."""
    spans = json.dumps([[item.start, item.end, int(item.heading)] for item in chunk.sentences], separators=(",", ":"))
    key = chunk.id, chunk.doc_id, chunk.version, chunk.start, chunk.end
    return (*key, chunk.text, text_hash, spans, write_places(chunk.places))
