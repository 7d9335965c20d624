"""OpenDocument texts (ISO/IEC 26300), by zipfile and lxml: headings, paragraphs, lists, tables and notes in order.

Deleted text is out, inserted text is in. Headers and footers are furniture; comments and pictures are named.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.markup.grid import Grid, GridCell, write_table
from rag.loaders.office.opendocument import Styles, open_parts, paragraph_text
from rag.loaders.xml_parts import attribute, name_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LAST_LEVEL = 6
_BULLET = "-"
_BESIDE = {"annotation": "comment", "image": "picture", "object": "embedded object"}
_INSIDE = frozenset("section index-body text-box frame table-of-content alphabetical-index numbered-paragraph".split())
_REPEATED = 100  # times a cell or a row is written that the file repeats


def read(path: Path, data: bytes) -> Content:
    """The text of a document. Raises UnreadableSourceError."""
    with open_parts(path, data) as parts:
        root, shared = parts.tree("content.xml"), parts.tree("styles.xml")
        body = root.find(".//{*}body/{*}text") if root is not None else None
        if root is None or body is None:
            raise UnreadableSourceError(f"{path} is damaged: it holds no text. Save it again from its program.")
        writer = _Writer(Styles.of(root, shared))
        writer.write(body)
        writer.write_notes(body)
        if shared is not None:
            writer.write_furniture(shared)
    beside = Counter(_BESIDE[name_of(item)] for item in root.iter() if name_of(item) in _BESIDE)
    gaps = tuple(f"{count} {kind}{'s' if count > 1 else ''} not read" for kind, count in sorted(beside.items()))
    return Content(writer.blocks.text, blocks=writer.blocks.blocks, gaps=gaps)


@dataclass(slots=True)
class _Writer:
    """Writes the parts of a document as blocks."""

    styles: Styles
    blocks: Blocks = field(default_factory=Blocks)

    def write(self, parent: "Element", *, level: int = 0) -> None:
        """Write what a part of the document holds; `level` is the nesting of the list it is in."""
        marked = level > 0
        for item in parent:
            name = name_of(item)
            if name == "h" or (name == "p" and self.styles.level(attribute(item, "style-name"))):
                self._heading(item)
            elif name == "p":
                self._paragraph(item, level if marked else 0)
                marked = False
            elif name == "list":
                self.write_list(item, level + 1)
            elif name == "table":
                write_table(self.blocks, _grid(item))
            elif name in _INSIDE:
                self.write(item)

    def write_list(self, parent: "Element", level: int) -> None:
        """Write the items of a list."""
        for item in parent:
            if name_of(item) in ("list-item", "list-header"):
                self.write(item, level=level)

    def write_notes(self, body: "Element") -> None:
        """Write the notes after the text, each with its mark."""
        for note in body.iter("{*}note"):
            mark = "".join(part.text or "" for part in note.iterfind("{*}note-citation"))
            for part in note.iterfind("{*}note-body/{*}p"):
                self.blocks.add(_collapsed(part), "footnote", number=mark, mark=f"[{mark}] " if mark else "")

    def write_furniture(self, shared: "Element") -> None:
        """Write headers and footers, each once."""
        seen: set[str] = set()
        for part in shared.iter("{*}header", "{*}footer"):
            text = " ".join(_collapsed(item) for item in part.iter("{*}p")).strip()
            if text not in seen:
                seen.add(text)
                self.blocks.add(text, "page_furniture")

    def _heading(self, item: "Element") -> None:
        level = attribute(item, "outline-level") or ""
        depth = int(level) if level.isdigit() else self.styles.level(attribute(item, "style-name")) or 1
        self.blocks.add(_collapsed(item), "heading", level=min(depth, _LAST_LEVEL))

    def _paragraph(self, item: "Element", level: int) -> None:
        if level:
            self.blocks.add(_collapsed(item), "list_item", level=level, number=_BULLET, mark=f"{_BULLET} ")
        else:
            self.blocks.add(_collapsed(item))
        for frame in item.iter("{*}text-box"):
            self.write(frame)


def _collapsed(item: "Element") -> str:
    return "\n".join(" ".join(line.split()) for line in paragraph_text(item).split("\n")).strip()


def _grid(table: "Element") -> Grid:
    heads = sum(1 for part in table.iterfind("{*}table-header-rows/{*}table-row"))
    rows = [tuple(_cells(row, header=number < heads)) for number, row in enumerate(_rows(table))]
    return Grid(tuple(rows), headed=True if heads else None)


def _rows(table: "Element") -> Iterator["Element"]:
    for item in table:
        if name_of(item) == "table-row":
            yield from [item] * min(_REPEATED, _times(item, "number-rows-repeated"))
        elif name_of(item) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(item)


def _cells(row: "Element", *, header: bool) -> Iterator[GridCell]:
    for item in row:
        if name_of(item) == "table-cell":
            text = " ".join(_collapsed(part) for part in item.iter("{*}p", "{*}h"))
            width, height = _times(item, "number-columns-spanned"), _times(item, "number-rows-spanned")
            for _ in range(min(_REPEATED, _times(item, "number-columns-repeated"))):
                yield GridCell(" ".join(text.split()), header=header, columns=width, rows=height)


def _times(item: "Element", name: str) -> int:
    value = attribute(item, name) or ""
    return max(1, int(value)) if value.isdigit() else 1
