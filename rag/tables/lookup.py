"""Look-ups: the cell that answers, found by the row and column that a question names, or by reading likely rows.

Where words alone tell the row and the column, nothing is read. Else the reader reads the likeliest rows with their
headers, as `header: value | header: value`, and marks the words that answer; the cell they stand in is the answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.protocols import Encoder
from rag.tables.links import Lexicon, stems_of
from rag.tables.question import Read, particular, phrase, read_beside
from rag.tables.sense import Sense
from rag.text.chunking import text_hash
from rag.types import Chunk, Passage, Reading, Sentence

ROWS = 6  # rows that are read, the likeliest
NEAR = 0.2  # the least similarity of the question to a column that it does not name
BY_SHARE = 0.6  # the least share of a cell's words by which it tells which row is meant
RANKED = 24  # rows that are compared with the question by their vectors

ReadPassages = Callable[[str, Sequence[Passage], Encoder], Reading]


@dataclass(frozen=True, slots=True)
class Found:
    """A cell that answers, by the positions of its row and column, and how sure that is (0..1)."""

    lexicon: Lexicon
    row: int
    column: int
    confidence: float
    read: Read

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names and numbers of the question that neither the row nor the table knows of."""
        table = self.lexicon.table
        there = {stem for column in range(len(table.columns)) for stem in stems_of(table.text_at(self.row, column))}
        asked = self.read.asked
        left = (place for place in self.read.left if not there & set(asked[place].stems))
        return tuple(asked[place].text for place in left if particular(asked, place))

    @property
    def by(self) -> tuple[int, ...]:
        """The columns besides the name by whose cells the row was found."""
        links = self.read.lexicon.values(self.read.asked)
        return tuple(sorted({link.column for link in links if self.row in link.rows and link.share > BY_SHARE}))

    @property
    def named(self) -> bool:
        """Whether the question names the row in full, and no other."""
        name = self.lexicon.table.name_column
        return all(link.rows == (self.row,) for link in self.read.values if link.column == name) and any(
            link.column == name for link in self.read.values
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    read: Read
    row: int
    score: float


def look_up(question: str, lexicons: Sequence[Lexicon], sense: Sense, read: ReadPassages) -> Found | None:
    """The cell that answers a question, or None where no row is like it.

    Of a row that the question names, each cell is judged as a statement by itself; else the reader reads.
    """
    reads = [beside for lexicon in lexicons if (beside := read_beside(question, lexicon)) is not None]
    likely = _likely(question, reads, sense)
    if not likely:
        return None
    first = Found(likely[0].read.lexicon, likely[0].row, -1, 0.0, likely[0].read)
    if first.named:
        return _of_named(question, first, sense)
    rendered = [_render(candidate) for candidate in likely]
    reading = read(question, [Passage(item.chunk, 1.0) for item in rendered], sense.encoder)
    located = _located(reading, rendered)
    if located is None or _ambiguous(located):
        return None
    if located.column == located.lexicon.table.name_column:  # the reader marks whom it is about
        return _of_named(question, located, sense)
    return located


def _of_named(question: str, found: Found, sense: Sense) -> Found | None:
    """Of the cells beside a row's name, the one that answers best as a statement by itself."""
    table, named = found.lexicon.table, {link.column for link in found.read.values if link.full}
    apart = {table.name_column, *named}
    columns = [n for n in range(len(table.columns)) if n not in apart and table.cell(found.row, n)]
    if not columns:
        return None
    scores = sense.read_columns(question, table, found.row, columns)
    best = min(scores, key=lambda column: (-scores[column], column))
    said = {link.column for link in found.read.columns}
    if best not in said and sense.near_columns(phrase(found.read), table, [best])[best] < NEAR:
        return None
    confidence = 0.5 + 0.5 * found.read.explained if found.named else found.confidence
    return replace(found, column=best, confidence=confidence)


def _ambiguous(found: Found) -> bool:
    """Whether the question means other rows just as well: it names values that several rows have, and no row."""
    filtered = {link.column for link in found.read.values}
    return found.column in filtered or (bool(filtered) and not found.named and len(_rows(found.read)) > 1)


def named_cell(question: str, lexicons: Sequence[Lexicon]) -> Found | None:
    """The cell whose row and column the question names in full, as words alone tell; None unless there is just one."""
    reads = [beside for lexicon in lexicons if (beside := read_beside(question, lexicon)) is not None]
    cells: dict[tuple[str, int], Found] = {}
    for found in (found for beside in reads if (found := _named(beside))):  # a table and the same one turned are one
        cells.setdefault((found.lexicon.table.document.doc_id, found.lexicon.table.number), found)
    named = sorted(cells.values(), key=lambda found: -found.confidence)
    alone = len(named) == 1 or (named and named[0].confidence > named[1].confidence)
    return named[0] if alone else None


def _named(read: Read) -> Found | None:
    """The cell whose row and column the question names in full, leaving no name unexplained."""
    rows = _rows(read)
    apart = {read.lexicon.table.name_column, *(link.column for link in read.values)}
    wholly = [link for link in read.columns if link.share > 0.99 and link.column not in apart]
    if len(rows) != 1 or len(wholly) != 1 or not read.lexicon.table.cell(rows[0], wholly[0].column):
        return None
    sure = 0.55 + 0.4 * read.explained
    return Found(read.lexicon, rows[0], wholly[0].column, sure, read) if read.explained > 0.6 else None


def _rows(read: Read) -> list[int]:
    """The rows that have every value that the question means."""
    columns = {link.column for link in read.values}
    sets = [{row for link in read.values if link.column == column for row in link.rows} for column in columns]
    return sorted(set.intersection(*sets)) if sets else []


def _likely(question: str, reads: Sequence[Read], sense: Sense) -> list[_Candidate]:
    """The rows that share most with the question, by words and then by meaning, over all tables."""
    candidates = [candidate for beside in reads for candidate in _candidates(beside)]
    candidates.sort(key=lambda item: (-item.score, item.read.lexicon.table.document.source, item.row))
    candidates = candidates[:RANKED]
    near = sense.nearness(question, [_words(item) for item in candidates])
    ranked = sorted(zip(candidates, near, strict=True), key=lambda pair: -(pair[0].score + 2 * pair[1]))
    return [candidate for candidate, _ in ranked[:ROWS]]


def _candidates(read: Read) -> list[_Candidate]:
    """Rows with a value that the question means wholly or in part; a word that tells rows apart counts more."""
    links = read.lexicon.values(read.asked)
    rows = set(_rows(read))
    if rows and any(len(link.rows) == 1 for link in read.values):
        links = [link for link in read.values if rows.intersection(link.rows)]
    scores: dict[int, float] = {}
    for link in links[:50]:
        for row in link.rows[:ROWS]:
            weight = link.share * len(link.tokens) / len(link.rows) ** 0.5
            scores[row] = scores.get(row, 0.0) + weight
    table = read.lexicon.table
    about = read.lexicon.about
    topical = sum(bool(about & set(token.stems)) for token in read.asked)
    if not scores and topical and len(table.body) <= RANKED:
        scores = dict.fromkeys(table.body, 0.0)
    return [_Candidate(read, row, score + 0.3 * topical) for row, score in scores.items()]


@dataclass(frozen=True, slots=True)
class _Rendered:
    candidate: _Candidate
    chunk: Chunk
    starts: tuple[int, ...]
    columns: tuple[int, ...]


def _render(candidate: _Candidate) -> _Rendered:
    """A row with its headers as a passage for the reader; nothing is ever cited from it."""
    table = candidate.read.lexicon.table
    parts, starts, columns, length = [], [], [], 0
    for column, info in enumerate(table.columns):
        text = table.text_at(candidate.row, column)
        if text:
            part = f"{info.name}: {text}" if info.name else text
            starts.append(length)
            columns.append(column)
            parts.append(part)
            length += len(part) + 3
    text = " | ".join(parts)
    document = table.document
    key = text_hash(f"{document.doc_id} {document.version} {table.number} {table.turned} {candidate.row} {text}")
    sentence = (Sentence(0, len(text)),)
    chunk = Chunk(key[:32], document.doc_id, document.source, document.version, 0, len(text), text, sentence)
    return _Rendered(candidate, chunk, tuple(starts), tuple(columns))


def _words(candidate: _Candidate) -> str:
    return _render(candidate).chunk.text


def _located(reading: Reading, rendered: Sequence[_Rendered]) -> Found | None:
    """The cell in which the words stand that the reader marks as the answer."""
    short = reading.short_answer
    item = next((one for one in rendered if short and one.chunk.id == short.chunk.id), None)
    if short is None or item is None:
        return None
    bounds = [*item.starts, len(item.chunk.text) + 1]
    column = next(
        (item.columns[n] for n, (first, last) in enumerate(pairwise(bounds)) if first <= short.start < last), None
    )
    if column is None:
        return None
    return Found(item.candidate.read.lexicon, item.candidate.row, column, reading.confidence, item.candidate.read)
