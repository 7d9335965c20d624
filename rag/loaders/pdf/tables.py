"""Tables on a page: those that lines are drawn around, and those that are set in columns without any.

A cell is a list of fragments, a line each; wrapped lines belong to the cell they go on with. Which rows name the
columns is told from weight, shading and values. What is running text is no table, however it is aligned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from rag.loaders.markup.headers import is_header, names_values
from rag.loaders.pdf.fragments import rows_of
from rag.loaders.pdf.glyphs import Fragment, across, around, down, fragment, shared
from rag.loaders.pdf.reading_order import Column
from rag.types import Box

_NEAR = 2.6  # heights of a line: rows further apart are of different tables
_WRAPPED = 1.6  # heights of a line from one line of a cell to the next
_SHORT_LINE = 0.8  # of the next line's width: after a line that is shorter, something new begins
_LEVEL = 0.35  # heights of a line by which what stands side by side may be off
_HEADS = 4  # rows of names at the most
_WIDE = 3  # columns from which a first row is taken for names when nothing speaks against it

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its column, counted from 1, and its lines."""

    column: int
    lines: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        """Its lines, a space between them."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells from the top; the first `heads` of them name the columns."""

    rows: tuple[tuple[Cell, ...], ...]
    box: Box
    heads: int = 0


@dataclass(slots=True)
class _Growing:
    """An unruled table as it grows: its rows, and from where to where its columns reach."""

    intervals: list[Interval]
    rows: list[list[Fragment]]
    middle: float

    def column_of(self, item: Fragment) -> list[int]:
        """The numbers of the columns that a fragment overlaps."""
        side = (item.box.left, item.box.right)
        return [n for n, interval in enumerate(self.intervals) if shared(interval, side) > 1]

    def takes(self, row: Sequence[Fragment]) -> bool:
        """Whether a row goes on with the table."""
        height = max(item.height for item in row)
        if row[0].middle - self.middle > _NEAR * height * (1 if len(row) > 1 else _WRAPPED / _NEAR):
            return False
        found = [self.column_of(item) for item in row]
        if len(row) == 1:
            return len(found[0]) == 1 and (found[0][0] > 0 or row[0].text[:1].islower())
        return all(len(places) <= 1 for places in found) and len({n for places in found for n in places}) >= 2

    def add(self, row: Sequence[Fragment]) -> None:
        """Take a row."""
        self.rows.append(list(row))
        self.middle = row[0].middle
        for item in row:
            side = (item.box.left, item.box.right)
            places = self.column_of(item)
            if places:
                old = self.intervals[places[0]]
                self.intervals[places[0]] = (min(old[0], side[0]), max(old[1], side[1]))
            else:
                self.intervals.append(side)
        self.intervals.sort()


def unruled_tables(items: Sequence[Fragment], prose: Sequence[Column]) -> tuple[list[Table], list[Fragment]]:
    """Tables among fragments that are no running text, and the fragments that are in none."""
    tables: list[Table] = []
    rest: list[Fragment] = []
    growing: _Growing | None = None
    for row in _rows(items, prose):
        if growing and growing.takes(row):
            growing.add(row)
            continue
        _finish(growing, tables, rest)
        growing = None
        if len(row) > 1:
            growing = _Growing([], [], row[0].middle)
            growing.add(row)
        else:
            rest.extend(row)
    _finish(growing, tables, rest)
    return tables, rest


def wraps_cells(column: Column, beside: Sequence[Fragment]) -> bool:
    """Whether a column of long lines holds the wrapped cells of a table: what stands beside it begins where they do."""
    near = [item for item in beside if column.box.top - 1 <= item.middle <= column.box.bottom + 1]
    if len(near) < 2:
        return False
    begins = [line.middle for line in _first_lines(column)]
    return all(any(abs(middle - item.middle) <= _LEVEL * item.height for middle in begins) for item in near)


def headed(table: Table, fills: Sequence[Box]) -> Table:
    """A table with the number of its rows that name its columns."""
    if len(table.rows) < 2:
        return table
    width = max(cell.column for row in table.rows for cell in row)
    values = [[next((c.text for c in row if c.column == n), "") for n in range(1, width + 1)] for row in table.rows]
    heads = _set_off(table, fills)
    named = is_header(values[0], values[1:]) and (width >= _WIDE or names_values(values[0], values[1:]))
    return replace(table, heads=heads or int(named and len(table.rows) > 2))


def _set_off(table: Table, fills: Sequence[Box]) -> int:
    """How many rows at the top are bold or shaded, as the one below them is not; 0 for none."""
    looks = [_look(row, fills) for row in table.rows[: _HEADS + 1]]
    heads = next((n for n, look in enumerate(looks) if look != looks[0]), 0)
    below = looks[heads]
    return heads if looks[0][0] > below[0] or looks[0][1] > below[1] else 0


def _look(row: Sequence[Cell], fills: Sequence[Box]) -> tuple[bool, int]:
    """Whether a row is bold, and how many filled boxes lie behind it."""
    box = around([line.box for cell in row for line in cell.lines])
    return all(line.style.bold for cell in row for line in cell.lines), sum(_covers(fill, box) for fill in fills)


def _covers(fill: Box, box: Box) -> bool:
    return across(fill, box) > 0.3 * (box.right - box.left) and down(fill, box) > 0.7 * (box.bottom - box.top)


def _first_lines(column: Column) -> Iterator[Fragment]:
    gaps = sorted(b.box.top - a.box.bottom for a, b in zip(column.lines, column.lines[1:], strict=False))
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    yield column.lines[0]
    for before, line in zip(column.lines, column.lines[1:], strict=False):
        short = before.box.right - before.box.left < _SHORT_LINE * (line.box.right - line.box.left)
        if short or line.box.top - before.box.bottom > usual + 0.25 * line.height:
            yield line


def _rows(items: Sequence[Fragment], prose: Sequence[Column]) -> Iterator[list[Fragment]]:
    """Fragments line by line, those with running text between them apart."""
    for row in rows_of(items):
        line = sorted(row, key=lambda item: item.box.left)
        part = [line[0]]
        for item in line[1:]:
            if any(_lies_between(column.box, part[-1], item) for column in prose):
                yield part
                part = []
            part.append(item)
        yield part


def _lies_between(box: Box, before: Fragment, after: Fragment) -> bool:
    aside = before.box.right <= box.left + 1 and box.right <= after.box.left + 1
    return aside and box.top <= before.middle <= box.bottom


def _finish(growing: _Growing | None, tables: list[Table], rest: list[Fragment]) -> None:
    if growing is None:
        return
    while growing.rows and len(growing.rows[-1]) == 1 and not growing.column_of(growing.rows[-1][0])[0]:
        rest.extend(growing.rows.pop())  # a line of the first column alone ends no table
    if sum(len(row) > 1 for row in growing.rows) > 1:
        tables.append(_table(growing))
    else:
        rest.extend(item for row in growing.rows for item in row)


def _table(growing: _Growing) -> Table:
    rows: list[dict[int, list[Fragment]]] = []
    last: list[Fragment] = []
    for items in growing.rows:
        placed = [((growing.column_of(item) or [0])[0], item) for item in items]
        if rows and _goes_on(placed, last, rows[-1]):
            row = rows[-1]
        else:
            row = {}
            rows.append(row)
        for column, item in placed:
            row.setdefault(column, []).append(item)
        last = items
    boxes = [item.box for row in growing.rows for item in row]
    return Table(tuple(_cells(row) for row in rows), around(boxes))


def _cells(row: dict[int, list[Fragment]]) -> tuple[Cell, ...]:
    return tuple(Cell(column + 1, tuple(lines)) for column, lines in sorted(row.items()))


def _goes_on(placed: Sequence[tuple[int, Fragment]], last: Sequence[Fragment], row: dict[int, list[Fragment]]) -> bool:
    """Whether a line goes on with the cells of the row above: it has no first cell, and stands as close as wrapped."""
    if any(column == 0 for column, _ in placed) and not (len(placed) == 1 and placed[0][1].text[:1].islower()):
        return False
    close = placed[0][1].middle - last[0].middle <= _WRAPPED * placed[0][1].height
    return close and 0 in row and all(column in row for column, _ in placed)


@dataclass(slots=True)
class _Grid:
    """Lines that touch each other, level ones and upright ones."""

    level: list[Box] = field(default_factory=list)
    upright: list[Box] = field(default_factory=list)


_TOUCH = 3.0  # points
_MOST_LINES = 1000


def ruled_tables(items: Sequence[Fragment], rules: Sequence[Box]) -> tuple[list[Table], list[Fragment]]:
    """Tables that lines are drawn around, and the fragments that are in none."""
    tables: list[Table] = []
    rest = list(items)
    for grid in _grids(rules):
        if table := _ruled(grid, rest):
            inside = {id(item) for item in rest if _is_in(item, table.box)}
            rest = [item for item in rest if id(item) not in inside]
            tables.append(table)
    return tables, rest


def _grids(rules: Sequence[Box]) -> list[_Grid]:
    lines = list(dict.fromkeys(rules))[:_MOST_LINES]
    parents = list(range(len(lines)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    order = sorted(range(len(lines)), key=lambda n: lines[n].top)
    for place, number in enumerate(order):
        for other in order[place + 1 :]:
            if lines[other].top > lines[number].bottom + _TOUCH:
                break
            if across(lines[number], lines[other]) > -_TOUCH:
                parents[root(other)] = root(number)
    grids: dict[int, _Grid] = {}
    for number, line in enumerate(lines):
        grid = grids.setdefault(root(number), _Grid())
        (grid.level if line.right - line.left >= line.bottom - line.top else grid.upright).append(line)
    return [grid for _, grid in sorted(grids.items()) if len(grid.level) > 1 and grid.upright]


def _ruled(grid: _Grid, items: Sequence[Fragment]) -> Table | None:
    whole = around([*grid.level, *grid.upright])
    xs = _places([(line.left + line.right) / 2 for line in grid.upright] + [whole.left, whole.right])
    ys = _places([(line.top + line.bottom) / 2 for line in grid.level] + [whole.top, whole.bottom])
    if len(xs) < 3 or len(ys) < 3:
        return None
    filled: dict[tuple[int, int], list[Fragment]] = {}
    for item in items:
        if _is_in(item, whole):
            for place, part in _cut_at_lines(item, grid, xs, ys):
                filled.setdefault(_corner(place, grid, xs, ys), []).append(part)
    if len(filled) < 3 or len({row for row, _ in filled}) < 2 or len({column for _, column in filled}) < 2:
        return None
    rows = [
        tuple(Cell(column + 1, _in_lines(filled[row, column])) for _, column in group)
        for row, group in groupby(sorted(filled), key=lambda place: place[0])
    ]
    return Table(tuple(rows), whole)


def _places(values: Sequence[float]) -> list[float]:
    """Values, those that lie together as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return found


def _is_in(item: Fragment, box: Box) -> bool:
    return box.top - 1 <= item.middle <= box.bottom + 1 and across(item.box, box) > 0.5 * (
        item.box.right - item.box.left
    )


def _cut_at_lines(
    item: Fragment, grid: _Grid, xs: Sequence[float], ys: Sequence[float]
) -> Iterator[tuple[tuple[int, int], Fragment]]:
    """The parts of a fragment with the cell each lies in: lines between cells cut it."""
    row = _index(ys, item.middle)
    start, column = 0, -1
    for number, glyph in enumerate(item.glyphs):
        if glyph.box is None or glyph.text.isspace():
            continue
        here = _index(xs, (glyph.box.left + glyph.box.right) / 2)
        if column >= 0 and here != column and _parts(grid, xs, here, column, item.middle):
            if part := fragment(item.glyphs[start:number]):
                yield (row, column), part
            start = number
            column = here
        column = here if column < 0 else column
    if part := fragment(item.glyphs[start:]):
        yield (row, column), part


def _parts(grid: _Grid, xs: Sequence[float], first: int, second: int, y: float) -> bool:
    """Whether a line is drawn between two columns at a height."""
    low, high = sorted((first, second))
    return any(_is_drawn(grid.upright, xs[n], y, upright=True) for n in range(low + 1, high + 1))


def _corner(place: tuple[int, int], grid: _Grid, xs: Sequence[float], ys: Sequence[float]) -> tuple[int, int]:
    """The first row and column of the cell that a place lies in: no lines are drawn within a cell."""
    row, column = place
    while row > 0 and not _is_drawn(grid.level, ys[row], (xs[column] + xs[column + 1]) / 2, upright=False):
        row -= 1
    while column > 0 and not _is_drawn(grid.upright, xs[column], (ys[row] + ys[row + 1]) / 2, upright=True):
        column -= 1
    return row, column


def _is_drawn(lines: Sequence[Box], place: float, along: float, *, upright: bool) -> bool:
    for line in lines:
        centre = (line.left + line.right) / 2 if upright else (line.top + line.bottom) / 2
        ends = (line.top, line.bottom) if upright else (line.left, line.right)
        if abs(centre - place) <= _TOUCH and ends[0] - _TOUCH <= along <= ends[1] + _TOUCH:
            return True
    return False


def _index(places: Sequence[float], value: float) -> int:
    """The interval between places in which a value lies, from 0."""
    return max(0, min(sum(place <= value for place in places) - 1, len(places) - 2))


def _in_lines(items: Sequence[Fragment]) -> tuple[Fragment, ...]:
    return tuple(item for row in rows_of(items) for item in sorted(row, key=lambda item: item.box.left))
