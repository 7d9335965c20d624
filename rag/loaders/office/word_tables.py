"""The tables of a Word document as grids: merged cells, deleted rows, nested tables (ECMA-376 part 1, 17.4)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.markup.grid import Grid, GridCell
from rag.loaders.office.word_parts import child, is_on, name_of, number, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WRAPPERS = frozenset("sdt sdtContent customXml ins moveTo smartTag".split())
CellReader = Callable[["Element"], "CellContent"]


@dataclass(frozen=True, slots=True)
class CellContent:
    """What a cell shows, whether all its letters are bold, and the tables within it."""

    text: str
    bold: bool = False
    tables: tuple[Grid, ...] = ()


@dataclass(slots=True)
class _Cell:
    content: CellContent
    columns: int
    header: bool
    rows: int = 1


@dataclass(slots=True)
class _Reader:
    read_cell: CellReader
    rows: list[list[_Cell]] = field(default_factory=list)
    open: dict[int, _Cell] = field(default_factory=dict)  # by column: the cell that goes on downwards


def read_table(table: "Element", read_cell: CellReader, heads: Callable[[str], bool]) -> Grid:
    """A table as a grid. `heads` says whether a table style sets the first row apart."""
    reader = _Reader(read_cell)
    for row in wrapped(table, "tr"):
        properties = child(row, "trPr")
        if child(properties, "del") is None:
            _read_row(reader, row, bool(is_on(properties, "tblHeader")))
    rows = tuple(tuple(_frozen(cell) for cell in row) for row in reader.rows)
    return Grid(rows, headed=_is_headed(table, reader.rows, heads))


def wrapped(element: "Element", wanted: str) -> "Iterator[Element]":
    """The rows of a table or the cells of a row, those within content controls too."""
    for part in element:
        name = name_of(part)
        if name == wanted:
            yield part
        elif name in _WRAPPERS:
            yield from wrapped(part, wanted)


def _read_row(reader: _Reader, row: "Element", header: bool) -> None:
    properties = child(row, "trPr")
    before = number(child(properties, "gridBefore")) or 0
    cells: list[_Cell] = []
    if before > 0:
        cells.append(_Cell(CellContent(""), before, False))
    column = 1 + max(before, 0)
    for item in wrapped(row, "tc"):
        cell = child(item, "tcPr")
        if child(cell, "cellDel") is not None:
            continue
        span = max(number(child(cell, "gridSpan")) or 1, 1)
        merge = child(cell, "vMerge")
        above = reader.open.get(column)
        if merge is not None and value(merge) != "restart" and above is not None:
            above.rows += 1
        else:
            made = _Cell(reader.read_cell(item), span, header)
            cells.append(made)
            if merge is not None:
                reader.open[column] = made
            else:
                reader.open.pop(column, None)
        column += span
    reader.rows.append(cells)


def _frozen(cell: _Cell) -> GridCell:
    return GridCell(cell.content.text, cell.header, cell.columns, cell.rows, cell.content.tables)


def _is_headed(table: "Element", rows: list[list[_Cell]], heads: Callable[[str], bool]) -> bool | None:
    """True when the first row alone is bold, or the table's style sets it apart; None when the cells must tell."""
    if len(rows) > 1 and all(cell.content.bold for cell in rows[0] if cell.content.text):
        under = [cell for row in rows[1:] for cell in row[1:] if cell.content.text]
        if any(cell.content.text for cell in rows[0]) and under and not all(cell.content.bold for cell in under):
            return True
    properties = child(table, "tblPr")
    look = child(properties, "tblLook")
    first_row = value(look, "firstRow") in {"1", "true", "on"} or bool((_hex(value(look)) or 0) & 0x20)
    return True if len(rows) > 1 and first_row and heads(value(child(properties, "tblStyle")) or "") else None


def _hex(text: str | None) -> int | None:
    try:
        return int(text or "", 16)
    except ValueError:
        return None
