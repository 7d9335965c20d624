"""`rag fetch`: the models that are too large to come with the package."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from rag.cli import output
from rag.llm.download import fetch_writer
from rag.llm.gguf import GGUF_MODELS, WRITER
from rag.models.download import fetch_model
from rag.models.registry import LARGE_BASE


class Fetchable(StrEnum):
    """What can be fetched."""

    reader = "reader"
    writer = "writer"


def fetch(
    what: Annotated[Fetchable, typer.Argument(help="The reader's base (400 MB), or the writer (1.1 GB).")] = (
        Fetchable.reader
    ),
) -> None:
    """Get a model, once: what the large reader is made of, or the writer. From then on it reads, or writes."""
    if what is Fetchable.writer:
        _writer()
        return
    files = fetch_model(LARGE_BASE)
    output.out.print(f"{files.name} is in {files.folder}", markup=False)


def _writer() -> None:
    card = GGUF_MODELS[WRITER]
    output.err.print(f"{card.name}: {card.megabytes:,} MB, licence {card.licence}", markup=False, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.err, transient=True) as shown:
        task = shown.add_task("fetching", total=card.megabytes)
        place: Path = fetch_writer(lambda done, total: shown.update(task, completed=done, total=total))
    output.out.print(f"{WRITER} is in {place}", markup=False)
    output.out.print("It writes from now on (RAG_MODEL=auto); --model extractive quotes as before.", markup=False)
