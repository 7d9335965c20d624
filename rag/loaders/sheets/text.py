"""A workbook as text: a heading a sheet, and a line a row, `name: value | name: value`, each value a cell.

A cell keeps its sheet's name and its address; rows are numbered within their table, its header being row 1. Values
that stand in several merged cells are written in each of their rows.
"""

from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.sheets.grid import Cell, Sheet, Workbook, address
from rag.loaders.sheets.regions import Note, Table, arrange
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
    blocks.end()
    found = arrange(sheet)
    for number, item in enumerate(found.items):
        if isinstance(item, Table):
            _write_table(blocks, places, sheet.name, item, found.cells)
            continue
        following = found.items[number + 1] if number + 1 < len(found.items) else None
        title = isinstance(following, Table) and not following.titles and len(item.places) == 1
        for row, column in item.places:
            blocks.begin("heading" if title else "paragraph", level=2 if title else 0)
            places.append(Place("row", row, blocks.position))
            blocks.preformatted(found.cells[row, column].text)
            blocks.end()


def _write_table(
    blocks: Blocks, places: list[Place], sheet: str, table: Table, cells: dict[tuple[int, int], Cell]
) -> None:
    for place in table.titles:
        blocks.begin("heading", level=2)
        places.append(Place("row", place[0], blocks.position))
        blocks.preformatted(cells[place].text)
    blocks.begin_table(sheet)
    top = min([table.area.top, *table.rows])
    for row in table.rows:
        blocks.begin_row(row - top + 1)
        places.append(Place("row", row, blocks.position))
        for column in range(table.area.left, table.area.right + 1):
            if cell := cells.get((row, column)):
                blocks.preformatted(cell.text)
                blocks.cell(
                    column=column - table.area.left + 1,
                    label=table.names.get(column, ""),
                    address=address(row, column),
                )
    blocks.end_table()
