"""What the command line prints: tables, answers with their receipts, progress. Plain lines when piped.

Text from documents is printed as text: no markup in it is obeyed, and control characters are shown, not sent.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from rag.reports import CheckReport, DocumentInfo, IngestReport
from rag.types import Answer, Citation, Document
from rag.types import Progress as OnProgress

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

LineOf = Callable[[Citation], int]
"""A citation in, the number of the line it starts on out; lines count from 1."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NEWLINE = re.compile(r"\r\n|\r|\n")


def print_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def line_number(text: str, offset: int) -> int:
    """The number of the line that a character stands on; lines count from 1 and end in LF, CR LF or CR."""
    return 1 + len(_NEWLINE.findall(text, 0, offset))


def print_answer(answer: Answer, line_of: LineOf) -> None:
    """An answer with numbered receipts, or a refusal with the nearest passages."""
    if answer.refusal:
        out.print(_shown(answer.refusal.message, style="yellow"))
        _print_citations("The nearest passages:", answer.refusal.nearest, line_of)
        return
    numbers: dict[Citation, int] = {}
    text = Text()
    for statement in answer.statements:
        marks = [numbers.setdefault(citation, len(numbers) + 1) for citation in statement.citations]
        text.append_text(_shown(statement.text, style="bold"))
        text.append("".join(f" [{mark}]" for mark in marks) + " ", style="cyan")
    text.rstrip()
    out.print(text)
    _print_citations("Sources:", list(numbers), line_of)
    out.print(f"confidence {answer.confidence:.0%}", style="dim")


def print_documents(documents: Sequence[DocumentInfo]) -> None:
    """The documents of an index, one a line."""
    if not documents:
        out.print("The index is empty. Add documents with `rag ingest PATH`.")
        return
    if not out.is_terminal:
        for info in documents:  # not through Rich, which turns tabs into spaces
            values = info.doc_id, _shown(info.source), info.characters, info.chunks, info.version
            sys.stdout.write("\t".join(map(str, values)) + "\n")
        return
    source = Column("source", overflow="fold")
    table = Table("id", source, "characters", "chunks", "version", box=None, header_style="dim", pad_edge=False)
    for info in documents:
        sizes = f"{info.characters:,}", f"{info.chunks:,}"
        table.add_row(info.doc_id, _shown(info.source), *sizes, info.version[:12])
    out.print(table)


def print_document(document: Document, span: tuple[int, int] | None) -> None:
    """A document's text, all of it or between two offsets with what surrounds them."""
    if span is None:
        out.print(_shown(document.text), end="" if document.text.endswith("\n") else "\n")
        return
    start, end = span
    first, last = _paragraphs(document.text, start, end)
    out.print(f"{document.source}:{line_number(document.text, start)}  characters {start}–{end}", style="dim")
    text = _shown(document.text[first:start])
    text.append_text(_shown(document.text[start:end], style="black on yellow" if out.is_terminal else ""))
    out.print(text.append_text(_shown(document.text[end:last])) if out.is_terminal else document.text[start:end])


def print_ingest(report: IngestReport) -> None:
    """What an ingest did, and each file that failed."""
    for failure in report.failed:
        err.print(_shown(f"failed: {failure.reason}", style="red"))
    kinds = ("added", "changed", "unchanged", "removed", "failed")
    counts = ", ".join(f"{len(getattr(report, kind)):,} {kind}" for kind in kinds if getattr(report, kind))
    made = f"; {report.chunks:,} chunks, {report.embedded:,} texts embedded" if report.chunks else ""
    out.print(f"{counts or 'nothing to do'}{made} ({report.seconds:.1f} s)")


def print_check(report: CheckReport) -> None:
    """The state of an index, and each problem."""
    for problem in report.problems:
        err.print(_shown(f"problem: {problem}", style="red"))
    state = "sound" if not report.problems else f"{len(report.problems)} problems"
    out.print(f"{report.documents:,} documents, {report.chunks:,} chunks, {report.vectors:,} vectors: {state}")


@contextmanager
def progress_bar(label: str) -> Iterator[OnProgress]:
    """A progress bar on standard error while a block runs; nothing there when it is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_citations(title: str, citations: Sequence[Citation], line_of: LineOf) -> None:
    if not citations:
        return
    out.print()
    out.print(title, style="dim")
    for number, citation in enumerate(citations, start=1):
        place = Text(f"[{number}] ", style="cyan")
        place.append_text(_shown(f"{citation.source}:{line_of(citation)}"))
        out.print(place.append(f"  characters {citation.start}–{citation.end}", style="dim"))
        _print_indented(" ".join(citation.quote.split()))


def _print_indented(quote: str) -> None:
    """A quotation, indented: wrapped to the terminal's width, or whole on one line when piped."""
    if out.is_terminal:
        out.print(Padding(_shown(quote, style="italic"), (0, 0, 0, 4)), soft_wrap=False)
    else:
        out.print(Text("    ").append_text(_shown(quote)))


def _paragraphs(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the ends of its lines."""
    before = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    after = _NEWLINE.search(text, end)
    return before, after.start() if after else len(text)


def _shown(text: str, style: str = "") -> Text:
    return Text(_CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text.replace("\r\n", "\n")), style=style)
