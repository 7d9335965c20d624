"""The tables that stand on a sheet: where each begins and ends, its header rows, its titles, and lone notes.

A sheet is cut at its empty rows and columns, again and again, as a page is (a recursive X-Y cut, Nagy & Seth, 1984).
Marked tables are taken as they are. What is a header follows from what cells hold and how they look: text above
numbers, bold above plain. No word is looked at.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rag.loaders.sheets.grid import Area, Cell, Cells, Sheet, spread

Place = tuple[int, int]
_YEARS = range(1800, 2200)  # whole numbers that may head a column
_HEADER_ROWS = 4  # a header has no more
_APART = 2  # rows: what stands further below a table is not its continuation


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet: the columns' names by column, the rows that hold values, and the cells above that title it.

    `header` is the last row of the header; 0 for a table without one. `sections` are those of the rows that stand for a
    part of the table: one text, bold or across it.
    """

    area: Area
    names: dict[int, str] = field(default_factory=dict)
    titles: tuple[Place, ...] = ()
    header: int = 0
    rows: tuple[int, ...] = ()
    sections: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Note:
    """Cells that stand in one column and are no table, by row and column."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What stands on a sheet, from top to bottom; `cells` have the value of a merged cell in every place of it."""

    items: tuple[Table | Note, ...]
    cells: Cells


def arrange(sheet: Sheet) -> Arrangement:
    """The tables and notes of a sheet."""
    filled = dict(sheet.cells)
    for place, cell in spread(sheet.cells, sheet.merged):
        filled.setdefault(place, cell)
    free = dict(filled)
    found: list[Table | Note] = []
    for area in sheet.tables:
        inside = _within(free, area)
        for place in inside:
            del free[place]
        if inside:
            found.append(_table(inside, (), area.top, area.top, ()))
    wide = [area for area in sheet.merged if area.right > area.left]
    for area in _cut(sheet, free):
        found.append(_region(_within(free, area), wide))
    return Arrangement(tuple(_continued(sorted(found, key=_corner), filled)), filled)


def _corner(item: Table | Note) -> Place:
    if isinstance(item, Note):
        return item.places[0]
    return min([(item.area.top, item.area.left), *item.titles])


def _within(cells: Cells, area: Area) -> Cells:
    return {
        (row, column): cell
        for (row, column), cell in cells.items()
        if area.top <= row <= area.bottom and area.left <= column <= area.right
    }


def _around(places: Iterable[Place]) -> Area:
    rows, columns = zip(*places, strict=True)
    return Area(min(rows), min(columns), max(rows), max(columns))


def _cut(sheet: Sheet, cells: Cells) -> list[Area]:
    """The parts of a sheet that empty rows and columns part; hidden ones part nothing."""
    waiting, areas = [sorted(cells)] if cells else [], []
    while waiting:
        part = waiting.pop()
        for axis, hidden in ((0, sheet.hidden_rows), (1, sheet.hidden_columns)):
            parts = _parted(part, axis, hidden)
            if len(parts) > 1 and not (axis and _belong_together(parts, cells)):
                waiting.extend(parts)
                break
        else:
            areas.append(_around(part))
    return areas


def _parted(places: Sequence[Place], axis: int, hidden: Container[int]) -> list[list[Place]]:
    """Places parted where a row (axis 0) or a column (axis 1) between them is empty."""
    in_order = sorted(places, key=lambda place: place[axis])
    parts = [[in_order[0]]]
    for before, after in pairwise(in_order):
        if any(number not in hidden for number in range(before[axis] + 1, after[axis])):
            parts.append([])
        parts[-1].append(after)
    return parts


def _belong_together(parts: Sequence[Sequence[Place]], cells: Cells) -> bool:
    """Whether parts beside one another are one table with a narrow column left free: their rows have no names else."""
    areas = [_around(part) for part in parts]
    level = all((left.top, left.bottom) == (right.top, right.bottom) for left, right in pairwise(areas))
    near = all(right.left == left.right + 2 for left, right in pairwise(areas))
    unnamed = all(
        not any(cells[place].kind == "text" for place in part if place[1] == area.left and place[0] > area.top)
        for part, area in zip(parts[1:], areas[1:], strict=True)
    )
    return level and near and unnamed and areas[0].bottom > areas[0].top


def _region(cells: Cells, wide: Sequence[Area]) -> Table | Note:
    """What a part of a sheet without empty rows or columns is."""
    area = _around(cells)
    rows = _rows(cells)
    if area.left < area.right and any(
        whole.top == area.top and whole.bottom >= area.bottom and whole.left <= area.left and whole.right >= area.right
        for whole in wide
    ):
        return Note((min(cells),))
    if area.left == area.right and not _is_header(rows, area.top, area):
        return Note(tuple(sorted(cells)))
    titles: list[Place] = []
    top = area.top
    while top < area.bottom and area.right > area.left and _is_title(rows[top], top, area, wide):
        titles.append((top, min(rows[top])))
        top += 1
    below = area._replace(top=top)
    first, header = top, top - 1
    while header + 1 < area.bottom and header - first + 1 < _HEADER_ROWS:
        if not _is_header(rows, header + 1, below) or not (header < first or _goes_on(header, wide, below)):
            break
        header += 1
    return _table(_within(cells, below), tuple(titles), first, header if header >= first else 0, wide)


def _covers(whole: Area, part: Area) -> bool:
    sides = whole.left <= part.left and whole.right >= part.right
    return sides and whole.top <= part.top and whole.bottom >= part.bottom


def _table(cells: Cells, titles: tuple[Place, ...], first: int, header: int, wide: Sequence[Area]) -> Table:
    """A table whose header goes from the row `first` to `header`; 0 for none."""
    names: dict[int, str] = {}
    for (row, column), cell in sorted(cells.items()):
        if first <= row <= header and cell.text not in names.get(column, "").split("\n"):
            names[column] = f"{names[column]}\n{cell.text}" if column in names else cell.text
    names = {column: " ".join(name.split("\n")) for column, name in names.items()}
    area = _around(cells)
    rows = {number: row for number, row in _rows(cells).items() if number > header}
    sections = {number for number, row in rows.items() if header and _is_section(row, number, area, wide)}
    return Table(area, names, titles, header, tuple(rows), frozenset(sections))


def _is_section(row: dict[int, Cell], number: int, area: Area, wide: Sequence[Area]) -> bool:
    """Whether a row of a table stands for those below it: a row that is short of values is not bold."""
    strong = len(row) > 1 or next(iter(row.values())).strong
    return area.right > area.left + 1 and strong and _is_title(row, number, area, wide)


def _rows(cells: Cells) -> dict[int, dict[int, Cell]]:
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(cells.items()):
        rows.setdefault(row, {})[column] = cell
    return rows


def _is_title(row: dict[int, Cell], number: int, area: Area, wide: Sequence[Area]) -> bool:
    """Whether a row above a table is its title: one text, at its left or across it."""
    if any(cell.kind != "text" for cell in row.values()):
        return False
    if len(row) == 1:
        return min(row) == area.left
    return any(item.top == number and item.left <= min(row) and item.right >= max(row) for item in wide)


def _is_header(rows: dict[int, dict[int, Cell]], number: int, area: Area) -> bool:
    """Whether a row names the columns of those below it."""
    row = rows[number]
    below = [rows[other] for other in rows if other > number]
    if not below or not all(map(_may_name, row.values())) or not any(cell.kind == "text" for cell in row.values()):
        return False
    if all(cell.strong for cell in row.values()) and not all(cell.strong for cell in below[-1].values()):
        return True
    if any(cell.kind == "text" and _holds_numbers(below, column) for column, cell in row.items()):
        return True
    heads = [cell for column, cell in row.items() if column > area.left]
    if any(cell.kind != "text" for cell in heads):  # years or dates: one alone may be a value
        distinct = len({cell.text for cell in heads}) == len(heads) > 1
        return distinct and all(_holds_numbers(below, column) for column in row if column > area.left)
    full = len(row) >= area.right - area.left and len({cell.text for cell in row.values()}) == len(row)
    return area.right - area.left >= 2 and full


def _may_name(cell: Cell) -> bool:
    year = cell.kind == "number" and cell.text.isdigit() and int(cell.text) in _YEARS
    return cell.kind in ("text", "date") or year


def _holds_numbers(rows: Sequence[dict[int, Cell]], column: int) -> bool:
    """Whether most of what stands in a column is no text."""
    kinds = [row[column].kind for row in rows if column in row]
    return bool(kinds) and 2 * sum(kind != "text" for kind in kinds) > len(kinds)


def _goes_on(header: int, wide: Sequence[Area], area: Area) -> bool:
    """Whether a header row stands over groups of columns, so that the next one names the columns."""
    return any(
        item.top <= header <= item.bottom and item.left >= area.left and item.right <= area.right for item in wide
    )


def _continued(items: Sequence[Table | Note], cells: Cells) -> list[Table | Note]:
    """Tables with those drawn in that go on after an empty row, without a header of their own."""
    found: list[Table | Note] = []
    for item in items:
        before = found[-1] if found else None
        if isinstance(before, Table) and isinstance(item, Table) and _follows(before, item, cells):
            area = Area(before.area.top, before.area.left, item.area.bottom, before.area.right)
            found[-1] = replace(
                before, area=area, rows=before.rows + item.rows, sections=before.sections | item.sections
            )
        else:
            found.append(item)
    return found


def _follows(before: Table, item: Table, cells: Cells) -> bool:
    within = before.area.left <= item.area.left and item.area.right <= before.area.right
    near = 0 < item.area.top - before.area.bottom <= _APART
    if not (within and near and before.header and not item.header and not item.titles):
        return False
    upper = [{c: cells[r, c] for c in before.names if (r, c) in cells} for r in before.rows]
    lower = [{c: cells[r, c] for c in before.names if (r, c) in cells} for r in item.rows]
    return all(
        _holds_numbers(upper, column) == _holds_numbers(lower, column)
        for column in range(item.area.left, item.area.right + 1)
        if any(column in row for row in upper) and any(column in row for row in lower)
    )
