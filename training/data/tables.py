"""Questions about tables and boxes, in the forms that documents give them: a grid, `header: value` fields, bare rows.

People's questions (WikiTableQuestions) on a window of their table, and lookups made from row names and headers, which
also ask for a row or a column that isn't there.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from training.data import development
from training.data.development import Reading, read_jsonl, shared_file
from training.data.rewording import behind, content_stems
from training.data.text import Passage, Span

Form = Literal["grid", "fields", "bare"]
FORMS: tuple[Form, ...] = ("grid", "grid", "fields", "bare")
SEPARATOR = " | "
# What a question compares or counts over every row; such a question needs the whole table.
OVER_ROWS = re.compile(
    r"\b(most|least|first|last|highest|lowest|largest|smallest|longest|shortest|best|worst|earliest|latest|top|more|"
    r"less|after|before|next|previous|above|below|only|how many|total|number of)\b",
    re.IGNORECASE,
)
LOOKUPS = (
    "What is the {column} of {row}?",
    "What's the {column} for {row}?",
    "{row} {column}",
    "{column} {row}",
    "{column} of {row}",
    "Tell me the {column} of {row}.",
    "What {column} does {row} have?",
    "Which {column} is listed for {row}?",
    "{column} for {row}?",
)
LONGEST_CELL = 80
WHOLE_TABLE = 18  # rows at most


@dataclass(frozen=True, slots=True)
class Table:
    """Headers, and rows with a cell for each."""

    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's question, its table, and the cell that answers it."""

    id: str
    question: str
    table: Table
    row: int
    column: int


def asked_of_tables(root: Path = development.SHARED) -> Iterator[Asked]:
    """The questions of WikiTableQuestions that one whole cell answers."""
    for row in read_jsonl(shared_file("train_reading_wtq", root)):
        lines = row["context"].split("\n")
        start, answer = row["starts"][0], row["answers"][0]
        place = row["context"][:start].count("\n") if start is not None and start >= 0 else 0
        table = Table(tuple(lines[0].split(SEPARATOR)), tuple(tuple(line.split(SEPARATOR)) for line in lines[1:]))
        if place == 0 or len(row["answers"]) > 1 or not 2 <= len(table.head) <= 12 or len(table.body) < 2:
            continue
        before = row["context"][sum(len(line) + 1 for line in lines[:place]) : start]
        column = before.count(SEPARATOR)
        cells = table.body[place - 1]
        if len(cells) == len(table.head) and cells[column].strip() == answer.strip():
            yield Asked(row["id"], row["question"], table, place - 1, column)


def rendered(
    table: Table, rows: Sequence[int], form: Form, cell: tuple[int, int] | None = None
) -> tuple[str, Span | None]:
    """The rows as text, and where the cell (row, column) lies in it."""
    pieces, position, span = [], 0, None
    if form == "grid":
        pieces.append(SEPARATOR.join(table.head))
        position = len(pieces[0]) + 1
    for row in rows:
        cells = list(table.body[row])
        labels = [f"{name}: " for name in table.head] if form == "fields" else [""] * len(cells)
        parts = [f"{label}{value}" for label, value in zip(labels, cells, strict=False)]
        if cell is not None and cell[0] == row and cell[1] < len(parts):
            before = position + sum(len(text) + len(SEPARATOR) for text in parts[: cell[1]]) + len(labels[cell[1]])
            span = Span(before, before + len(cells[cell[1]]))
        pieces.append(SEPARATOR.join(parts))
        position += len(pieces[-1]) + 1
    return "\n".join(pieces), span


def _row(name: str, question: str, table: Table, rows: Sequence[int], form: Form, cell: tuple[int, int]) -> Reading:
    """A reading row; bare rows stand behind their headers. Unanswerable when the cell's row isn't among `rows`."""
    text, span = rendered(table, rows, form, cell)
    made = Reading(f"{name}-{question}", f"{name}/", question, Passage(text, span), "table")
    return behind(made, [SEPARATOR.join(table.head)]) if form == "bare" else made


def people_asked(rng: Random, root: Path = development.SHARED) -> Iterator[Reading]:
    """Each question with its row, and where the row's name is asked for, the rows without it."""
    for asked in asked_of_tables(root):
        free = OVER_ROWS.search(asked.question) is None
        rows = _window(asked.table, asked.row, rng) if free else range(min(len(asked.table.body), WHOLE_TABLE))
        form = rng.choice(FORMS)
        if asked.row in rows:
            yield _row("wtq", asked.question, asked.table, rows, form, (asked.row, asked.column))
        rest = [row for row in rows if row != asked.row and not _named(asked, row)]
        if free and rest and _named(asked, asked.row) and not _states(asked, rest):
            yield _row("wtq-gone", asked.question, asked.table, rest, form, (asked.row, asked.column))


def _window(table: Table, row: int, rng: Random) -> range:
    size = rng.choice((1, 3, 5, 8, 12))
    first = max(0, min(row - rng.randrange(size), len(table.body) - size))
    return range(first, min(len(table.body), first + size))


def _named(asked: Asked, row: int) -> bool:
    """Whether the question holds every word of a cell of this row, beside the answer's column."""
    words = content_stems(asked.question)
    others = (content_stems(cell) for place, cell in enumerate(asked.table.body[row]) if place != asked.column)
    return any(stems and stems <= words for stems in others)


def _states(asked: Asked, rows: Sequence[int]) -> bool:
    answer = asked.table.body[asked.row][asked.column].lower()
    return any(answer in cell.lower() for row in rows for cell in asked.table.body[row])


def lookups(rng: Random, root: Path = development.SHARED) -> Iterator[Reading]:
    """A column of a row, as a question; in half of the cases the row or the column isn't there."""
    tables = list(dict.fromkeys(asked.table for asked in asked_of_tables(root)))
    for table in tables:
        names = [cells[0] for cells in table.body]
        square = all(len(cells) == len(table.head) for cells in table.body)
        if not square or len(set(names)) < len(names) or any(name.strip().isdigit() or len(name) < 3 for name in names):
            continue
        for _ in range(2):
            row, column = rng.randrange(len(names)), rng.randrange(1, len(table.head))
            cell = table.body[row][column]
            if cell.strip(" -–—") and len(cell) <= LONGEST_CELL:
                yield _lookup(table, row, column, rng, tables)


def _lookup(table: Table, row: int, column: int, rng: Random, tables: Sequence[Table]) -> Reading:
    form, kept = rng.choice(FORMS), _window(table, row, rng)
    fate = rng.random()
    absent = [name for name in rng.choice(tables).head if name.lower() not in SEPARATOR.join(table.head).lower()]
    if fate < 0.5 or (fate >= 0.75 and not absent) or (fate < 0.75 and len(table.body) < 2):
        return _row("lookup", _question(table.head[column], table.body[row][0], rng), table, kept, form, (row, column))
    if fate < 0.75:
        rest = [place for place in range(len(table.body)) if place != row][: len(kept) + 1]
        question = _question(table.head[column], table.body[row][0], rng)
        return _row("lookup-no-row", question, table, rest, form, (row, column))
    question = _question(rng.choice(absent), table.body[row][0], rng)
    return _row("lookup-no-column", question, table, kept, form, (-1, 0))


def _question(column: str, row: str, rng: Random) -> str:
    return rng.choice(LOOKUPS).format(column=column.lower() if rng.random() < 0.6 else column, row=row)


def boxes(rng: Random, root: Path = development.SHARED) -> Iterator[Reading]:
    """Of each box of InfoTabS a field that it has, and one that it hasn't."""
    texts = dict.fromkeys(row["evidence"] for row in read_jsonl(shared_file("train_claims_infotabs", root)))
    fields = {text: [line.split(": ", 1) for line in text.split("\n")[1:] if ": " in line] for text in texts}
    counts = Counter(name for named in fields.values() for name, _ in named)
    common = [name for name, count in counts.items() if count > 4]
    for text, named in fields.items():
        if len(named) < 3:
            continue
        title = text.split("\n", 1)[0]
        name, value = rng.choice(named)
        start = text.index(f"\n{name}: {value}") + len(name) + 3
        if len(value) < 120:
            answer = Span(start, start + len(value))
            yield Reading(f"box-{title}-{name}", "box/", _question(name, title, rng), Passage(text, answer), "table")
        absent = rng.choice(common)
        if absent.lower() not in text.lower():
            question = _question(absent, title, rng)
            yield Reading(f"box-{title}-{absent}", "box-no-field/", question, Passage(text), "table")
