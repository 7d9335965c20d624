"""The tables of the catalogue, and how a chunk stands in them. Holds no connection."""

import json
from collections.abc import Sequence
from typing import Any

from rag.types import Chunk, Sentence

SCHEMA_VERSION = "1"  # part of the index's fingerprint: raise it when the tables change

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'ready')), added TEXT NOT NULL,
    PRIMARY KEY (doc_id, version));
CREATE UNIQUE INDEX IF NOT EXISTS one_ready_version ON documents (doc_id) WHERE state = 'ready';
CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, version TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, text_hash TEXT NOT NULL,
    sentences TEXT NOT NULL,
    FOREIGN KEY (doc_id, version) REFERENCES documents ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (doc_id, version);
CREATE INDEX IF NOT EXISTS chunks_of_text ON chunks (text_hash);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, content = 'chunks', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE IF NOT EXISTS embeddings (text_hash TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


def read_chunk(row: Sequence[Any]) -> Chunk:
    """The chunk of a row (id, doc_id, source, version, start, end, text, sentences)."""
    id_, doc_id, source, version, start, end, text, spans = row
    sentences = tuple(Sentence(start, end, bool(heading)) for start, end, heading in json.loads(spans))
    return Chunk(id_, doc_id, source, version, start, end, text, sentences)


def write_chunk(chunk: Chunk, *, text_hash: str) -> tuple[str | int, ...]:
    """The row (id, doc_id, version, start, end, text, text_hash, sentences) of a chunk."""
    spans = json.dumps([[item.start, item.end, int(item.heading)] for item in chunk.sentences], separators=(",", ":"))
    return chunk.id, chunk.doc_id, chunk.version, chunk.start, chunk.end, chunk.text, text_hash, spans
