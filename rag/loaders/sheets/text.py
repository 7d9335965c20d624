"""A workbook as text: a heading a sheet, and a line a row, `name: value | name: value`, each value a cell.

A cell keeps its sheet's name and its address; rows are numbered within their table, its header being row 1. Values
that stand in several merged cells are written in each of their rows.
"""

from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.sheets.grid import Cell, Cells, Sheet, Workbook, address
from rag.loaders.sheets.regions import Table, arrange
from rag.types import Place


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
    blocks.begin("heading", level=1)
    blocks.preformatted(sheet.name)
    found = arrange(sheet)
    for number, item in enumerate(found.items):
        if isinstance(item, Table):
            _write_table(blocks, places, sheet.name, item, found.cells)
            continue
        following = found.items[number + 1] if number + 1 < len(found.items) else None
        title = isinstance(following, Table) and not following.titles and len(item.places) == 1
        for place in item.places:
            blocks.begin("heading" if title else "paragraph", level=2 if title else 0)
            _write(blocks, places, place[0], found.cells[place])


def _write_table(blocks: Blocks, places: list[Place], sheet: str, table: Table, cells: Cells) -> None:
    for place in table.titles:
        blocks.begin("heading", level=2)
        _write(blocks, places, place[0], cells[place])
    blocks.begin_table(sheet)
    top = min([table.area.top, *table.rows])
    for row in table.rows:
        blocks.begin_row(row - top + 1)
        places.append(Place("row", row, blocks.position))
        if row in table.sections:
            column = next(column for column in range(table.area.left, table.area.right + 1) if (row, column) in cells)
            blocks.preformatted(cells[row, column].text)
            blocks.cell(header=True, columns=table.area.right - table.area.left + 1, address=address(row, column))
            continue
        for column in range(table.area.left, table.area.right + 1):
            if cell := cells.get((row, column)):
                blocks.preformatted(cell.text)
                name, place = table.names.get(column, ""), column - table.area.left + 1
                blocks.cell(column=place, label=name, address=address(row, column))
    blocks.end_table()


def _write(blocks: Blocks, places: list[Place], row: int, cell: Cell) -> None:
    places.append(Place("row", row, blocks.position))
    blocks.preformatted(cell.text)
    blocks.end()
