"""A workbook as text: a heading a sheet, and a line a row, `name: value | name: value`, each value a cell.

A cell keeps its sheet's name and its address; rows are numbered within their table, its header being row 1. Values
that stand in several merged cells are written in each of their rows.
"""

from collections.abc import Iterator

from rag.loaders.blocks import Blocks, CellText
from rag.loaders.content import Content
from rag.loaders.sheets.grid import Cells, Sheet, Workbook, address
from rag.loaders.sheets.regions import Note, Table, arrange
from rag.types import Place

_ABOVE = 2  # rows: a title stands no further above its table


def workbook_content(book: Workbook) -> Content:
    """The text of a workbook's sheets."""
    blocks = Blocks()
    places: list[Place] = []
    gaps = list(book.gaps)
    for sheet in book.sheets:
        gaps.extend(sheet.gaps)
        if sheet.cells:
            _write_sheet(blocks, places, sheet)
    return Content(blocks.text, places=tuple(places), blocks=blocks.blocks, gaps=tuple(gaps))


def _write_sheet(blocks: Blocks, places: list[Place], sheet: Sheet) -> None:
    blocks.add(sheet.name, "heading", level=1)
    found = arrange(sheet)
    for number, item in enumerate(found.items):
        if isinstance(item, Table):
            _write_table(blocks, places, sheet.name, item, found.cells)
            continue
        following = found.items[number + 1] if number + 1 < len(found.items) else None
        for row, column in item.places:
            places.append(Place("row", row, blocks.position))
            if _is_title(item, following):
                blocks.add(found.cells[row, column].text, "heading", level=2)
            else:
                blocks.add(found.cells[row, column].text)


def _is_title(item: Note, following: Table | Note | None) -> bool:
    """Whether a note is one cell right above a table that has a header."""
    if len(item.places) > 1 or not isinstance(following, Table) or following.titles or not following.header:
        return False
    (row, column) = item.places[0]
    area = following.area
    return area.left <= column <= area.right and 0 < area.top - row <= _ABOVE


def _write_table(blocks: Blocks, places: list[Place], sheet: str, table: Table, cells: Cells) -> None:
    for place in table.titles:
        places.append(Place("row", place[0], blocks.position))
        blocks.add(cells[place].text, "heading", level=2)
    number = blocks.table(sheet)
    top = min([table.area.top, *table.rows])
    for row in table.rows:
        places.append(Place("row", row, blocks.position))
        blocks.row(number, row - top + 1, list(_row(table, row, cells)))


def _row(table: Table, row: int, cells: Cells) -> Iterator[CellText]:
    for column in range(table.area.left, table.area.right + 1):
        if cell := cells.get((row, column)):
            section = row in table.sections
            name = "" if section else table.names.get(column, "")
            place = column - table.area.left + 1
            yield CellText(cell.text, place, header=section, name=name, address=address(row, column))
            if section:
                return
