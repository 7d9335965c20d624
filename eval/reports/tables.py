"""Tables of text for the terminal and for Markdown pages, where they stand between two comments and can be renewed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.scoring.statistics import Interval


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: names of columns, rows of as many cells, and lines that explain them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def rich_table(sheet: Sheet) -> Table:
    """The table for a terminal, its notes as the caption."""
    grid = Table(title=sheet.title, caption="\n".join(sheet.notes), box=SIMPLE_HEAD, caption_justify="left")
    for place, name in enumerate(sheet.columns):
        grid.add_column(name, justify="right" if place else "left")
    for row in sheet.rows:
        grid.add_row(*row)
    return grid


def markdown(sheets: Iterable[Sheet]) -> str:
    """The tables as Markdown, each under its title."""
    return "\n".join(_markdown(sheet) for sheet in sheets)


def write_into(path: Path, name: str, text: str) -> None:
    """Put text between `<!-- NAME -->` and `<!-- end NAME -->` in a file; a file without them becomes that alone."""
    block = f"<!-- {name} -->\n{text}<!-- end {name} -->\n"
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    place = re.compile(rf"<!-- {re.escape(name)} -->\n.*?<!-- end {re.escape(name)} -->\n", re.DOTALL)
    path.write_text(place.sub(lambda _: block, page) if place.search(page) else block, encoding="utf-8")


def with_interval(found: Interval | None) -> str:
    """A value with its interval, as cells show it; a dash for what was not measured."""
    return f"{found.value:.2f} ({found.low:.2f}–{found.high:.2f})" if found else "–"


def _markdown(sheet: Sheet) -> str:
    lines = [f"**{sheet.title}**", "", _line(sheet.columns), _line(["---", *["--:"] * (len(sheet.columns) - 1)])]
    lines += [_line(row) for row in sheet.rows]
    notes = ["", " ".join(sheet.notes)] if sheet.notes else []
    return "\n".join([*lines, *notes, ""])


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
