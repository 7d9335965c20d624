"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

IndexOption = Annotated[Path, typer.Option("--index", help="The folder that holds the index.", envvar="RAG_INDEX")]
ChromaOption = Annotated[
    str | None, typer.Option("--chroma", metavar="URL", help="Who keeps the vectors: a Chroma server, or `local`.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Documents = Annotated[list[str], typer.Argument(metavar="DOC", help="Ids, the start of ids, sources or source globs.")]
