"""How a file of rows is laid out: its delimiter, what stands above and below its table, its header and units.

Told from the first rows. Reads no values.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice, pairwise
from pathlib import Path

from rag.loaders.markup.headers import is_header, is_units

_DELIMITERS = ",;\t|"
_SAMPLE = 1 << 18  # characters, and rows, from which the form is told
_ROWS = 200
_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)  # a line by which Excel is told the delimiter


@dataclass(frozen=True, slots=True)
class Table:
    """The form of a table; rows count from 1. `first_row` is the first of its values, `header_row` 0 for none.

    `titles` are rows above the header that are no part of the table.
    """

    dialect: type[csv.Dialect]
    header: tuple[str, ...] = ()
    header_row: int = 0
    first_row: int = 1
    titles: frozenset[int] = field(default=frozenset())
    width: int = 1


def read_table_form(path: Path, text: str) -> Table:
    """The form of a table of rows."""
    sample = text[:_SAMPLE]
    first_line = sample[: min(_line_end(sample), 20)]
    said = _SEPARATOR.fullmatch(first_line)
    dialect = _dialect(said[1] if said else _delimiter(path, sample))
    rows = list(islice(_rows(sample, dialect), _ROWS))
    if len(text) > len(sample) and len(rows) > 1 and len(rows) < _ROWS:
        rows.pop()  # it may have been cut
    return _formed(dialect, rows, skipped=1 if said else 0)


def _formed(dialect: type[csv.Dialect], rows: list[list[str]], *, skipped: int) -> Table:
    width = _width(rows[skipped:])
    filled = [number for number, row in enumerate(rows, start=1) if number > skipped and any(map(str.strip, row))]
    top = next((n for n in filled if _cells(rows[n - 1]) > 1 or width < 2), skipped + 1)
    top = _true_top(rows, filled, top, width)
    titles = frozenset(number for number in filled if number < top)
    below = [row for row in rows[top:] if any(map(str.strip, row))]
    first = rows[top - 1] if top <= len(rows) else []
    if not is_header([cell.strip() for cell in first], below):
        return Table(dialect, first_row=top, titles=titles, width=width)
    header, values = [cell.strip() for cell in first], top + 1
    if len(rows) > top and is_units(rows[top], [row for row in rows[top + 1 :] if any(map(str.strip, row))]):
        header = [_with_unit(name, unit) for name, unit in zip(header, [*rows[top], *[""] * width], strict=False)]
        values += 1
    return Table(dialect, tuple(header), top, values, titles, width)


def _true_top(rows: Sequence[Sequence[str]], filled: Sequence[int], top: int, width: int) -> int:
    """Where the table begins: a line of a title may have a few cells, but fewer than the header that comes after it."""
    for number, following in pairwise([*filled, 0]):
        cells = len(_stripped(rows[number - 1]))
        if number >= top and cells * 2 > width and not (cells < width and _heads(rows, following, width)):
            return number
    return top


def _heads(rows: Sequence[Sequence[str]], number: int, width: int) -> bool:
    """Whether a row is as wide as the table and reads as its header; there is none of number 0."""
    row = rows[number - 1]
    below = [other for other in rows[number:] if any(map(str.strip, other))]
    return number > 0 and len(_stripped(row)) >= width and len(below) > 0 and is_header(row, below)


def _stripped(row: Sequence[str]) -> Sequence[str]:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _cells(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns most rows have; the widest of those that are equally common."""
    widths = Counter(len(row) for row in rows if any(map(str.strip, row)))
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _with_unit(name: str, unit: str) -> str:
    shown = unit.strip().strip("()[]")
    return f"{name} ({shown})" if name and shown else name or shown


def _delimiter(path: Path, sample: str) -> str:
    """The delimiter that parts the most rows alike; of several, the one that makes more columns."""
    marks = ("\t" + _DELIMITERS) if path.suffix.lower() == ".tsv" else _DELIMITERS
    return max(marks, key=lambda mark: _regularity(sample, mark, path.suffix.lower() == ".tsv" and mark == "\t"))


def _regularity(sample: str, mark: str, said: bool) -> tuple[bool, int, int]:
    rows = [row for row in islice(_rows(sample, _dialect(mark)), _ROWS) if row]
    width = _width(rows)
    return said and width > 1, sum(len(row) == width for row in rows) if width > 1 else 0, width


def _rows(sample: str, dialect: type[csv.Dialect]) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(sample, newline=""), dialect, strict=False)
    except csv.Error:  # the reader of the whole file names it with its row
        return


def _line_end(text: str) -> int:
    ends = [place for place in (text.find("\n"), text.find("\r")) if place >= 0]
    return min(ends, default=len(text))


def _dialect(mark: str) -> type[csv.Dialect]:
    class Dialect(csv.excel):
        delimiter = mark

    return Dialect
