"""The command line. Other packages add commands through the entry point group `citespan.commands`.

Exit codes: 0 answered or done, 1 refused, 2 usage, 3 a failure that the message explains.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import console
from rag.assistant import Assistant
from rag.errors import CitespanError, SettingsError
from rag.settings import DEFAULT_INDEX
from rag.types import Citation

REFUSED, USAGE, FAILED = 1, 2, 3

app = typer.Typer(
    name="rag",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask your own documents. Every statement comes with the exact characters it rests on.",
    epilog="Exit codes: 0 answered or done, 1 refused, 2 usage, 3 a failure that the message explains.",
)

IndexOption = Annotated[Path, typer.Option("--index", help="The folder that holds the index.", envvar="RAG_INDEX")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Documents = Annotated[list[str], typer.Argument(metavar="DOC", help="Ids, the start of ids, sources or source globs.")]


@app.command("ingest")
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files (.txt, .md) and folders of them.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    sync: Annotated[bool, typer.Option(help="Also remove documents whose files are gone from PATHS.")] = False,
    json: JsonOption = False,
) -> None:
    """Read files into the index. Only what is new or changed is embedded."""
    with Assistant.open(index) as assistant, console.progress_bar("reading") as progress:
        report = assistant.ingest(paths, sync=sync, progress=progress)
    if json:
        console.print_json(asdict(report))
    else:
        console.print_ingest(report)
    raise typer.Exit(FAILED if report.failed else 0)


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="A question, in quotes.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    document: Annotated[
        list[str] | None, typer.Option("--document", "-d", help="Ask only these: an id, source or glob. Repeatable.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Answer a question from the index, or say why not."""
    with Assistant.open(index, create=False) as assistant:
        answer = assistant.ask(question, documents=document)
        if json:
            console.print_json(answer.to_dict())
        else:
            console.print_answer(answer, _line_of(assistant))
    raise typer.Exit(REFUSED if answer.refusal else 0)


@app.command("docs")
def docs(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """List the documents in the index."""
    with Assistant.open(index, create=False) as assistant:
        documents = assistant.documents()
    if json:
        console.print_json([asdict(info) for info in documents])
    else:
        console.print_documents(documents)


@app.command("show")
def show(
    document: Annotated[str, typer.Argument(metavar="DOC", help="An id, the start of one, or a source.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    span: Annotated[str | None, typer.Option(help="START:END, as a citation gives them.")] = None,
    json: JsonOption = False,
) -> None:
    """Show a document's text, or the characters that a citation names."""
    with Assistant.open(index, create=False) as assistant:
        found = assistant.document(document)
    start, end = _span(span, len(found.text)) if span else (0, len(found.text))
    if json:
        console.print_json({**asdict(found), "start": start, "end": end, "text": found.text[start:end]})
    else:
        console.print_document(found, (start, end) if span else None)


@app.command("remove")
def remove(documents: Documents, index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Remove documents from the index. The files themselves stay."""
    with Assistant.open(index, create=False) as assistant:
        sources = assistant.remove(documents)
    if json:
        console.print_json({"removed": sources})
    else:
        for source in sources:
            console.out.print(f"removed {source}", markup=False)


@app.command("rebuild")
def rebuild(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Make the index anew from the texts it keeps: after a change of settings, or to restore lost vectors."""
    with Assistant.open(index, create=False) as assistant, console.progress_bar("rebuilding") as progress:
        chunks = assistant.rebuild(progress=progress)
    if json:
        console.print_json({"chunks": chunks})
    else:
        console.out.print(f"rebuilt: {chunks:,} chunks")


@app.command("check")
def check(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Check that every receipt is exact and that texts and vectors are in step."""
    with Assistant.open(index, create=False) as assistant:
        report = assistant.check()
    if json:
        console.print_json(asdict(report))
    else:
        console.print_check(report)
    raise typer.Exit(FAILED if report.problems else 0)


def main() -> None:
    """The console script: the commands of this package and of those plugged in, errors in words."""
    _add_plugins(app)
    try:
        app()
    except CitespanError as error:
        console.err.print(f"error: {error}", style="red", markup=False)
        sys.exit(USAGE if isinstance(error, SettingsError) else FAILED)


def _add_plugins(target: typer.Typer) -> None:
    for plugin in sorted(entry_points(group="citespan.commands"), key=lambda point: point.name):
        command: Any = plugin.load()
        if isinstance(command, typer.Typer):
            target.add_typer(command, name=plugin.name)
        else:
            target.command(plugin.name)(command)


def _line_of(assistant: Assistant) -> Callable[[Citation], int]:
    texts: dict[str, str] = {}

    def line(citation: Citation) -> int:
        if citation.doc_id not in texts:
            texts[citation.doc_id] = assistant.document(citation.doc_id).text
        return console.line_number(texts[citation.doc_id], citation.start)

    return line


def _span(text: str, length: int) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if match is None or not int(match[1]) <= int(match[2]) <= length:
        raise typer.BadParameter(f"'{text}' is not START:END within 0:{length}.", param_hint="--span")
    return int(match[1]), int(match[2])
