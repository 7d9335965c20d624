"""The tables of the catalogue, and how a chunk stands in them. Holds no connection."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from rag.types import Block, Chunk, ContextSpan, Document, Place, Sentence

SCHEMA_VERSION = "3"  # part of the index's fingerprint: raise it when the tables change

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'ready')), added TEXT NOT NULL,
    encoding TEXT NOT NULL DEFAULT 'utf-8', places TEXT NOT NULL DEFAULT '[]', layout BLOB NOT NULL DEFAULT x'',
    blocks BLOB NOT NULL DEFAULT x'', gaps TEXT NOT NULL DEFAULT '[]', language TEXT NOT NULL DEFAULT '',
    tables INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (doc_id, version));
CREATE UNIQUE INDEX IF NOT EXISTS one_ready_version ON documents (doc_id) WHERE state = 'ready';
CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, version TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, text_hash TEXT NOT NULL,
    sentences TEXT NOT NULL, places TEXT NOT NULL DEFAULT '[]', context TEXT NOT NULL DEFAULT '[]',
    FOREIGN KEY (doc_id, version) REFERENCES documents ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS chunks_of_document ON chunks (doc_id, version);
CREATE INDEX IF NOT EXISTS chunks_of_text ON chunks (text_hash);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, content = 'chunks', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE IF NOT EXISTS embeddings (text_hash TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY, doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    places TEXT NOT NULL, encoding TEXT NOT NULL, layout BLOB NOT NULL, blocks BLOB NOT NULL DEFAULT x'',
    gaps TEXT NOT NULL DEFAULT '[]', UNIQUE (doc_id, version));
CREATE TABLE IF NOT EXISTS files (
    source TEXT PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, hash TEXT NOT NULL,
    loader TEXT NOT NULL, noted INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS labels (path TEXT, label TEXT, PRIMARY KEY (path, label)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS metadata (path TEXT, key TEXT, value TEXT, PRIMARY KEY (path, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (chunk_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, time TEXT NOT NULL, vote TEXT NOT NULL CHECK (vote IN ('up', 'down')),
    question TEXT NOT NULL, answer TEXT NOT NULL, comment TEXT NOT NULL) WITHOUT ROWID;
"""

# Columns that tables of versions 1 and 2 lack. Adding them loses nothing; the fingerprint then asks for `rag rebuild`.
ADDED_COLUMNS = (
    ("documents", "encoding", "TEXT NOT NULL DEFAULT 'utf-8'"),
    ("documents", "places", "TEXT NOT NULL DEFAULT '[]'"),
    ("documents", "layout", "BLOB NOT NULL DEFAULT x''"),
    ("chunks", "places", "TEXT NOT NULL DEFAULT '[]'"),
    ("documents", "blocks", "BLOB NOT NULL DEFAULT x''"),
    ("versions", "blocks", "BLOB NOT NULL DEFAULT x''"),
    ("chunks", "context", "TEXT NOT NULL DEFAULT '[]'"),
    ("documents", "gaps", "TEXT NOT NULL DEFAULT '[]'"),
    ("versions", "gaps", "TEXT NOT NULL DEFAULT '[]'"),
    ("documents", "language", "TEXT NOT NULL DEFAULT ''"),
    ("documents", "tables", "INTEGER NOT NULL DEFAULT 0"),
)
# What the word index holds of a chunk: the quotes of its context that are not in it, then its text.
SEARCHED_TEXT = """(SELECT coalesce(group_concat(value ->> 3, ' '), '') FROM json_each(chunks.context)
    WHERE value ->> 1 NOT BETWEEN chunks.start AND chunks."end" - 1) || ' ' || chunks.text"""

_BLOCK_NAMES = tuple(item.name for item in fields(Block))
_BLOCK_DEFAULTS = tuple(item.default for item in fields(Block))


def read_places(text: str) -> tuple[Place, ...]:
    """Places as they stand in a column."""
    return tuple(Place(*item) for item in json.loads(text))


def write_places(places: Sequence[Place]) -> str:
    """Places for a column."""
    return json.dumps([[item.kind, item.number, item.start] for item in places], separators=(",", ":"))


def read_blocks(packed: bytes) -> tuple[Block, ...]:
    """Blocks as they stand in a column."""
    rows = json.loads(zlib.decompress(packed)) if packed else []
    return tuple(_block(row) for row in rows)


def write_blocks(blocks: Sequence[Block]) -> bytes:
    """Blocks for a column: JSON rows without the defaults at their ends, compressed."""
    rows = json.dumps([_block_row(block) for block in blocks], separators=(",", ":"))
    return zlib.compress(rows.encode("utf-8")) if blocks else b""


def read_document(row: Sequence[Any]) -> Document:
    """The document of a row (doc_id, source, version, text, places, encoding, layout, blocks, gaps)."""
    doc_id, source, version, text, places, encoding, layout, blocks, gaps = row
    parts = read_places(places), encoding, layout, read_blocks(blocks), tuple(json.loads(gaps))
    return Document(doc_id, source, version, text, *parts)


def read_chunk(row: Sequence[Any]) -> Chunk:
    """The chunk of a row (id, doc_id, source, version, start, end, text, sentences, places, context)."""
    id_, doc_id, source, version, start, end, text, spans, places, context = row
    sentences = tuple(Sentence(start, end, bool(heading)) for start, end, heading in json.loads(spans))
    above = tuple(ContextSpan(*item) for item in json.loads(context))
    return Chunk(id_, doc_id, source, version, start, end, text, sentences, read_places(places), above)


def write_chunk(chunk: Chunk, *, text_hash: str) -> tuple[str | int, ...]:
    """The row (id, doc_id, version, start, end, text, text_hash, sentences, places, context) of a chunk."""
    spans = json.dumps([[item.start, item.end, int(item.heading)] for item in chunk.sentences], separators=(",", ":"))
    above = json.dumps([[item.role, item.start, item.end, item.quote] for item in chunk.context], ensure_ascii=False)
    key = chunk.id, chunk.doc_id, chunk.version, chunk.start, chunk.end
    return (*key, chunk.text, text_hash, spans, write_places(chunk.places), above)


def _block(row: Sequence[Any]) -> Block:
    values: dict[str, Any] = dict(zip(_BLOCK_NAMES, row, strict=False))
    if values.get("label"):
        values["label"] = tuple(values["label"])
    return Block(**values)


def _block_row(block: Block) -> list[Any]:
    values = [getattr(block, name) for name in _BLOCK_NAMES]
    while values and values[-1] == _BLOCK_DEFAULTS[len(values) - 1]:
        values.pop()
    return values
