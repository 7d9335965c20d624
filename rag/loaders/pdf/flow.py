"""From the parts of pages to running text and blocks: lines joined, words made whole, every character's place kept.

Lines of a block are separated by a newline, blocks by an empty line, cells of a row by ` | `, rows by a newline. A word
separated by a hyphen at a line's end is joined, unless the document writes it with a hyphen elsewhere; each hyphen
taken out is noted. A sentence that runs over a column or page is one; notes, tables and captions between stand after
it. Furniture stands at the end.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rag.loaders.pdf.glyphs import Fragment, Glyph
from rag.loaders.pdf.paragraphs import OnPage, Part
from rag.loaders.pdf.structure import PageParts
from rag.loaders.pdf.tables import Cell, Table
from rag.text.page_layout import Layout, pack
from rag.types import Block, Box, PageSize, Place

_CELLS = " | "
_LAST_WORD = re.compile(r"(\w+)-$")
_FIRST_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\w+-\w+")
_SAME_PLACE = 6.0  # points from cell to cell of one column on two pages
_AHEAD = 14  # parts in which the rest of a sentence is looked for

Span = tuple[int, int]


class Flowed(NamedTuple):
    """A text, where its pages begin, its packed layout, and its blocks."""

    text: str
    places: tuple[Place, ...]
    layout: bytes
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Tables:
    """The table under way: its number, its rows so far, and where its columns' names stand."""

    number: int = 0
    rows: int = 0
    width: int = 0
    places: dict[int, float] = field(default_factory=dict)  # where the cells of each column begin
    names: tuple[str, ...] = ()  # in the rows that name the columns
    labels: dict[int, Span] = field(default_factory=dict)


@dataclass(slots=True)
class _Writer:
    """A text as it grows, a box or None for each of its characters."""

    compounds: frozenset[str]
    characters: list[str] = field(default_factory=list)
    boxes: list[Box | None] = field(default_factory=list)
    sure: list[float | None] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    tables: _Tables = field(default_factory=_Tables)
    last: str = ""  # the line before, as it stands on the page

    def write(self, part: Part) -> None:
        """Write a part as a block, or a table as its cells."""
        if self.characters:
            self._add("\n\n", None)
        self.last = ""
        if part.table:
            self._table(part.table, part.on_page)
            return
        self.tables.width = self.tables.width if part.kind == "footnote" else 0
        start = len(self.characters)
        for number, line in enumerate(part.lines):
            start = self._line(line, 0 if number else part.skip, start, part.on_page)
        self._block(Block(part.kind, start, len(self.characters), level=part.level, number=part.number))

    def furniture(self, row: Sequence[Fragment]) -> None:
        """Write a row of furniture as a block."""
        if self.characters:
            self._add("\n\n", None)
        start = len(self.characters)
        for number, item in enumerate(row):
            self._add(" " if number else "", None)
            self._glyphs(item.glyphs, None)
        self._block(Block("page_furniture", start, len(self.characters)))

    def _line(self, line: Fragment, skip: int, start: int, on_page: OnPage | None) -> int:
        """Write a line of a block; where the block begins, now that `skip` glyphs of it stand before."""
        if self.last:
            self._join(line.text, "\n")
        self._glyphs(line.glyphs[:skip], on_page)
        begins = len(self.characters) if skip else start
        self._glyphs(line.glyphs[skip:], on_page)
        self.last = line.text
        return begins

    def _join(self, shown: str, parted: str) -> None:
        parts = self._parts(shown)
        if parts is None:
            self._add(parted, None)
        elif "-".join(parts).lower() not in self.compounds:
            for values in (self.characters, self.boxes, self.sure):
                values.pop()
            self.joins.append(len(self.characters))

    def _parts(self, shown: str) -> tuple[str, str] | None:
        """The two parts of a word that a hyphen parts at the end of the line before; None if there is none."""
        before, after = _LAST_WORD.search(self.last), _FIRST_WORD.match(shown)
        return (before[1], after[0]) if before and after and after[0][0].islower() else None

    def _table(self, table: Table, on_page: OnPage | None) -> None:
        width = max(cell.column for row in table.rows for cell in row)
        if not self._continues(table, width):
            self.tables = _Tables(self.tables.number + 1, 0, width, names=_names(table))
        for number, row in enumerate(table.rows):
            if number:
                self._add("\n", None)
            self.tables.rows += 1
            self.tables.places.update((cell.column, cell.lines[0].box.left) for cell in row)
            self._row(row, on_page, is_header=number < table.heads)

    def _continues(self, table: Table, width: int) -> bool:
        """Whether a table goes on with the one before it, on another page, with the same columns."""
        before = self.blocks[-1] if self.blocks else None
        page = table.rows[0][0].lines[0].box.page
        on_next = bool(self.places) and page == self.places[-1].number + 1
        if self.tables.width != width or before is None or before.kind != "table_cell" or not on_next:
            return False
        if table.heads and _names(table) != self.tables.names:
            return False
        lefts = [(cell.column, cell.lines[0].box.left) for row in table.rows for cell in row]
        same = [abs(self.tables.places.get(column, -_SAME_PLACE) - left) < _SAME_PLACE for column, left in lefts]
        return 2 * sum(same) > len(same)

    def _row(self, row: Sequence[Cell], on_page: OnPage | None, *, is_header: bool) -> None:
        names: dict[int, Span] = {}
        for number, cell in enumerate(row):
            if number:
                self._add(_CELLS, None)
            start = len(self.characters)
            self.last = ""
            for line in cell.lines:
                if self.last:
                    self._join(line.text, " ")
                self._glyphs(line.glyphs, on_page)
                self.last = line.text
            names[cell.column] = start, len(self.characters)
            self._block(
                Block(
                    "table_cell",
                    start,
                    len(self.characters),
                    table=self.tables.number,
                    row=self.tables.rows,
                    column=cell.column,
                    header=is_header,
                    label=None if is_header else self.tables.labels.get(cell.column),
                )
            )
        if is_header:
            self.tables.labels.update(names)

    def _block(self, block: Block) -> None:
        """Keep a block, without white space at its ends; an empty one is none."""
        start, end = block.start, block.end
        while start < end and self.characters[end - 1].isspace():
            end -= 1
        while start < end and self.characters[start].isspace():
            start += 1
        if start < end:
            self.blocks.append(replace(block, start=start, end=end, recognised=self._confidence(start, end)))

    def _confidence(self, start: int, end: int) -> float | None:
        """The mean confidence of what was recognised of a span; None where nothing was."""
        known = [sure for sure in self.sure[start:end] if sure is not None]
        return round(sum(known) / len(known), 4) if known else None

    def _glyphs(self, glyphs: Iterable[Glyph], on_page: OnPage | None) -> None:
        for glyph in glyphs:
            if glyph.box and (not self.places or self.places[-1].number != glyph.box.page):
                self.places.append(Place("page", glyph.box.page, len(self.characters)))
            box = on_page(glyph.box) if on_page and glyph.box else glyph.box
            self._add(glyph.text, box, glyph.recognised)

    def _add(self, text: str, box: Box | None, sure: float | None = None) -> None:
        self.characters.extend(text)
        self.boxes.extend([box] * len(text))
        self.sure.extend([sure] * len(text))


def _names(table: Table) -> tuple[str, ...]:
    return tuple(cell.text for row in table.rows[: table.heads] for cell in row)


def flow(pages: Sequence[PageParts], furniture: Sequence[Sequence[Sequence[Fragment]]] = ()) -> Flowed:
    """The running text of pages, and of the rows of furniture of each after it."""
    writer = _Writer(frozenset(_compounds(pages)))
    for part in _whole([part for page in pages for part in page.parts]):
        writer.write(part)
    for rows in furniture:
        for row in rows:
            writer.furniture(row)
    sizes: tuple[PageSize, ...] = tuple(page.size for page in pages)
    layout = Layout(sizes, writer.boxes, tuple(writer.joins))
    return Flowed("".join(writer.characters), tuple(writer.places), pack(layout), tuple(writer.blocks))


def _whole(parts: list[Part]) -> Iterator[Part]:
    """Parts, those joined that a column's or a page's end parts within a sentence."""
    waiting = list(reversed(parts))
    while waiting:
        part = waiting.pop()
        while (place := _rest(part, waiting)) is not None:
            rest = waiting.pop(place)
            part = replace(part, lines=(*part.lines, *rest.lines), column=rest.column)
        yield part


def _rest(part: Part, waiting: Sequence[Part]) -> int | None:
    """Which of the parts that wait, the next of them last, goes on with the sentence that a part ends within."""
    if not part.is_open or part.table:
        return None
    last = len(waiting) - 1
    for place in range(last, max(last - _AHEAD, -1), -1):
        other = waiting[place]
        if other.kind == "heading":
            return None
        if other.kind == "paragraph" and _alike(part, other):
            if _goes_on(part, other):
                return place
            if other.first and other.column != part.column:
                return None
    return None


def _alike(part: Part, other: Part) -> bool:
    sizes = sorted((part.style.size, other.style.size))
    return part.style.bold == other.style.bold and sizes[1] <= 1.05 * sizes[0] + 0.1


def _goes_on(part: Part, other: Part) -> bool:
    """Whether a paragraph goes on with the sentence of another: it begins in lower case, or where a column begins."""
    text = part.lines[-1].text
    if other.text[:1].islower():
        return other.first or text.endswith("-") or part.is_full
    return part.is_full and other.first and other.column != part.column and len(part.lines) > 1 and len(other.lines) > 1


def _compounds(pages: Sequence[PageParts]) -> Iterator[str]:
    """The words that are written with a hyphen within a line, in lower case."""
    for page in pages:
        for part in page.parts:
            for line in part.lines:
                yield from (word.lower() for word in _COMPOUND.findall(line.text))
