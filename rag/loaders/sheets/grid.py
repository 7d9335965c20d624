"""A sheet as its readers hand it over: what each cell shows, and how it stands there. Reads no file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

CELLS = 5_000_000  # of a workbook; more are refused
_MERGED = 10_000  # cells: a larger area is a backdrop, not a value
_NAMED = 12  # rows or columns that are named; more are hinted at


class Area(NamedTuple):
    """A rectangle of cells, its ends within it; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. `kind` is what it holds; `strong`: it is bold or filled, as header cells are."""

    text: str
    kind: str = "text"  # or "number", "date", "truth"
    strong: bool = False


Cells = dict[tuple[int, int], Cell]
"""Cells that show something, by row and column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is shown. `merged` are areas that stand as one cell, `tables` those that are marked as a table.

    The first row of a table area is its header. Cells of hidden rows and columns are left out; `gaps` say so, and what
    else of the sheet was left out.
    """

    name: str
    cells: Cells = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    tables: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets that are shown, in order, and what of the workbook was left out."""

    sheets: tuple[Sheet, ...]
    gaps: tuple[str, ...] = ()


def address(row: int, column: int) -> str:
    """How a spreadsheet calls a cell: `B7`."""
    return f"{letters(column)}{row}"


def letters(column: int) -> str:
    """How a spreadsheet calls a column: `A` for 1, `AA` for 27."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def visible(sheet: Sheet) -> Sheet:
    """A sheet without the cells of its hidden rows and columns; those that hold something are named."""
    lost_rows = sorted({row for row, _ in sheet.cells if row in sheet.hidden_rows})
    lost_columns = sorted({column for _, column in sheet.cells if column in sheet.hidden_columns})
    gaps = [*sheet.gaps]
    if lost_rows:
        gaps.append(f"sheet {sheet.name}: hidden rows are not read: {runs(lost_rows)}")
    if lost_columns:
        names = ", ".join(map(letters, lost_columns[:_NAMED])) + (" …" if len(lost_columns) > _NAMED else "")
        gaps.append(f"sheet {sheet.name}: hidden columns are not read: {names}")
    kept = {
        (row, column): cell
        for (row, column), cell in sheet.cells.items()
        if row not in sheet.hidden_rows and column not in sheet.hidden_columns
    }
    return replace(sheet, cells=kept, gaps=tuple(gaps))


def runs(numbers: Iterable[int]) -> str:
    """Numbers in order, with those that follow one another drawn together: `2, 5–9`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    shown = [f"{part[0]}–{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts]
    return ", ".join(shown[:_NAMED]) + (" …" if len(shown) > _NAMED else "")


def spread(cells: Mapping[tuple[int, int], Cell], merged: Iterable[Area]) -> Iterator[tuple[tuple[int, int], Cell]]:
    """The cells that a merged cell stands for beside its first, each with what that shows."""
    for area in merged:
        cell = cells.get((area.top, area.left))
        if cell is not None and (area.bottom - area.top + 1) * (area.right - area.left + 1) <= _MERGED:
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    if (row, column) != (area.top, area.left):
                        yield (row, column), cell
