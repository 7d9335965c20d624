"""The body of a Word document as a list of paragraphs and tables, in order, numbers counted as they come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.markup.grid import Grid
from rag.loaders.office.word_numbering import BULLET, Numbering
from rag.loaders.office.word_parts import child, name_of, value
from rag.loaders.office.word_runs import RunReader, Shown, Story
from rag.loaders.office.word_styles import Styles
from rag.loaders.office.word_tables import CellContent, read_table, wrapped

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LEFT_OUT = frozenset("del moveFrom sdtPr sdtEndPr sectPr Fallback".split())
_CONTENTS = ("toc ", "table of figures", "toc heading")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it is shown: `label` is the number printed before it, `depth` that of its list, from 0."""

    text: str
    style: str = ""
    heading: int = 0
    label: str = ""
    depth: int | None = None
    bold: bool = False

    @property
    def is_contents(self) -> bool:
        """Whether it is a line of a table of contents."""
        return self.style.startswith(_CONTENTS)


@dataclass(slots=True)
class BodyReader:
    """Reads paragraphs and tables; what is met on the way stands in `story`."""

    styles: Styles
    numbering: Numbering
    story: Story
    chunks: int = 0  # parts in other formats, which are not read
    _carried: str = field(default="", init=False)  # of paragraphs whose end was deleted

    def items(self, element: "Element", *, white_shows: bool = False) -> Iterator[Paragraph | Grid]:
        """The paragraphs and tables in an element, in order."""
        for part in element:
            name = name_of(part)
            if name == "p":
                yield from self._paragraph(part, white_shows)
            elif name == "tbl":
                yield from self._table(part)
            elif name == "altChunk":
                self.chunks += 1
            elif name == "AlternateContent":
                chosen = child(part, "Choice")
                yield from self.items(part if chosen is None else chosen, white_shows=white_shows)
            elif name not in _LEFT_OUT:
                yield from self.items(part, white_shows=white_shows)

    def _paragraph(self, element: "Element", white_shows: bool) -> Iterator[Paragraph | Grid]:
        properties = child(element, "pPr")
        style = self._style_of(properties)
        shaded = white_shows or child(properties, "shd") is not None
        shown = RunReader(self.story, style, white_shows=shaded).read(element)
        shown.text, self._carried = self._carried + shown.text, ""
        mark = child(properties, "rPr")
        if any(child(mark, name) is not None for name in ("del", "moveFrom")):
            self._carried = shown.text  # its end was deleted: it goes on in the next paragraph
        elif shown.text.strip():
            yield self._described(shown, style, properties)
        for box in shown.boxes:
            yield from self.items(box, white_shows=True)

    def _style_of(self, properties: "Element | None") -> str:
        return value(child(properties, "pStyle")) or self.styles.default

    def _described(self, shown: Shown, style: str, properties: "Element | None") -> Paragraph:
        label, depth = "", None
        listed = self.styles.list_of(style, properties)
        if listed:
            list_id, own_depth, from_style = listed
            tied = self.numbering.level_of_style(list_id, from_style or style)
            depth = own_depth if own_depth is not None else tied or 0
            label = self.numbering.next(list_id, depth)
        name = self.styles.name(style)
        if not listed and name.startswith("list bullet"):
            label, depth = BULLET, 0
        heading = self.styles.heading_level(style, properties)
        return Paragraph(shown.text.strip("\n").rstrip(), name, heading, label, depth, shown.bold)

    def _table(self, element: "Element") -> Iterator[Paragraph | Grid]:
        """A table; one of a single column is layout, and what it holds is text."""
        rows = list(wrapped(element, "tr"))
        if all(len(list(wrapped(row, "tc"))) <= 1 for row in rows):
            for row in rows:
                if child(child(row, "trPr"), "del") is None:
                    for cell in wrapped(row, "tc"):
                        yield from self.items(cell, white_shows=True)
        else:
            yield read_table(element, self._cell, self._heads)

    def _cell(self, element: "Element") -> CellContent:
        paragraphs: list[Paragraph] = []
        tables: list[Grid] = []
        for item in self.items(element, white_shows=True):
            if isinstance(item, Grid):
                tables.append(item)
            else:
                paragraphs.append(item)
        return CellContent(_joined(paragraphs), all(item.bold for item in paragraphs), tuple(tables))

    def _heads(self, style: str) -> bool:
        return any(item.heads_table for item in self.styles.chain(style))


def _joined(paragraphs: list[Paragraph]) -> str:
    """The paragraphs of a cell on one line; items of a list are parted."""
    text = ""
    for item in paragraphs:
        line = " ".join(item.text.split())
        if item.depth is not None and item.label not in {"", BULLET}:
            line = f"{item.label} {line}"
        parted = item.depth is not None and text and text[-1].isalnum()
        text += ("; " if parted else " " if text else "") + line
    return text
