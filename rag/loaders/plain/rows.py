"""Tables of rows: CSV, TSV and JSON Lines. A row is a passage, its number is in the citation, each value is a cell.

A row is written as `name: value | name: value`, values as they are once quoting or JSON's escapes are undone; empty
ones are left out. Rows are numbered as the file has them: in CSV the header is row 1 where nothing stands above it. In
JSON Lines the number is the line's. Python's `csv` and `json` read them: nothing else follows RFC 4180 and RFC 8259 as
closely.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import CELL, Blocks, CellText
from rag.loaders.content import ROW_CHARACTERS, Content
from rag.loaders.decoding import Decoded, decode
from rag.loaders.plain.dialect import Table, read_table_form
from rag.types import Place

CELLS = 1_000_000  # that are kept each by itself: some 300 MB of memory
_NOTE_WORDS = 3
COLUMNS = 2000  # a wider table is refused: nobody could ask for its columns by name

Row = tuple[int, Iterable[tuple[str, str]]]


@dataclass(slots=True)
class _Written:
    """Blocks and places of rows as they are written, and how many cells these are."""

    blocks: Blocks = field(default_factory=Blocks)
    places: list[Place] = field(default_factory=list)
    cells: int = 0


def read_csv(path: Path, data: bytes) -> Content:
    """A row of values under the names in the header. Raises UnreadableSourceError naming the row."""
    found = decode(path, data)
    csv.field_size_limit(ROW_CHARACTERS)
    table = read_table_form(path, found.text)
    if len(table.header) > COLUMNS:
        raise UnreadableSourceError(_too_wide(path, len(table.header)))
    rows = csv.reader(StringIO(found.text, newline=""), table.dialect, strict=False)
    try:
        return _csv_content(path, found, table, rows)
    except csv.Error as error:
        raise UnreadableSourceError(
            f"{path}, near line {rows.line_num}: {error}. A quotation mark may be missing; mend it and ingest it again."
        ) from error


def read_json_lines(path: Path, data: bytes) -> Content:
    """A JSON value a line; nested names are joined by dots. Raises UnreadableSourceError naming the line."""
    found = decode(path, data)
    written = _Written()
    table = written.blocks.table()
    columns: dict[str, int] = {}
    for number, fields in _json_rows(path, found.text):
        named = [(columns.setdefault(name, len(columns) + 1), name, value) for name, value in fields]
        _write_row(path, written, table, number, named)
    return _content(written, found)


def _csv_content(path: Path, found: Decoded, table: Table, rows: Iterable[list[str]]) -> Content:
    written = _Written()
    number = written.blocks.table()
    numbered = enumerate(rows, start=1)
    for place, values in islice(numbered, table.first_row - 1):
        if place in table.titles:
            _write_line(written, place, values, table.dialect.delimiter)
    for place, values in numbered:
        if table.width > 1 and _is_note(table, values):
            _write_line(written, place, values, table.dialect.delimiter)
        else:
            names = table.header
            named = [(n, names[n - 1] if n <= len(names) else "", value) for n, value in enumerate(values, start=1)]
            _write_row(path, written, number, place, named)
    if not written.places and table.header:
        _write_header(written, number, table)
    return _content(written, found)


def _is_note(table: Table, values: Sequence[str]) -> bool:
    """Whether a row is a line of text under a table: it is shorter, and only its first cell is filled, with words."""
    filled = [value for value in values if value.strip()]
    return len(values) < table.width and len(filled) == 1 and len(filled[0].split()) >= _NOTE_WORDS


def _write_row(path: Path, written: _Written, table: int, row: int, named: Iterable[tuple[int, str, str]]) -> None:
    cells = [CellText(value.strip(), column, name=name) for column, name, value in named if value.strip()]
    if len(cells) > COLUMNS:
        raise UnreadableSourceError(_too_wide(path, len(cells)))
    start = written.blocks.position
    if written.cells > CELLS:
        written.blocks.add(CELL.join(cell.written for cell in cells))
    else:
        written.blocks.row(table, row, cells)
    written.cells += len(cells)
    if written.blocks.position > start:
        written.places.append(Place("row", row, start))


def _write_line(written: _Written, row: int, values: Sequence[str], mark: str) -> None:
    """A line that is no row of the table, separated by `mark` all the same: a title above it, a note below."""
    start = written.blocks.position
    text = mark.join(values).strip(f"{mark} ")
    if written.blocks.add(text, "paragraph" if written.places else "caption"):
        written.places.append(Place("row", row, start))


def _write_header(written: _Written, table: int, form: Table) -> None:
    cells = [CellText(name, column, header=True) for column, name in enumerate(form.header, start=1) if name]
    start = written.blocks.position
    if written.blocks.row(table, form.header_row, cells):
        written.places.append(Place("row", form.header_row, start))


def _content(written: _Written, found: Decoded) -> Content:
    blocks = written.blocks
    told = (f"rows after the first {CELLS:,} cells are read whole, not cell by cell",) if written.cells > CELLS else ()
    places = tuple(written.places)
    return Content(blocks.text, places=places, encoding=found.encoding, blocks=blocks.blocks, gaps=told)


def _too_wide(path: Path, columns: int) -> str:
    return (
        f"{path} has {columns:,} columns; tables of at most {COLUMNS:,} are read. "
        "Keep the columns that are needed, or turn the table so that its columns are rows."
    )


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    for number, line in enumerate(StringIO(text), start=1):
        if len(line) > ROW_CHARACTERS:
            raise UnreadableSourceError(
                f"{path}, line {number} has {len(line):,} characters; a row has {ROW_CHARACTERS:,} at the most."
            )
        if line.strip():
            try:
                yield number, _flat(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise UnreadableSourceError(
                    f"{path}, line {number} is not JSON: {error}. Mend it and ingest it again."
                ) from error


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Names and values of a JSON value, at any depth; a list's values stand together."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _flat(item, f"{name}.{key}" if name else key)]
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return [pair for item in value for pair in _flat(item, name)]
    if isinstance(value, list):
        return [(name, ", ".join(map(_plain, value)))]
    return [(name, _plain(value))]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
