"""The tables of a web page as grids (HTML, 4.9); tables that only lay a page out are told apart."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rag.loaders.markup.grid import Grid, GridCell

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_MOST_COLUMNS, _MOST_ROWS = 1000, 65534  # that a cell may span, by the standard
_GROUPS = frozenset(("thead", "tbody", "tfoot"))
_TEXT_PARTS = "h1, h2, h3, h4, h5, h6, table, form, article, section"
_LAYOUT_ROLES = frozenset(("presentation", "none"))
CellText = Callable[["LexborNode"], tuple[str, tuple[Grid, ...]]]


def lays_out(table: "LexborNode") -> bool:
    """Whether a table lays a page out and holds no data: parts of a page in its cells, or no two columns."""
    if table.attributes.get("role") in _LAYOUT_ROLES:
        return True
    cells = [cell for row in table_rows(table) for cell in row_cells(row)]
    if any(cell.tag == "th" for cell in cells):
        return False
    if any(cell.css_first(_TEXT_PARTS) is not None for cell in cells):
        return True
    return all(len(list(row_cells(row))) < 2 for row in table_rows(table))


def read_table(table: "LexborNode", text_of: CellText, is_seen: "Callable[[LexborNode], bool]") -> Grid:
    """A table as a grid; `text_of` gives a cell's text and the tables in it."""
    caption = next((text_of(item)[0] for item in children(table) if item.tag == "caption" and is_seen(item)), "")
    rows = []
    for row in table_rows(table):
        heads = row.parent is not None and row.parent.tag == "thead"
        cells = (_cell(cell, heads, text_of) for cell in row_cells(row) if is_seen(cell))
        rows.append(tuple(cells) if is_seen(row) else ())
    return Grid(tuple(rows), caption=caption)


def table_rows(table: "LexborNode") -> "Iterator[LexborNode]":
    """The rows of a table itself, in order, not those of tables within it."""
    for part in children(table):
        if part.tag == "tr":
            yield part
        elif part.tag in _GROUPS:
            yield from (row for row in children(part) if row.tag == "tr")


def row_cells(row: "LexborNode") -> "Iterator[LexborNode]":
    """The cells of a row."""
    return (cell for cell in children(row) if cell.tag in {"td", "th"})


def children(node: "LexborNode") -> "Iterator[LexborNode]":
    """The nodes within a node."""
    inner = node.child
    while inner is not None:
        yield inner
        inner = inner.next


def _cell(cell: "LexborNode", heads: bool, text_of: CellText) -> GridCell:
    text, nested = text_of(cell)
    header = heads or cell.tag == "th" or cell.attributes.get("role") in {"columnheader", "rowheader"}
    columns, rows = _span(cell, "colspan", _MOST_COLUMNS), _span(cell, "rowspan", _MOST_ROWS)
    return GridCell(text, header, columns, rows or _MOST_ROWS, nested)


def _span(cell: "LexborNode", name: str, most: int) -> int:
    text = (cell.attributes.get(name) or "1").strip()
    return min(int(text), most) if text.isascii() and text.isdigit() else 1
