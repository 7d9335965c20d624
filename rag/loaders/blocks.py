"""A document put together block by block: its canonical text, and where in it each block stands.

Blocks are separated by an empty line, the rows of a table too, the cells of a row by ` | `. Page furniture stands after
everything else, so that it interrupts nothing. Positions are counted as the text grows; none is searched for. Knows no
format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.types import Block, BlockKind

Span = tuple[int, int]
CELL = " | "
PARTED = "\n\n"
_NAMED = ": "

_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" *\n")


@dataclass(slots=True)
class Runs:
    """The text of one block or cell as it is put together, its white space collapsed as HTML collapses it."""

    _pieces: list[str] = field(default_factory=list)

    def run(self, text: str) -> None:
        """Add text, its white space collapsed."""
        shown = _SPACES.sub(" ", text)
        if not self._pieces or self._pieces[-1].endswith((" ", "\n")):
            shown = shown.lstrip(" ")
        if shown:
            self._pieces.append(shown)

    def preformatted(self, text: str) -> None:
        """Add text, its white space as it is."""
        if text:
            self._pieces.append(text)

    def newline(self) -> None:
        """Break the line."""
        self._pieces.append("\n")

    @property
    def tail(self) -> str:
        """The last characters so far: some forty, or fewer at the beginning."""
        return "".join(self._pieces[-4:])[-40:]

    def take(self) -> str:
        """The text so far, which is then forgotten: for the next block."""
        text = _AROUND_BREAK.sub("\n", "".join(self._pieces)).strip("\n").rstrip()
        self._pieces.clear()
        return text if text.strip() else ""


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell that is to be written: its text, its column (from 1), and where its column's header stands, if known.

    A `name` is written in front of the text (`name: text`) and is its label. `address` is that of a spreadsheet.
    """

    text: str
    column: int
    header: bool = False
    label: Span | None = None
    name: str = ""
    address: str = ""

    @property
    def written(self) -> str:
        """The name, if there is one, and the text."""
        return f"{self.name}{_NAMED}{self.text}" if self.name and self.text else self.text


@dataclass(slots=True)
class Blocks:
    """A text and its blocks as they are put together."""

    _parts: list[str] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _aside: list[str] = field(default_factory=list)
    _sheets: list[str] = field(default_factory=list)
    _length: int = 0

    def add(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        *,
        level: int = 0,
        number: str = "",
        mark: str = "",
        header: bool = False,
        label: Span | None = None,
    ) -> Block | None:
        """Write a block; None when its text is empty, and for furniture, which is kept for the end.

        `mark` stands in front of it and belongs to no block.
        """
        shown = text.strip()
        if shown and kind == "page_furniture":
            self._aside.append(shown)
        if not shown or kind == "page_furniture":
            return None
        start = self._begin(mark + text) + len(mark) + len(text) - len(text.lstrip())
        block = Block(kind, start, start + len(shown), level=level, number=number, header=header, label=label)
        self._blocks.append(block)
        return block

    def table(self, sheet: str = "") -> int:
        """The number of a table that begins, on that sheet of a spreadsheet."""
        self._sheets.append(sheet)
        return len(self._sheets)

    def row(self, table: int, row: int, cells: Sequence[CellText], *, named_by_first: bool = False) -> list[Block]:
        """Write a row of a table; the blocks of its cells that are not empty.

        `named_by_first`: the first of them says what the others are, and is their label.
        """
        shown = [cell if cell.text == cell.text.strip() else replace(cell, text=cell.text.strip()) for cell in cells]
        while shown and not shown[-1].text:
            shown.pop()
        if not shown:
            return []
        start = self._begin(CELL.join(cell.written for cell in shown))
        written: list[Block] = []
        for cell in shown:
            if cell.text:
                label = (written[0].start, written[0].end) if named_by_first and written else cell.label
                written.append(_cell_block(table, row, cell, start, label, self._sheets[table - 1]))
            start += len(cell.written) + len(CELL)
        self._blocks.extend(written)
        return written

    def _begin(self, text: str) -> int:
        start = self.position
        self._parts.append(text)
        self._length = start + len(text)
        return start

    @property
    def length(self) -> int:
        """How many characters have been written."""
        return self._length

    @property
    def position(self) -> int:
        """Where the next part of the text will begin."""
        return self._length + (len(PARTED) if self._parts else 0)

    @property
    def text(self) -> str:
        """The text of all blocks."""
        return PARTED.join([*self._parts, *self._aside])

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, in order of where they start."""
        found, place = list(self._blocks), self.position
        for text in self._aside:
            found.append(Block("page_furniture", place, place + len(text)))
            place += len(text) + len(PARTED)
        return tuple(found)


def _cell_block(table: int, row: int, cell: CellText, start: int, label: Span | None, sheet: str) -> Block:
    end = start + len(cell.written)
    own = (start, start + len(cell.name)) if cell.name else label
    return Block(
        kind="table_cell",
        start=end - len(cell.text),
        end=end,
        table=table,
        row=row,
        column=cell.column,
        header=cell.header,
        label=own,
        sheet=sheet,
        cell=cell.address,
    )
