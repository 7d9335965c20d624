"""Excel workbooks (ECMA-376, SpreadsheetML): what each cell shows, with the values that Excel last calculated.

By zipfile and lxml. Of the libraries, python-calamine knows neither number formats nor what is hidden and lays a sheet
out whole, so that one stray cell in the last row fills the memory; openpyxl knows them and is slow.
Formulas are not calculated; charts, pictures and comments are named, not read.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive
from rag.loaders.content import Content
from rag.loaders.sheets.grid import CELLS, Area, Cell, Cells, Sheet, Workbook, address, visible
from rag.loaders.sheets.number_format import BUILT_IN, EPOCH, GENERAL, Value, serial, shown
from rag.loaders.sheets.text import workbook_content
from rag.loaders.xml_parts import Parts, name_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WORKBOOK = "xl/workbook.xml"
_DONE = frozenset(("row", "c"))
_NAMED = 5  # cells that are named where formulas have no value
_KINDS = {"b": "truth", "s": "text", "str": "text", "inlineStr": "text", "e": "text", "d": "date"}


def read(path: Path, data: bytes) -> Content:
    """The sheets of a workbook as text. Raises UnreadableSourceError."""
    with Archive(path, data) as archive:
        return workbook_content(_read(path, archive))


def _read(path: Path, archive: Archive) -> Workbook:
    package = _Package(Parts(path, archive))
    name = package.main()
    root = package.parts.tree(name)
    if root is None:
        raise UnreadableSourceError(f"{path} is damaged: it holds no workbook. Save it again from its program.")
    properties = next(root.iter("{*}workbookPr"), None)
    epoch = datetime(1904, 1, 1) if _on(properties, "date1904") else EPOCH
    book = _Book(package, epoch, _styles(package, name), _shared(package, name))
    targets = package.relations(name)
    sheets, gaps = [], []
    for item in root.iter("{*}sheet"):
        title = item.get("name", "")
        if item.get("state", "visible") != "visible":
            gaps.append(f"sheet {title} is hidden and not read")
        elif part := targets.get(_relation(item)):
            sheets.append(_sheet(book, title, part.name))
    return Workbook(tuple(sheets), tuple(gaps))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the package that another one points to, and as what."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Package:
    """The parts of a workbook file, and how they point to one another."""

    parts: Parts

    def main(self) -> str:
        """The part that lists the sheets."""
        parts = self.relations("").values()
        return next((part.name for part in parts if part.kind == "officeDocument"), _WORKBOOK)

    def relations(self, name: str) -> dict[str, _Part]:
        """The parts that a part points to, by id."""
        folder, file = posixpath.split(name)
        root = self.parts.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        found: dict[str, _Part] = {}
        for item in root.iter("{*}Relationship") if root is not None else ():
            target = item.get("Target", "")
            if item.get("TargetMode") != "External":
                whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = item.get("Type", "").rpartition("/")[2]
                found[item.get("Id", "")] = _Part(posixpath.normpath(whole), kind)
        return found

    def related(self, name: str, kind: str) -> list[str]:
        """The parts of a kind that a part points to."""
        return [part.name for part in self.relations(name).values() if part.kind == kind]


@dataclass(frozen=True, slots=True)
class _Style:
    """A cell's number format, and whether it is bold or filled."""

    code: str = GENERAL
    strong: bool = False


@dataclass(frozen=True, slots=True)
class _Book:
    """What all sheets of a workbook share."""

    package: _Package
    epoch: datetime
    styles: list[_Style]
    strings: list[str]


def _styles(package: _Package, name: str) -> list[_Style]:
    part = next(iter(package.related(name, "styles")), "")
    root = package.parts.tree(part) if part else None
    if root is None:
        return []
    codes = {int(item.get("numFmtId", 0)): item.get("formatCode", GENERAL) for item in root.iter("{*}numFmt")}
    codes = BUILT_IN | codes
    bold = [_is_bold(item) for item in root.iterfind("{*}fonts/{*}font")]
    filled = [_is_filled(item) for item in root.iterfind("{*}fills/{*}fill")]
    return [
        _Style(
            codes.get(int(item.get("numFmtId", 0)), GENERAL),
            _at(bold, item.get("fontId")) or _at(filled, item.get("fillId")),
        )
        for item in root.iterfind("{*}cellXfs/{*}xf")
    ]


def _is_bold(font: "Element") -> bool:
    mark = font.find("{*}b")
    return mark is not None and mark.get("val", "1") not in ("0", "false")


def _is_filled(fill: "Element") -> bool:
    pattern = fill.find("{*}patternFill")
    return pattern is not None and pattern.get("patternType") == "solid"


def _at(items: list[bool], index: str | None) -> bool:
    number = int(index or 0)
    return number < len(items) and items[number]


def _shared(package: _Package, name: str) -> list[str]:
    """The texts that cells name by number."""
    part = next(iter(package.related(name, "sharedStrings")), "")
    if not part or part not in package.parts.archive:
        return []
    return [_rich(item) for item in package.parts.elements(part, done=frozenset(("si",))) if name_of(item) == "si"]


def _rich(item: "Element") -> str:
    """The text of a string of several runs, without the reading aids above it."""
    parts = (text for text in item.iter("{*}t") if not any(name_of(up) == "rPh" for up in text.iterancestors()))
    return "".join(text.text or "" for text in parts)


@dataclass(slots=True)
class _SheetReader:
    """What is found on a sheet as it is read."""

    cells: Cells = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    row: int = 0
    column: int = 0


def _sheet(book: _Book, title: str, part: str) -> Sheet:
    found = _SheetReader()
    for element in book.package.parts.elements(part, done=_DONE):
        tag = name_of(element)
        if tag == "c":
            _cell(book, found, element)
        elif tag == "row":
            number = int(element.get("r") or 0) or found.row
            found.rows.update([number] if _on(element, "hidden") else [])
            found.row, found.column = number + 1, 0
        elif tag == "col" and _on(element, "hidden"):
            found.columns.update(range(int(element.get("min", 1)), min(int(element.get("max", 1)), 16384) + 1))
        elif tag == "mergeCell" and (area := _area(element.get("ref", ""))):
            found.merged.append(area)
    gaps = [f"sheet {title}: {item}" for item in _left_out(book.package, part)]
    if found.unknown:
        more = f" and {len(found.unknown) - _NAMED} more" if len(found.unknown) > _NAMED else ""
        gaps.append(f"sheet {title}: formulas without a stored value in {', '.join(found.unknown[:_NAMED])}{more}")
    tables = tuple(_tables(book.package, part))
    hidden = frozenset(found.rows), frozenset(found.columns)
    return visible(Sheet(title, found.cells, tuple(found.merged), tables, *hidden, tuple(gaps)))


def _cell(book: _Book, found: _SheetReader, element: "Element") -> None:
    row, column = _place(element.get("r", "")) or (max(1, found.row), found.column + 1)
    found.row, found.column = row, column
    style = _style(book, element)
    value = _value(book, element, style)
    if value is None:
        if element.find("{*}f") is not None:
            found.unknown.append(address(row, column))
        return
    text = " ".join(shown(value, style.code).split())
    if text:
        kind = _KINDS.get(element.get("t", "n"), "number" if isinstance(value, float) else "date")
        found.cells[row, column] = Cell(text, kind, style.strong)
        if len(found.cells) > CELLS:
            raise UnreadableSourceError(f"{book.package.parts.path} has over {CELLS:,} cells on a sheet. Split it.")


def _style(book: _Book, element: "Element") -> _Style:
    number = int(element.get("s", 0))
    return book.styles[number] if number < len(book.styles) else _Style()


def _value(book: _Book, element: "Element", style: _Style) -> Value | None:
    """What a cell holds; None for nothing."""
    kind = element.get("t", "n")
    if kind == "inlineStr":
        return _rich(element)
    text: str | None = element.findtext("{*}v")
    if text is None or not text.strip():
        return None
    if kind == "s":
        return book.strings[int(text)] if int(text) < len(book.strings) else None
    if kind in ("str", "e"):
        return text
    if kind == "b":
        return text.strip() == "1"
    if kind == "d":
        return datetime.fromisoformat(text)
    return serial(float(text), style.code, epoch=book.epoch)


def _tables(package: _Package, part: str) -> Iterator[Area]:
    """The areas that are marked as tables, with a header row."""
    for name in package.related(part, "table"):
        root = package.parts.tree(name)
        if root is not None and root.get("headerRowCount", "1") != "0" and (area := _area(root.get("ref", ""))):
            yield area


def _left_out(package: _Package, part: str) -> Iterator[str]:
    """What stands on a sheet beside its cells."""
    counts = {"comment": 0, "chart": 0, "picture": 0}
    for related in package.relations(part).values():
        if related.kind in ("comments", "threadedComment"):
            root = package.parts.tree(related.name)
            counts["comment"] += len(root.findall(".//{*}comment")) if root is not None else 0
        elif related.kind == "drawing":
            for drawn in package.relations(related.name).values():
                if drawn.kind in ("chart", "image"):
                    counts["chart" if drawn.kind == "chart" else "picture"] += 1
    for name, count in counts.items():
        if count:
            yield f"{count} {name}{'s' if count > 1 else ''} not read"


def _relation(item: "Element") -> str:
    return next((value for key, value in item.attrib.items() if key.endswith("}id")), "")


def _on(element: "Element | None", name: str) -> bool:
    return element is not None and element.get(name) in ("1", "true")


def _area(reference: str) -> Area | None:
    first, _, last = reference.replace("$", "").partition(":")
    start, end = _place(first), _place(last or first)
    return Area(*start, *end) if start and end else None


def _place(name: str) -> tuple[int, int] | None:
    """Row and column of `B7`."""
    head = name.rstrip("0123456789")
    if not head.isalpha() or not head.isascii() or head == name:
        return None
    column = 0
    for letter in head.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(head) :]), column
