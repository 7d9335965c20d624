"""Figures drawn in the terminal: live progress, and the pictures of `rag stats`. Draws, and counts nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as RemainingColumn
from rich.table import Table
from rich.text import Text

from rag.reports import FileFailure, IndexStats

_WIDTH = 40  # characters of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"


class _RateColumn(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.1f}/s" if task.speed else "", style="dim")


@dataclass(slots=True)
class Meter:
    """Live progress: how many are done, how fast, how long it will take, and what failed."""

    progress: Progress
    task: TaskID
    failures: int = 0

    def done(self, done: int, total: int) -> None:
        """So many of all are done."""
        self.progress.update(self.task, completed=done, total=total)

    def page(self, source: str, done: int, total: int) -> None:
        """So many pages of a file are done; shown where a file has several, which may take long."""
        if total > 1:
            shown = f"{source}: page {done:,} of {total:,}" if done < total else ""
            self.progress.update(self.task, page=shown)

    def failed(self, failure: FileFailure) -> None:
        """A file failed."""
        self.failures += 1
        self.progress.update(self.task, failed=f"{self.failures:,} failed: {failure.source}")


@contextmanager
def meter(label: str, console: Console) -> Iterator[Meter]:
    """Progress on a console while a block runs; nothing there when it is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(_WIDTH),
        MofNCompleteColumn(),
        _RateColumn(),
        RemainingColumn(),
        TextColumn("{task.fields[page]}", style="dim", markup=False),
        TextColumn("{task.fields[failed]}", style="red", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Meter(bar, bar.add_task(label, total=None, page="", failed=""))


def draw_stats(stats: IndexStats, console: Console) -> None:
    """The figures of an index, as tables with bars."""
    room = f"{_megabytes(stats.catalogue_bytes)} texts and vectors, {_megabytes(stats.vector_bytes)} search"
    console.print(
        f"{stats.documents:,} documents, {stats.characters:,} characters, {stats.chunks:,} chunks; on the disk {room}"
    )
    types = [
        (item.suffix or "none", item.characters, f"{item.documents:,} documents, {item.characters:,} characters")
        for item in stats.types
    ]
    lengths = [(f"{start:,}–{end - 1:,}", count, f"{count:,}") for start, end, count in stats.chunk_lengths]
    growth = [(day, count, f"{count:,}") for day, count in stats.growth]
    for title, rows in (("by type", types), ("chunks by characters", lengths), ("documents by day", growth)):
        if rows:
            console.print(f"\n{title}", style="bold")
            console.print(_bars(rows))


def _bars(rows: Sequence[tuple[str, int, str]]) -> Table:
    table: Any = Table.grid(padding=(0, 2))
    most = max(value for _, value, _ in rows)
    for label, value, shown in rows:
        table.add_row(Text(label), Text(bar(value / most if most else 0.0), style="cyan"), Text(shown))
    grid: Table = table
    return grid


def bar(share: float) -> str:
    """A bar of that share (0..1) of the width, to an eighth of a character."""
    eighths = round(share * _WIDTH * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:,.1f} MB"
