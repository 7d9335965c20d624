"""The command line. Other packages add commands through the entry point group `citespan.commands`.

Exit codes: 0 answered or done, 1 refused, 2 usage, 3 a failure that the message explains.
"""

import re
import sys
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from rag import __version__
from rag.assistant import Assistant
from rag.cli import accounts, checking, fetching, output, serving, threshold
from rag.cli.charts import draw_stats, meter
from rag.cli.conversation_file import read_turns, write_turns
from rag.cli.options import ChromaOption, Documents, IndexOption, JsonOption
from rag.errors import CitespanError, SettingsError
from rag.ingestion.web_page import is_url
from rag.reports import IngestReport
from rag.settings import DEFAULT_INDEX, Settings, Strictness, load_settings

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


def _print_version(wanted: bool) -> None:
    if wanted:
        output.out.print(f"citespan {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Ask your own documents. Every statement comes with the exact characters it rests on."""


@app.command("ingest")
def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders of them, and addresses of pages.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    sync: Annotated[bool, typer.Option(help="Also remove documents whose files are gone from PATHS.")] = False,
    keep_versions: Annotated[
        int | None, typer.Option(min=0, help="Keep that many older texts of each document, for old citations.")
    ] = None,
    chroma: ChromaOption = None,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Ray cluster that parses and embeds; or `local`.")
    ] = None,
    password: Annotated[str | None, typer.Option(help="Opens encrypted files.", envvar="RAG_PASSWORD")] = None,
    pictures: Annotated[bool, typer.Option(help="Also recognise text in the pictures of documents.")] = False,
    allow_private: Annotated[bool, typer.Option(help="Fetch pages from private networks too.")] = False,
    watch: Annotated[bool, typer.Option(help="Go on, and keep the index in step with PATHS until Ctrl+C.")] = False,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Only readers with this label may read PATHS. Repeatable.")
    ] = None,
    meta: Annotated[
        list[str] | None, typer.Option("--meta", metavar="KEY=VALUE", help="Say this of PATHS. Repeatable.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read files into the index. Only what is new or changed is embedded."""
    how: dict[str, Any] = {"keep_versions": keep_versions, "ray": ray, "password": password, "pictures": pictures}
    how["labels"] = label or ()
    with Assistant.open(index, settings=_settings(chroma=chroma)) as assistant:
        files = [assistant.fetch_page(path, private=allow_private) if is_url(path) else Path(path) for path in paths]
        assistant.describe(files, _pairs(meta or []))
        report = _bring_up_to_date(assistant, files, json, sync=sync or watch, **how)
        for _ in assistant.changes(files) if watch else ():
            try:
                _bring_up_to_date(assistant, files, json, sync=True, **how)
            except CitespanError as error:  # somebody else may be writing, or the disk be full: that may pass
                output.err.print(f"error: {error}", style="red", markup=False)
    raise typer.Exit(FAILED if report.failed else 0)


def _pairs(values: list[str]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for value, (key, sign, _) in zip(values, pairs, strict=True):
        if not (key and sign) or "&" in value:
            raise typer.BadParameter(f"'{value}' is not KEY=VALUE, without &.", param_hint="--meta")
    return {key: said for key, _, said in pairs}


def _bring_up_to_date(assistant: Assistant, files: list[Path], json: bool, **how: Any) -> IngestReport:
    with meter("reading", output.err) as shown:
        told: dict[str, Any] = {"progress": shown.done, "on_failure": shown.failed, "on_page": shown.page}
        report = assistant.ingest(files, **how, **told)
    if json:
        output.print_json(asdict(report))
    else:
        output.print_ingest(report)
    return report


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="A question, in quotes.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    document: Annotated[
        list[str] | None, typer.Option("--document", "-d", help="Ask only these: an id, source or glob. Repeatable.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Who writes: auto, extractive, gguf:PATH, ollama:NAME, openai-like:URL#NAME.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="A conversation (JSON): read if it is there, then written with this turn.")
    ] = None,
    dropped: Annotated[bool, typer.Option("--dropped", help="Also show what failed verification, struck out.")] = False,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Keep statements that fail verification, and say so.")
    ] = False,
    show_doubtful: Annotated[
        bool | None, typer.Option("--show-doubtful", help="Show statements whose support is in doubt, marked.")
    ] = None,
    strictness: Annotated[Strictness | None, typer.Option(help=output.strictness_help())] = None,
    json: JsonOption = False,
) -> None:
    """Answer a question from the index, or say why not."""
    turns = read_turns(history) if history else []
    settings = _settings(strictness=strictness, show_doubtful=show_doubtful)
    with Assistant.open(index, create=False, generator=model, settings=settings) as assistant:
        answer = assistant.ask(question, documents=document, history=turns, verify=not unverified)
        if history:
            write_turns(history, [*turns, answer.to_dict()])
        if json:
            output.print_json(answer.to_dict())
        else:
            output.print_answer(answer, dropped=dropped)
    raise typer.Exit(REFUSED if answer.refusal else 0)


@app.command("docs")
def docs(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """List the documents in the index."""
    with Assistant.open(index, create=False) as assistant:
        documents = assistant.documents()
    if json:
        output.print_json([asdict(info) for info in documents])
    else:
        output.print_documents(documents)


@app.command("show")
def show(
    document: Annotated[str, typer.Argument(metavar="DOC", help="An id, the start of one, or a source.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    span: Annotated[str | None, typer.Option(help="START:END, as a citation gives them.")] = None,
    version: Annotated[str | None, typer.Option(help="An older version that was kept; the start of its hash.")] = None,
    outline: Annotated[
        bool,
        typer.Option("--outline", help="Its sections, pages and tables, and what of the file is not read."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show a document's text, or the characters that a citation names."""
    with Assistant.open(index, create=False) as assistant:
        found = assistant.document(document, version=version)
        if outline:
            info = next(item for item in assistant.documents() if item.doc_id == found.doc_id)
            sections = found.outline()
            if json:
                output.print_json({**asdict(info), "outline": [asdict(section) for section in sections]})
            else:
                output.print_outline(info, sections)
            return
    start, end = _span(span, len(found.text)) if span else (0, len(found.text))
    if json:
        known = {name: getattr(found, name) for name in ("doc_id", "source", "version", "encoding")}
        output.print_json({**known, "start": start, "end": end, "text": found.text[start:end]})
    else:
        output.print_document(found, (start, end) if span else None)


@app.command("remove")
def remove(documents: Documents, index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Remove documents from the index. The files themselves stay."""
    with Assistant.open(index, create=False) as assistant:
        sources = assistant.remove(documents)
    if json:
        output.print_json({"removed": sources})
    else:
        for source in sources:
            output.out.print(f"removed {source}", markup=False)


@app.command("rebuild")
def rebuild(index: IndexOption = Path(DEFAULT_INDEX), chroma: ChromaOption = None, json: JsonOption = False) -> None:
    """Rebuild the index from the texts it keeps: after a change of settings, or to restore or move vectors."""
    settings = _settings(chroma=chroma)
    with Assistant.open(index, create=False, settings=settings) as it, meter("rebuilding", output.err) as shown:
        chunks = it.rebuild(progress=shown.done)
    if json:
        output.print_json({"chunks": chunks})
    else:
        output.out.print(f"rebuilt: {chunks:,} chunks")


@app.command("check")
def check(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Check that every receipt is exact and that texts and vectors are in step."""
    with Assistant.open(index, create=False) as assistant:
        report = assistant.check(apart=True)
    if json:
        output.print_json(asdict(report))
    else:
        output.print_check(report)
    raise typer.Exit(FAILED if report.problems else 0)


@app.command("feedback")
def feedback(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Print the votes and comments that people gave to answers in the chat."""
    with Assistant.open(index, create=False) as assistant:
        entries = assistant.feedback.entries()
    if json:
        output.print_json([asdict(entry) for entry in entries])
    else:
        output.print_feedback(entries)


@app.command("stats")
def stats(index: IndexOption = Path(DEFAULT_INDEX), json: JsonOption = False) -> None:
    """Show what the index is made of: documents by type, lengths of chunks, growth, room on the disk."""
    with Assistant.open(index, create=False) as assistant:
        found = assistant.stats()
    if json:
        output.print_json(asdict(found))
    else:
        draw_stats(found, output.out)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    index: IndexOption = Path(DEFAULT_INDEX),
) -> None:
    """Write the index to one file, even while it is in use."""
    with Assistant.open(index, create=False) as assistant:
        assistant.backup(file)
    output.out.print(f"{index} backed up to {file}", markup=False)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `rag backup` has written.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    chroma: ChromaOption = None,
) -> None:
    """Make the index what it was when a backup was written, even while it is in use."""
    with Assistant.open(index, settings=_settings(chroma=chroma)) as assistant:
        assistant.restore(file)
    output.out.print(f"{index} restored from {file}", markup=False)


app.command("verify")(checking.verify)
app.command("pin")(checking.pin)
app.command("cite")(checking.cite)
app.command("fetch")(fetching.fetch)
app.command("serve")(serving.serve)
app.command("mcp")(serving.mcp)
app.add_typer(accounts.token, name="token")
app.add_typer(accounts.user, name="user")
app.command("calibrate")(threshold.calibrate)


def main() -> None:
    """The console script: the commands of this package and of those plugged in, errors in words."""
    _add_plugins(app)
    try:
        app()
    except CitespanError as error:
        output.err.print(f"error: {error}", style="red", markup=False)
        sys.exit(USAGE if isinstance(error, SettingsError) else FAILED)


def _settings(**given: object) -> Settings:
    """The settings with those options that were given."""
    return load_settings(**{name: value for name, value in given.items() if value is not None})


def _add_plugins(target: typer.Typer) -> None:
    for plugin in sorted(entry_points(group="citespan.commands"), key=lambda point: point.name):
        command: Any = plugin.load()
        if isinstance(command, typer.Typer):
            target.add_typer(command, name=plugin.name)
        else:
            target.command(plugin.name)(command)


def _span(text: str, length: int) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if match is None or not int(match[1]) <= int(match[2]) <= length:
        raise typer.BadParameter(f"'{text}' is not START:END within 0:{length}.", param_hint="--span")
    return int(match[1]), int(match[2])
