"""Tables as grids: spans resolved, header rows found, rows and cells written as blocks.

A value that spans rows or columns is written in each of them, so that every row can be read by itself; one that spans
the whole table, and a long one, is written once. Knows no format.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.loaders.blocks import Blocks, CellText, Span
from rag.loaders.markup.headers import is_header, is_units, names_values

COLUMNS = 1000  # a cell that says it spans more is cut there, as browsers do
_REPEATED = 200  # characters of a value that is written again where it spans
_REPEATS = 100_000  # times that values of one table are written again, at the most
_HEADER_ROWS = 6
_WIDE = 3  # columns from which a first row is taken for a header when nothing speaks against it


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as a file has it. `header`: the format says that it is one; `nested` are tables within it."""

    text: str
    header: bool = False
    columns: int = 1
    rows: int = 1
    nested: "tuple[Grid, ...]" = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a file has it; `headed` is whether its first row is a header, None: the cells tell."""

    rows: tuple[tuple[GridCell, ...], ...]
    caption: str = ""
    headed: bool | None = None


@dataclass(slots=True)
class _Row:
    """The texts of a row by column, from 1; which of them are its own, and which of a cell that spans columns."""

    texts: dict[int, str] = field(default_factory=dict)
    own: dict[int, GridCell] = field(default_factory=dict)
    spread: set[int] = field(default_factory=set)

    def values(self, width: int) -> list[str]:
        return [self.texts.get(column, "") for column in range(1, width + 1)]


def write_table(blocks: Blocks, grid: Grid) -> None:
    """Write a table: its caption, then its rows; tables within a row stand after it."""
    blocks.add(grid.caption, "caption")
    rows = _laid_out(grid.rows)
    width = max((max(row.own, default=0) for row in rows), default=0)  # no column that only spans reach
    heads = _header_rows(grid, rows, width)
    table = blocks.table()
    labels: dict[int, Span] = {}
    spread: set[int] = set()
    for number, row in enumerate(rows, start=1):
        head = number <= heads
        cells = _cells(row, width, head, {} if head else labels)
        written = blocks.row(table, number, cells, named_by_first=not heads and _names_its_row(row, width))
        if head:
            spans = {block.column: (block.start, block.end) for block in written if block.column}
            labels.update({column: span for column, span in spans.items() if column not in labels or column in spread})
            spread = set(row.spread)
        for inner in (inner for cell in row.own.values() for inner in cell.nested):
            write_table(blocks, inner)


def _cells(row: _Row, width: int, head: bool, labels: dict[int, Span]) -> list[CellText]:
    whole = [cell for cell in row.own.values() if cell.columns >= width > 1 and len(row.own) == 1]
    texts = {1: whole[0].text} if whole else {column: row.texts[column] for column in row.texts if column <= width}
    return [CellText(text, column, head, labels.get(column)) for column, text in sorted(texts.items())]


def _names_its_row(row: _Row, width: int) -> bool:
    """Whether the first cell of a row says what the others are: a header beside its values, or a table of pairs."""
    first, others = row.own.get(1), [cell for column, cell in row.own.items() if column > 1]
    return first is not None and bool(others) and (width == 2 or (first.header and not any(c.header for c in others)))


def _header_rows(grid: Grid, rows: Sequence[_Row], width: int) -> int:
    heads = 0
    for row in rows[:_HEADER_ROWS]:
        filled = [cell for cell in row.own.values() if cell.text.strip()]
        if not (filled and all(cell.header for cell in filled)):
            break
        heads += 1
    values = [row.values(width) for row in rows]
    if not heads and rows and grid.headed is not False:
        heads = int(_is_headed(grid.headed, values, width))
    if heads and heads + 1 < len(rows) and is_units(values[heads], values[heads + 1 :]):
        heads += 1
    return heads if heads < len(rows) or heads == 1 else 0


def _is_headed(said: bool | None, values: Sequence[Sequence[str]], width: int) -> bool:
    if said:
        return True
    first, below = values[0], values[1:]
    if len(below) < 2 or width < 2 or not all(text.strip() for text in first[1:]) or len(set(first)) < width:
        return False
    return is_header(first, below) and (width >= _WIDE or names_values(first, below))


def _laid_out(rows: Sequence[Sequence[GridCell]]) -> list[_Row]:
    """Each row with the values of the cells that span into it."""
    repeats = _REPEATS
    above: dict[int, tuple[GridCell, int]] = {}  # by column: the cell, and how many rows it still goes on
    laid = []
    for cells in rows:
        placed = [(column, cell, True) for column, cell in _placed(cells, set(above))]
        again = [(column, cell, False) for column, (cell, _) in above.items()]
        laid.append(_filled([*again, *placed], repeat=repeats > 0))
        repeats -= len(laid[-1].texts) - len(laid[-1].own)
        going_on = {column: (cell, left - 1) for column, (cell, left) in above.items() if left > 1}
        going_on.update({column: (cell, cell.rows - 1) for column, cell, _ in placed if cell.rows > 1})
        above = going_on if repeats > 0 else {}
    return laid


def _filled(cells: Sequence[tuple[int, GridCell, bool]], *, repeat: bool) -> _Row:
    """A row of (column, cell, whether it begins in this row); what spans is written again if `repeat`."""
    row = _Row()
    begun: set[int] = set()
    for column, cell, in_row in cells:
        own = in_row and id(cell) not in begun
        begun.add(id(cell))
        row.texts[column] = cell.text if own or (repeat and len(cell.text) <= _REPEATED) else ""
        if own:
            row.own[column] = cell
        if cell.columns > 1:
            row.spread.add(column)
    return row


def _placed(cells: Sequence[GridCell], taken: set[int]) -> Iterator[tuple[int, GridCell]]:
    """(column, cell) for the columns of a row that are free."""
    column = 1
    for cell in cells:
        while column in taken:
            column += 1
        for step in range(min(max(cell.columns, 1), COLUMNS)):
            yield column + step, cell
        column += min(max(cell.columns, 1), COLUMNS)
