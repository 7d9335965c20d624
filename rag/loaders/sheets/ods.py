"""OpenDocument spreadsheets (ISO/IEC 26300), by zipfile and lxml: the text that each cell shows, as the file has it.

Formulas are not calculated; what is drawn on a sheet is not read, and comments are named.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content
from rag.loaders.office.opendocument import Styles, open_parts, paragraph_text
from rag.loaders.sheets.grid import CELLS, Area, Cell, Cells, Sheet, Workbook, visible
from rag.loaders.sheets.text import workbook_content
from rag.loaders.xml_parts import Parts, attribute, name_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_KINDS = {"float": "number", "percentage": "number", "currency": "number", "boolean": "truth"}
_KINDS |= {"date": "date", "time": "date"}
_COLUMNS = 16_384  # of a sheet; a file may repeat a cell more often than that
_ROWS = 1_048_576
_UNSEEN = frozenset(("collapse", "filter"))
_BESIDE = {"annotation": "comment", "object": "chart or object", "image": "picture"}


def read(path: Path, data: bytes) -> Content:
    """The sheets of a workbook as text. Raises UnreadableSourceError."""
    with open_parts(path, data) as parts:
        root = parts.tree("content.xml")
        if root is None:
            raise UnreadableSourceError(f"{path} is damaged: it holds no sheets. Save it again from its program.")
        styles = Styles.of(root, parts.tree("styles.xml"))
        return workbook_content(_workbook(parts, root, styles))


def _workbook(parts: Parts, root: "Element", styles: Styles) -> Workbook:
    sheets, gaps = [], []
    for table in root.iterfind(".//{*}spreadsheet/{*}table"):
        name = attribute(table, "name") or ""
        if styles.is_hidden_table(attribute(table, "style-name")):
            gaps.append(f"sheet {name} is hidden and not read")
        else:
            sheets.append(visible(_Reader(parts.path, styles).sheet(table, name)))
    return Workbook(tuple(sheets), tuple(gaps))


@dataclass(slots=True)
class _Reader:
    """Reads one sheet."""

    path: Path
    styles: Styles
    cells: Cells = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def sheet(self, table: "Element", name: str) -> Sheet:
        """A sheet, its hidden cells still in it."""
        number = 1
        for row in _parts_of(table, "table-row"):
            times = min(_times(row, "number-rows-repeated"), _ROWS - number + 1)
            hidden = attribute(row, "visibility") in _UNSEEN
            found = list(self._row(row))
            if len(self.cells) + len(found) * times > CELLS:
                raise UnreadableSourceError(f"{self.path} has over {CELLS:,} cells on a sheet. Split it.")
            for place in range(number, number + (times if found else 0)):
                self.hidden.update([place] if hidden else [])
                self._add(place, found)
            number += times
        beside = Counter(_BESIDE[name_of(item)] for item in table.iter() if name_of(item) in _BESIDE)
        gaps = tuple(
            f"sheet {name}: {count} {kind}{'s' if count > 1 else ''} not read" for kind, count in sorted(beside.items())
        )
        columns = frozenset(self._hidden_columns(table))
        return Sheet(name, self.cells, tuple(self.merged), (), frozenset(self.hidden), columns, gaps)

    def _row(self, row: "Element") -> Iterator[tuple[int, Cell, Area]]:
        """The cells of a row that show something, each with its column and how far it reaches."""
        column = 1
        for item in row:
            if name_of(item) in ("table-cell", "covered-table-cell"):
                times = min(_times(item, "number-columns-repeated"), _COLUMNS - column + 1)
                cell = self._cell(item) if name_of(item) == "table-cell" else None
                if cell:
                    reach = Area(0, 0, _times(item, "number-rows-spanned"), _times(item, "number-columns-spanned"))
                    yield from ((column + step, cell, reach) for step in range(times))
                column += times

    def _cell(self, item: "Element") -> Cell | None:
        lines = (paragraph_text(part) for part in item if name_of(part) == "p")
        text = " ".join(" ".join(lines).split())
        kind = _KINDS.get(attribute(item, "value-type") or "", "text")
        return Cell(text, kind, self.styles.is_strong(attribute(item, "style-name"))) if text else None

    def _add(self, row: int, found: list[tuple[int, Cell, Area]]) -> None:
        for column, cell, reach in found:
            self.cells[row, column] = cell
            if reach.bottom > 1 or reach.right > 1:
                self.merged.append(Area(row, column, row + reach.bottom - 1, column + reach.right - 1))

    @staticmethod
    def _hidden_columns(table: "Element") -> Iterator[int]:
        column = 1
        for item in _parts_of(table, "table-column"):
            times = min(_times(item, "number-columns-repeated"), _COLUMNS - column + 1)
            if attribute(item, "visibility") in _UNSEEN:
                yield from range(column, column + times)
            column += times


def _parts_of(table: "Element", name: str) -> Iterator["Element"]:
    """The rows or columns of a table, those within groups too, but not those of a table within a cell."""
    for item in table:
        if name_of(item) == name:
            yield item
        elif name_of(item).startswith((f"{name}-group", f"{name}s", "table-header-")):
            yield from _parts_of(item, name)


def _times(item: "Element", name: str) -> int:
    value = attribute(item, name) or ""
    return max(1, int(value)) if value.isdigit() else 1
