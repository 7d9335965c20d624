"""The catalogue as somebody sees it who may not read every document.

Labels belong to paths: a label of a folder is one of every document below it, also of those that come later. A reader
needs every label that a document has. Each connection has views in the place of the tables, which leave out what its
reader may not see, so that no query, of today or later, has to remember it. Word statistics are of the visible chunks
alone: a hidden document does not even move the order of others.
"""

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rag.storage.catalogue import COMMON, Catalogue
from rag.storage.sqlite import Database
from rag.text.english.tokens import content_words
from rag.types import Ranked

K1, B = 1.2, 0.75  # those of FTS5, whose bm25() this repeats over fewer chunks

_HIDDEN = """EXISTS (SELECT 1 FROM main.labels AS marked WHERE marked.label NOT IN (SELECT label FROM temp.held)
    AND (marked.path IN ('.', {source}) OR substr({source}, 1, length(marked.path) + 1) = marked.path || '/'))"""
_SESSION = f"""
CREATE TEMP TABLE held (label TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO temp.held SELECT value FROM json_each(:labels);
CREATE TEMP VIEW documents AS SELECT * FROM main.documents AS it WHERE NOT {_HIDDEN.format(source="it.source")};
CREATE TEMP VIEW versions AS SELECT * FROM main.versions AS it WHERE NOT {_HIDDEN.format(source="it.source")};
CREATE TEMP VIEW files AS SELECT * FROM main.files AS it WHERE NOT {_HIDDEN.format(source="it.source")};
CREATE TEMP VIEW chunks AS SELECT * FROM main.chunks WHERE doc_id IN (SELECT doc_id FROM temp.documents);
CREATE VIRTUAL TABLE temp.occurrences USING fts5vocab(main, words, instance);
CREATE VIRTUAL TABLE temp.asked USING fts5(text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE temp.stems USING fts5vocab(temp, asked, instance);
"""
_VISIBLE = """SELECT number, sz FROM chunks JOIN documents USING (doc_id, version)
    JOIN main.words_docsize AS size ON size.id = number WHERE state = 'ready'"""


def label_paths(database: Database, paths: Iterable[str], labels: Collection[str]) -> None:
    """Give labels to the documents at or below some paths, named as sources are."""
    rows = [(path, label) for path in paths for label in sorted(labels)]
    if not rows:
        return
    with database.writing() as connection:
        connection.executemany("INSERT OR IGNORE INTO labels (path, label) VALUES (?, ?)", rows)


class RestrictedCatalogue(Catalogue):
    """A catalogue that shows documents without a label, and those all of whose labels are held. For reading only."""

    def __init__(self, path: Path, labels: Collection[str]) -> None:
        self.database = Database(path, "", session=_session(labels))
        self._index_version = ("", "")
        self._sizes: tuple[int, dict[int, int]] = (-1, {})  # of which generation; words by chunk

    def scope(self, doc_ids: Sequence[str] | None) -> Sequence[str] | None:
        """The ids of those documents, or of all, that are visible."""
        visible = self.versions()
        return sorted(visible) if doc_ids is None else [doc_id for doc_id in doc_ids if doc_id in visible]

    def search(self, question: str, *, limit: int, doc_ids: Sequence[str] | None = None) -> list[Ranked]:
        """As `Catalogue.search`, as if nothing else were in the index."""
        words = list(dict.fromkeys(content_words(question)))
        with self.database.reading() as connection:
            sizes = self._visible_sizes(connection)
            counts = [_counts(connection, word, sizes) for word in words]
            telling = [count for count in counts if len(count) <= COMMON]
            scores = _bm25(telling or counts, sizes)
            rows = connection.execute(
                "SELECT number, id FROM chunks WHERE number IN (SELECT value FROM json_each(:numbers))"
                " AND (:docs IS NULL OR doc_id IN (SELECT value FROM json_each(:docs)))",
                {"numbers": json.dumps(list(scores)), "docs": None if doc_ids is None else json.dumps(list(doc_ids))},
            )
            found = [Ranked(id_, scores[number]) for number, id_ in rows]
        return sorted(found, key=lambda item: (-item.score, item.id))[:limit]

    def _visible_sizes(self, connection: sqlite3.Connection) -> dict[int, int]:
        """How many words each visible chunk has, by its number."""
        generation = self.generation()
        if self._sizes[0] != generation:
            self._sizes = generation, {number: _varint(size) for number, size in connection.execute(_VISIBLE)}
        return self._sizes[1]


def _session(labels: Collection[str]) -> str:
    literal = json.dumps(sorted(labels)).replace("'", "''")
    return _SESSION.replace(":labels", f"'{literal}'")


def _counts(connection: sqlite3.Connection, word: str, sizes: dict[int, int]) -> dict[int, int]:
    """How often a word stands in each visible chunk that has it, by the chunk's number."""
    connection.execute("DELETE FROM temp.asked")
    connection.execute("INSERT INTO temp.asked (text) VALUES (?)", (word,))
    stems = [row[0] for row in connection.execute("SELECT term FROM temp.stems ORDER BY offset")]
    if len(stems) == 1:
        rows = connection.execute("SELECT doc, count(*) FROM temp.occurrences WHERE term = ? GROUP BY doc", stems)
    else:  # a word that FTS5 cuts in pieces is looked for as a phrase, and counted once
        rows = connection.execute("SELECT rowid, 1 FROM main.words WHERE words MATCH ?", (f'"{word}"',))
    return {number: count for number, count in rows if number in sizes}


def _bm25(counts: Sequence[dict[int, int]], sizes: dict[int, int]) -> dict[int, float]:
    """The score of each chunk that has any of the words (Robertson and Zaragoza, 2009), as FTS5 computes it."""
    mean = sum(sizes.values()) / len(sizes) if sizes else 0.0
    scores: dict[int, float] = {}
    for count in counts:
        weight = math.log((len(sizes) - len(count) + 0.5) / (len(count) + 0.5))
        weight = weight if weight > 0 else 1e-6
        for number, times in count.items():
            length = 1 - B + B * sizes[number] / mean
            scores[number] = scores.get(number, 0.0) + weight * times * (K1 + 1) / (times + K1 * length)
    return scores


def _varint(blob: bytes) -> int:
    """The first number of a row of FTS5's sizes: seven bits a byte, the highest first."""
    value = 0
    for byte in blob:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value
