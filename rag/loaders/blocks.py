"""Text put together block by block, as a browser or a word processor shows it; spans are counted, never searched for.

Blocks are parted by an empty line, the cells of a row by ` | `. A list item begins with its mark as printed, else with
`- `; its block begins after the mark. White space is collapsed as HTML collapses it, unless it is meant. Furniture goes
to the end of the text, so that it interrupts nothing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from rag.types import Block, BlockKind

_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" *\n")
_CELL = " | "
_PARTED = "\n\n"
_BULLET = "-"
_LABEL = ": "  # between a column's name and a value that is written after it

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A finished cell: its text, what is written in front of it, and its place."""

    text: str
    label: str
    columns: range
    header: bool
    address: str


@dataclass(slots=True)
class _Row:
    """A row under way. `column` is where its next cell stands."""

    number: int
    cells: list[_Cell] = field(default_factory=list)
    column: int = 1


@dataclass(slots=True)
class _Table:
    """A table under way: the names of its columns so far, and the rows it has."""

    number: int
    sheet: str = ""
    rows: int = 0
    labels: dict[int, Span] = field(default_factory=dict)


@dataclass(slots=True)
class Blocks:
    """A document as it is put together.

    Write with `run`, `preformatted` and `newline` into the block that `begin` or `item` began (else a paragraph), then
    `end` it. A row: `begin_row`, then text and `cell` for each of its cells, then `end`. Without `begin_row`, `cell`
    makes a row of the block under way: one of the table just before, or of a new one if anything stood between.
    """

    _written: list[str] = field(default_factory=list)
    _length: int = 0
    _blocks: list[Block] = field(default_factory=list)
    _aside: list[str] = field(default_factory=list)
    _current: list[str] = field(default_factory=list)
    _block: Block = Block("paragraph", 0, 0)
    _table: _Table | None = None
    _row: _Row | None = None
    _tables: int = 0
    _furniture: int = 0

    def run(self, text: str) -> None:
        """Add text to the block, its white space collapsed."""
        shown = _SPACES.sub(" ", text)
        if not self._current or self._current[-1].endswith((" ", "\n")):
            shown = shown.lstrip(" ")
        if shown:
            self._current.append(shown)

    def preformatted(self, text: str) -> None:
        """Add text to the block, its white space as it is."""
        self._current.append(text)

    def newline(self) -> None:
        """Break the line within the block."""
        self._current.append("\n")

    def superscript(self, text: str) -> None:
        """Add text that stands raised: a note's mark or an exponent, never a part of the number before it."""
        self._current.append(superscript(text, before="".join(self._current[-2:])))

    def subscript(self, text: str) -> None:
        """Add text that stands lowered, never a part of the number before it."""
        self._current.append(subscript(text, before="".join(self._current[-2:])))

    def begin(self, kind: BlockKind, *, level: int = 0, number: str = "") -> None:
        """End the block before and begin one. A heading's number is part of its text and to be written as such."""
        self.end()
        self._block = Block(kind, 0, 0, level=level, number=number)

    def item(self, level: int = 1, number: str = "") -> None:
        """Begin an item of a list, with its mark as printed."""
        self.begin("list_item", level=level, number=number or _BULLET)

    def begin_table(self, sheet: str = "") -> int:
        """End the block before and begin a table; its number within the document."""
        self.end()
        self._tables += 1
        self._table = _Table(self._tables, sheet)
        return self._tables

    def end_table(self) -> None:
        """End the table; a row that follows is one of another."""
        self.end()
        self._table = None

    def begin_row(self, number: int | None = None) -> None:
        """End the block before and begin a row, the next one or that of a number counted from 1."""
        self.end()
        if self._table is None:
            self.begin_table()
        assert self._table
        self._table.rows = self._table.rows + 1 if number is None else number
        self._row = _Row(self._table.rows)

    def cell(
        self, *, header: bool = False, column: int | None = None, columns: int = 1, label: str = "", address: str = ""
    ) -> None:
        """End a cell of a row, whose text was written since the cell before; an empty one only takes up its place.

        It stands in `column`, counted from 1, else in the next one, and reaches over `columns` of them. A `label` is
        written in front of its text. `address` is that of a spreadsheet.
        """
        if self._row is None:
            written, self._current = self._current, []
            self.begin_row()
            self._current = written
        assert self._row
        first = column or self._row.column
        text = _SPACES.sub(" ", self._taken()).strip()
        self._row.cells.append(_Cell(text, label, range(first, first + columns), header, address))
        self._row.column = first + columns

    @contextmanager
    def furniture(self) -> Iterator[None]:
        """What is written within is page furniture, and stands at the end of the text."""
        self.end()
        self._furniture += 1
        try:
            yield
        finally:
            self.end()
            self._furniture -= 1

    def end(self) -> None:
        """End the block or the row; an empty one leaves nothing behind."""
        if self._row:
            if self._current:
                self.cell()
            row, self._row = self._row, None
            self._end_row(row)
        else:
            text = self._taken()
            if text.strip():
                self._end_block(text)
                self._table = self._table if self._furniture else None
                self._block = Block("paragraph", 0, 0)

    @property
    def position(self) -> int:
        """Where the next block or row of the body begins in `text`; what is under way is not counted."""
        return self._length + (len(_PARTED) if self._written else 0)

    @property
    def text(self) -> str:
        """All blocks, the last one ended, and the furniture after them."""
        self.end()
        return _PARTED.join([*self._written, *self._aside])

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block with its span of `text`, in order."""
        self.end()
        found = list(self._blocks)
        place = self._length
        for text in self._aside:
            place += len(_PARTED) if place else 0
            found.append(Block("page_furniture", place, place + len(text)))
            place += len(text)
        return tuple(found)

    def _taken(self) -> str:
        text = _AROUND_BREAK.sub("\n", "".join(self._current)).strip("\n").rstrip()
        self._current.clear()
        return text

    def _end_block(self, text: str) -> None:
        mark = f"{self._block.number} " if self._block.kind == "list_item" else ""
        if self._furniture:
            self._aside.append(text.strip())
            return
        start = self._write(mark + text) + len(mark)
        start += len(text) - len(text.lstrip())
        self._blocks.append(replace(self._block, start=start, end=start + len(text.strip())))

    def _end_row(self, row: _Row) -> None:
        filled = [cell for cell in row.cells if cell.text]
        parts = [(f"{cell.label}{_LABEL}" if cell.label else "") + cell.text for cell in filled]
        if self._furniture or not filled:
            self._aside.extend([_CELL.join(parts)] if filled else [])
            return
        assert self._table
        place = self._write(_CELL.join(parts))
        names = all(cell.header for cell in filled)
        for cell, part in zip(filled, parts, strict=True):
            block = _cell_block(cell, place, part, row.number, self._table)
            self._blocks.append(block)
            if names:
                self._table.labels.update(dict.fromkeys(cell.columns, (block.start, block.end)))
            place += len(part) + len(_CELL)

    def _write(self, text: str) -> int:
        """Where a part of the text begins, now that it is written."""
        start = self._length + (len(_PARTED) if self._written else 0)
        self._written.append(text)
        self._length = start + len(text)
        return start


def _cell_block(cell: _Cell, place: int, part: str, row: int, table: _Table) -> Block:
    end = place + len(part)
    own = (place, place + len(cell.label)) if cell.label else None
    return Block(
        "table_cell",
        end - len(cell.text),
        end,
        table=table.number,
        row=row,
        column=cell.columns.start,
        header=cell.header,
        label=own or (None if cell.header else table.labels.get(cell.columns.start)),
        sheet=table.sheet,
        cell=cell.address,
    )


_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_WORD_BEFORE = re.compile(r"(?:^|(?<=[^\w.,]))[\d.,]*\w*$")
_UNIT = re.compile(r"[\d.,]*[^\W\d_]{1,2}")  # m, km, or a variable: what is raised to a power
_POWER = re.compile(r"\d{1,2}")  # a base; the raised digits are shown as they are printed
_DIGITS = re.compile(r"[+\-−]?\d+")


def superscript(text: str, *, before: str) -> str:
    """Raised text as it is to stand after `before`: `1904` and `12` give `1904[12]`, `m` and `2` give `m²`."""
    shown = text.strip()
    if _DIGITS.fullmatch(shown):
        word = _WORD_BEFORE.search(before[-40:])
        base = word[0] if word else ""
        return shown.translate(_RAISED) if _UNIT.fullmatch(base) or _POWER.fullmatch(base) else f"[{shown}]"
    listed = any(character.isdigit() for character in shown) and shown[0] not in "[(^"
    return f"[{shown}]" if listed and before[-1:].isalnum() else text


def subscript(text: str, *, before: str) -> str:
    """Lowered text as it is to stand after `before`: spelt with lowered digits where it would join a number."""
    return text.translate(_LOWERED) if before[-1:].isdigit() else text
