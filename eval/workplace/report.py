"""A run of the workplace questions over a fresh index, and what it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.workplace.documents import write_documents
from eval.workplace.gate import Asked, Figure, ask_all, figures
from eval.workplace.questions import load_questions

if TYPE_CHECKING:
    from rich.table import Table

    from rag.types import Progress


def run(split: str, least: Mapping[str, float], progress: Progress | None = None) -> tuple[list[Asked], list[Figure]]:
    """The documents written and ingested into a temporary index, the questions asked, and the figures."""
    from rag import Assistant

    with TemporaryDirectory(prefix="citespan-workplace-") as temporary:
        files = Path(temporary) / "files"
        write_documents(files)
        with Assistant.open(Path(temporary) / "index", base=files) as assistant:
            assistant.ingest([files])
            assistant.prepare()
            asked = ask_all(load_questions(split), assistant, progress)
            return asked, figures(asked, assistant, least)


def table(found: Sequence[Figure]) -> Table:
    """The figures, and the thresholds they are held to."""
    from rich.table import Table

    shown = Table("what", "share", "n", "least", "", box=None, header_style="dim")
    for figure in found:
        least = "" if figure.least is None else f"{figure.least:.2f}"
        shown.add_row(figure.name, f"{figure.value:.2f}", str(figure.n), least, "" if figure.holds else "BROKEN")
    return shown


def misses(asked: Sequence[Asked]) -> Iterator[str]:
    """A line for every question that is not answered right."""
    for one in asked:
        if one.verdict != "right":
            told = " ".join(one.answer.text.split())[:200]
            yield f"{one.question.id} [{one.question.kind}] {one.verdict}: {one.question.question} -> {told}"
