"""Tables as a document's blocks have them: columns with their headers and types, rows with their names, exact cells.

Word, HTML, Markdown, PDF, CSV and sheets alike: only blocks are read. It computes nothing and matches no words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby, pairwise

from rag.tables.values import CURRENCIES, MAGNITUDES, NOTHING, SECONDS, Value, ValueKind, decimal_mark, parse
from rag.types import Block, ContextSpan, Document

SUMMED = 3  # rows that a row must be the sum of, in every column of numbers, to count as their total
INTRODUCES = 120  # characters of a paragraph just before a table that is taken to introduce it
PURE = 0.8  # the least share of a column's cells that have its kind; below it the column is of mixed types
_TOTALS = frozenset("total totals sum sums subtotal summe gesamt gesamtsumme insgesamt zusammen".split())
_YEARS = range(1800, 2101)
_UNIT = re.compile(r"[(\[]([^)\]]+)[)\]]")
_NAME = re.compile(r"[_\s]+|(?<=[a-z]{3})(?=[A-Z])")  # `cost_eur`, `unitPrice`, but not `kWh`

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in words, where its headers stand, and what its cells hold.

    `kind` is that of most of its filled cells. Of a column of mixed types, `kind` is text and `mixed` holds the kinds
    found. `unit` is a currency's code, `%`, or as the header or the cells have it.
    """

    number: int
    name: str
    headers: tuple[Span, ...] = ()
    kind: ValueKind = "empty"
    unit: str = ""
    mixed: tuple[ValueKind, ...] = ()
    values: tuple[Value, ...] = field(default=(), repr=False)

    @property
    def counts(self) -> bool:
        """Whether its values can be compared by their size."""
        return self.kind in ("number", "money", "percentage", "duration", "date")

    @property
    def years(self) -> bool:
        """Whether its numbers are years, which are compared but never added."""
        numbers = [value.number for value in self.values if value.number is not None]
        return self.kind == "number" and bool(numbers) and all(number in _YEARS for number in numbers)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number in the document's table, its cells by column, and whether it adds up the rows above it."""

    number: int
    cells: tuple[Block | None, ...] = field(repr=False)
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A table of one version of a document. Rows hold a cell, or None, for each column in the columns' order.

    `titles` are what it stands under: headings from the highest, and its caption. `turned` tells that rows and columns
    have changed places, so that what a document writes as a row can be asked about as a column.
    """

    document: Document = field(repr=False)
    number: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = field(repr=False)
    titles: tuple[ContextSpan, ...] = ()
    sheet: str = ""
    turned: bool = False

    def text(self, span: "Block | Span | None") -> str:
        """The characters of a cell or a span; empty for None."""
        if span is None:
            return ""
        start, end = span if isinstance(span, tuple) else (span.start, span.end)
        return self.document.text[start:end]

    def cell(self, row: int, column: int) -> Block | None:
        """The cell at two positions, which count from 0."""
        return self.rows[row].cells[column]

    def text_at(self, row: int, column: int) -> str:
        """The text of the cell at two positions, its white space collapsed."""
        return " ".join(self.text(self.cell(row, column)).split())

    def texts(self, column: int) -> tuple[str, ...]:
        """The texts of a column's cells, in the order of `body`; made once."""
        if column not in self._texts:
            self._texts[column] = tuple(self.text_at(row, column) for row in self.body)
        return self._texts[column]

    @cached_property
    def _texts(self) -> dict[int, tuple[str, ...]]:
        return {}

    @cached_property
    def body(self) -> tuple[int, ...]:
        """The positions of the rows that are not totals of others."""
        return tuple(position for position, row in enumerate(self.rows) if not row.total)

    @cached_property
    def name_column(self) -> int | None:
        """The position of the column that names the rows: the first whose texts tell them apart, or just the first."""
        for position, column in enumerate(self.columns):
            texts = self.texts(position)
            distinct = len(set(texts)) == len(texts) and all(texts)
            if distinct and (column.kind in ("text", "date") or (position == 0 and not _measures(column))):
                return position
        first = self.columns[0].kind if self.columns else "empty"
        return 0 if first in ("text", "date") else None

    @cached_property
    def about(self) -> str:
        """What it stands under, in words: headings, caption, sheet and file name."""
        stem = self.document.source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return " › ".join([*(span.quote for span in self.titles), self.sheet, _NAME.sub(" ", stem.replace("-", " "))])


def tables_of(document: Document) -> list[Table]:
    """The tables of a document that have two rows or more of cells, headers not counted, in their order."""
    cells = [block for block in document.blocks if block.kind == "table_cell" and block.table is not None]
    found: list[Table] = []
    for number, blocks in groupby(sorted(cells, key=_place), key=lambda block: block.table or 0):
        table = _table(document, number, list(blocks))
        if table is not None and found and _continues(found[-1], table):
            found[-1] = _joined(found[-1], table)
        elif table is not None:
            found.append(table)
    return found


def _continues(above: Table, table: Table) -> bool:
    """Whether a table is the rest of the one before it, on the next page: as wide, without headers of its own."""
    headless = not any(column.headers for column in table.columns)
    return headless and len(above.columns) == len(table.columns) and above.titles == table.titles


def _joined(above: Table, rest: Table) -> Table:
    rows = (*above.rows, *rest.rows)
    spans = [column.headers for column in above.columns]
    return replace(above, rows=rows, columns=_columns(above.document, rows, spans))


def transposed(table: Table) -> Table | None:
    """The table with its rows as columns, where column headers are cells and one kind of value stands in them.

    The columns' headers become the first column. None for a table that cannot be read that way.
    """
    name = table.name_column
    others = [position for position in range(len(table.columns)) if position != name]
    headers = [table.columns[position].headers for position in others]
    if name is None or len(others) < 2 or len(table.rows) > len(others) * 20 or not all(map(len, headers)):
        return None
    kinds = {parse(table.columns[position].name).kind for position in others}
    if len(kinds) != 1 or kinds & {"text", "empty"}:
        return None
    names = [Block("table_cell", *spans[-1], table=table.number) for spans in headers]
    rows = tuple(
        Row(place, (heading, *(row.cells[position] for row in table.rows)))
        for place, (heading, position) in enumerate(zip(names, others, strict=True), start=1)
    )
    spans: list[tuple[Span, ...]] = [(), *(_span(row.cells[name]) for row in table.rows)]
    turned = replace(table, columns=(), rows=rows, turned=True)
    return replace(turned, columns=_columns(turned.document, rows, spans))


def _table(document: Document, number: int, blocks: Sequence[Block]) -> Table | None:
    by_row: dict[int, dict[int, Block]] = defaultdict(dict)
    for block in blocks:
        by_row[block.row or 0].setdefault(block.column or 0, block)
    columns = sorted({column for row in by_row.values() for column in row})
    grid = [(number, tuple(cells.get(column) for column in columns)) for number, cells in sorted(by_row.items())]
    heads = _header_rows(document, [cells for _, cells in grid])
    rows = [Row(number, cells) for number, cells in grid[heads:]]
    if not rows or len(columns) < 2:
        return None
    spans = _header_spans([cells for _, cells in grid[:heads]], rows, len(columns))
    marked = _with_totals(document, rows)
    titles = _titles(document, blocks[0])
    found = _columns(document, marked, spans)
    return Table(document, number, found, marked, titles, blocks[0].sheet)


def _header_rows(document: Document, grid: Sequence[Sequence[Block | None]]) -> int:
    """How many rows at the top are headers: those that are marked; else the first, if it is unlike what follows."""
    marked = 0
    for cells in grid:
        filled = [cell for cell in cells if cell]
        if not filled or not all(cell.header for cell in filled[1:] or filled):
            break
        marked += 1
    labelled = any(cell and cell.label for cells in grid[:1] for cell in cells)
    if not marked and not labelled and _unlike(document, grid):
        marked = 1
    if 0 < marked < len(grid) - 1 and _are_units(document, grid[marked]):
        marked += 1
    return marked if marked < len(grid) else 0


def _unlike(document: Document, grid: Sequence[Sequence[Block | None]]) -> bool:
    """Whether the first row is words where a column below holds values of another kind."""
    if len(grid) < 2 or not all(grid[0][1:]):
        return False
    kinds = [parse(document.text[cell.start : cell.end]).kind for cell in grid[0] if cell]
    below = [[cells[n] for cells in grid[1:]] for n in range(len(grid[0]))]
    typed = any(_kinds(document, column).keys() - {"text", "empty"} for column in below)
    return typed and all(kind in ("text", "date", "empty") for kind in kinds)


def _are_units(document: Document, cells: Sequence[Block | None]) -> bool:
    """Whether a row under the header says what the columns are measured in, and nothing else."""
    texts = [document.text[cell.start : cell.end].strip() for cell in cells if cell]
    units = {*CURRENCIES, *SECONDS, "%"}
    return bool(texts) and all(text.lower() in units or _UNIT.fullmatch(text) for text in texts)


def _header_spans(heads: Sequence[Sequence[Block | None]], rows: Sequence[Row], width: int) -> list[tuple[Span, ...]]:
    """For each column where its headers stand, from the top; a header that spans columns counts for each of them."""
    found: list[tuple[Span, ...]] = []
    for position in range(width):
        spans: list[Span] = []
        for level, cells in enumerate(heads):
            cell = cells[position]
            if cell is None and level < len(heads) - 1:  # the header to its left spans this column too
                cell = next((cells[left] for left in range(position - 1, 0, -1) if cells[left]), None)
            spans += _span(cell)
        if not heads:
            labels = (row.cells[position] for row in rows[:50])
            spans = next(([cell.label] for cell in labels if cell and cell.label), [])
        found.append(tuple(dict.fromkeys(spans)))
    return found


def _columns(document: Document, rows: Sequence[Row], spans: Sequence[tuple[Span, ...]]) -> tuple[Column, ...]:
    found = [
        _column(document, position, [row.cells[position] for row in rows], headers)
        for position, headers in enumerate(spans)
    ]
    unit = _unit_of_all(found[0]) if found else ""
    return tuple(
        replace(column, unit=unit)
        if unit and column.kind == "number" and not column.unit and not column.years
        else column
        for column in found
    )


def _unit_of_all(first: Column) -> str:
    """The unit of all numbers, where the first column's header gives one and its own cells are no numbers."""
    if first.kind not in ("text", "date"):
        return ""
    bracketed = _UNIT.search(first.name)
    said = bracketed[1] if bracketed else first.name
    words = said.lower().split()
    known = all(word in MAGNITUDES or word in CURRENCIES for word in words)
    return said.lower() if words and known else ""


def _column(document: Document, position: int, cells: Sequence[Block | None], headers: tuple[Span, ...]) -> Column:
    header = " ".join(document.text[start:end] for start, end in headers)
    name = " ".join(part for part in _NAME.split(header) if part)
    texts = [document.text[cell.start : cell.end] if cell else "" for cell in cells]
    mark = decimal_mark(texts)
    values = tuple(parse(text, mark) if text else NOTHING for text in texts)
    kinds: Counter[ValueKind] = Counter(value.kind for value in values if value.kind != "empty")
    kind = _main_kind(kinds)
    unit = _unit(name, values, kind)
    if kind == "number" and unit in CURRENCIES.values():
        kind = "money"
    mixed = tuple(sorted(kinds)) if kind == "text" and kinds["text"] < sum(kinds.values()) else ()
    return Column(position + 1, name, headers, kind, unit, mixed, values)


def _main_kind(kinds: Counter[ValueKind]) -> ValueKind:
    """The kind of most values; numbers without a unit among money or percentages are of that kind too."""
    if not kinds:
        return "empty"
    merged = Counter(kinds)
    specials: tuple[ValueKind, ...] = ("money", "percentage", "duration")
    for special in specials:
        if merged[special] and merged["number"]:
            merged[special] += merged.pop("number")
    kind, count = min(merged.items(), key=lambda item: (-item[1], item[0]))
    return kind if count >= PURE * sum(merged.values()) else "text"


def _unit(name: str, values: Iterable[Value], kind: ValueKind) -> str:
    """The unit that the cells have, or the header: in brackets, or as its last word."""
    units = Counter(value.unit for value in values if value.unit)
    if units and kind != "text":
        return min(units.items(), key=lambda item: (-item[1], item[0]))[0]
    bracketed = _UNIT.search(name)
    last = bracketed[1] if bracketed else (name.split() or [""])[-1]
    return CURRENCIES.get(last.lower(), bracketed[1] if bracketed else "%" if last == "%" else "")


def _with_totals(document: Document, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those marked that add up what stands above: they are called so, or their numbers say so."""
    last = len(rows) - 1
    return tuple(
        replace(row, total=True) if _called_total(document, row) or (n == last and _adds_up(document, rows)) else row
        for n, row in enumerate(rows)
    )


def _called_total(document: Document, row: Row) -> bool:
    first = next((cell for cell in row.cells if cell), None)
    words = document.text[first.start : first.end].lower().replace(":", " ").split() if first else []
    return bool(words) and words[0] in _TOTALS


def _adds_up(document: Document, rows: Sequence[Row]) -> bool:
    """Whether the last row is the sum of those above it in every column of numbers that it fills, and in one at least.

    Looked at only where the row has no name, or fewer cells than the rows above: a coincidence is no total.
    """
    above, last = rows[:-1], rows[-1]
    if len(above) < SUMMED or all(last.cells) or len(rows) > 10_000:
        return False
    sums = []
    for position, cell in enumerate(last.cells):
        value = parse(document.text[cell.start : cell.end]) if cell else NOTHING
        if cell and value.number is not None and value.kind in ("number", "money"):
            others = [row.cells[position] for row in above]
            numbers = [parse(document.text[one.start : one.end]).number or 0.0 for one in others if one]
            sums.append(abs(sum(numbers) - value.number) <= 0.005 * abs(value.number) + 1e-9)
    return bool(sums) and all(sums)


def _titles(document: Document, first: Block) -> tuple[ContextSpan, ...]:
    """The headings that a table stands under, from the highest, and the caption just before it."""
    path: list[Block] = []
    caption: list[Block] = []  # or a short paragraph that introduces it
    for block in document.blocks:
        if block.start >= first.start:
            break
        if block.kind == "heading":
            path = [*(above for above in path if above.level < block.level), block]
        if block.kind != "page_furniture":
            short = block.kind == "paragraph" and block.end - block.start <= INTRODUCES
            caption = [block] if block.kind == "caption" or short else []
    return tuple(
        ContextSpan("heading", block.start, block.end, document.text[block.start : block.end])
        for block in [*path, *caption]
    )


def _kinds(document: Document, cells: Iterable[Block | None]) -> Counter[ValueKind]:
    return Counter(parse(document.text[cell.start : cell.end]).kind for cell in cells if cell)


def _measures(column: Column) -> bool:
    """Whether its numbers measure something, instead of numbering the rows."""
    numbers = [value.number for value in column.values if value.number is not None]
    steps = {after - before for before, after in pairwise(numbers)}
    return column.counts and column.kind != "date" and steps != {1.0} and not column.years


def _place(block: Block) -> tuple[int, int, int, int]:
    return block.table or 0, block.row or 0, block.column or 0, block.start


def _span(cell: Block | None) -> tuple[Span, ...]:
    return ((cell.start, cell.end),) if cell else ()


def body_values(table: Table, position: int) -> Iterator[tuple[int, Value]]:
    """The position and the value of every row that is no total, in a column."""
    return ((row, table.columns[position].values[row]) for row in table.body)
