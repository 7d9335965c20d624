"""Tables of rows: CSV, TSV and JSON Lines. A row is a passage, and its number is in the citation.

A row is written as `name: value | name: value`, values as they are once quoting or JSON's escapes are undone; empty
ones are left out. Rows are numbered as a spreadsheet numbers them: in CSV the header is row 1. In JSON Lines the
number is the line's. Python's `csv` and `json` read them: nothing else follows RFC 4180 and RFC 8259 as closely.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSourceError
from rag.loaders.content import ROW_CHARACTERS, Content
from rag.loaders.decoding import Decoded, decode
from rag.types import Place

_DELIMITERS = ",;\t|"
_SNIFFED = 1 << 16  # characters that show which delimiter it is
_PARTED = "\n\n"  # between rows, so that no sentence runs on from one to the next


def read_csv(path: Path, data: bytes) -> Content:
    """A row of values under the names in the first row. Raises UnreadableSourceError naming the row."""
    found = decode(path, data)
    csv.field_size_limit(ROW_CHARACTERS)
    rows = csv.reader(StringIO(found.text, newline=""), _dialect(path, found.text), strict=False)
    try:
        header = [name.strip() for name in next(rows, [])]
        return _content(found, ((number, _named(header, row)) for number, row in enumerate(rows, start=2)))
    except csv.Error as error:
        raise UnreadableSourceError(
            f"{path}, near line {rows.line_num}: {error}. A quotation mark may be missing; mend it and ingest it again."
        ) from error


def read_json_lines(path: Path, data: bytes) -> Content:
    """A JSON value a line; nested names are joined by dots. Raises UnreadableSourceError naming the line."""
    found = decode(path, data)
    return _content(found, _json_rows(path, found.text))


def _dialect(path: Path, text: str) -> type[csv.Dialect]:
    """Which delimiter a table has: a tab in `.tsv`; else the one that parts its header into the most names."""
    if path.suffix.lower() == ".tsv":
        return csv.excel_tab
    top = text[:_SNIFFED]
    sniffed = max(_DELIMITERS, key=lambda mark: len(next(csv.reader(StringIO(top), delimiter=mark), [])))

    class Dialect(csv.excel):
        delimiter = sniffed

    return Dialect


def _named(header: list[str], row: list[str]) -> Iterator[tuple[str, str]]:
    for number, value in enumerate(row):
        yield header[number] if number < len(header) else "", value


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, Iterable[tuple[str, str]]]]:
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


def _content(found: Decoded, rows: Iterable[tuple[int, Iterable[tuple[str, str]]]]) -> Content:
    parts: list[str] = []
    places: list[Place] = []
    length = 0
    for number, fields in rows:
        filled = [(name, value.strip()) for name, value in fields if value.strip()]
        row = " | ".join(f"{name}: {value}" if name else value for name, value in filled)
        if row:
            places.append(Place("row", number, length))
            parts.append(row)
            length += len(row) + len(_PARTED)
    return Content(_PARTED.join(parts), places=tuple(places), encoding=found.encoding)
