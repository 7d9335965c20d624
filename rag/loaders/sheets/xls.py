"""Workbooks of Excel 97 to 2003 (BIFF), by xlrd: what each cell shows, with the values that Excel last calculated.

xlrd, though it is kept alive rather than developed, because python-calamine does not give number formats: a rate of 5 %
would be 0.05. Charts, pictures and comments are not seen.
"""

from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content
from rag.loaders.sheets.grid import Area, Cell, Cells, Sheet, Workbook, visible
from rag.loaders.sheets.number_format import EPOCH, GENERAL, Value, serial, shown
from rag.loaders.sheets.text import workbook_content

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Sheet as Source

_BOLD = 600  # the weight from which a font is bold


def read(path: Path, data: bytes) -> Content:
    """The sheets of a workbook as text. Raises UnreadableSourceError."""
    from xlrd import XLRDError, open_workbook
    from xlrd.compdoc import CompDocError

    try:
        book = open_workbook(file_contents=data, formatting_info=True, logfile=StringIO())
    except (XLRDError, CompDocError) as error:
        raise UnreadableSourceError(
            f"{path} cannot be read as an Excel workbook ({error}). Open it in Excel and save it as .xlsx."
        ) from error
    hidden = [sheet.name for sheet in book.sheets() if sheet.visibility]
    gaps = tuple(f"sheet {name} is hidden and not read" for name in hidden)
    sheets = tuple(_sheet(book, sheet) for sheet in book.sheets() if not sheet.visibility)
    return workbook_content(Workbook(sheets, gaps))


def _sheet(book: "Book", source: "Source") -> Sheet:
    cells: Cells = {}
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            if cell := _cell(book, source, row, column):
                cells[row + 1, column + 1] = cell
    merged = tuple(Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells)
    rows = frozenset(number + 1 for number, info in source.rowinfo_map.items() if info.hidden)
    columns = frozenset(number + 1 for number, info in source.colinfo_map.items() if info.hidden)
    return visible(Sheet(source.name, cells, merged, hidden_rows=rows, hidden_columns=columns))


def _cell(book: "Book", source: "Source", row: int, column: int) -> Cell | None:
    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    form = book.xf_list[source.cell_xf_index(row, column)]
    known = book.format_map.get(form.format_key)
    code = known.format_str if known else GENERAL
    font = book.font_list[form.font_index] if form.font_index < len(book.font_list) else None
    held = _value(book, kind, value, code)
    text = " ".join(shown(held, code).split()) if held is not None else ""
    if not text:
        return None
    name = "text" if isinstance(held, str) else "truth" if isinstance(held, bool) else "number"
    if name == "number" and not isinstance(held, float):
        name = "date"
    return Cell(text, name, font is not None and (bool(font.bold) or font.weight >= _BOLD))


def _value(book: "Book", kind: int, value: str | float, code: str) -> Value | None:
    """What a cell holds; None for nothing."""
    from xlrd import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT
    from xlrd import error_text_from_code as errors

    if kind == XL_CELL_TEXT:
        return str(value)
    if kind in (XL_CELL_NUMBER, XL_CELL_DATE):
        return serial(float(value), code, epoch=datetime(1904, 1, 1) if book.datemode else EPOCH)
    if kind == XL_CELL_BOOLEAN:
        return bool(value)
    return errors.get(int(value)) if kind == XL_CELL_ERROR else None
