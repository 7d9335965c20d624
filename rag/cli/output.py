"""What the command line prints: tables, answers with their receipts, progress. Plain lines when piped.

Text from documents is printed as text: no markup in it is obeyed, and control characters are shown, not sent.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from rag.models.calibration import load_calibration
from rag.models.registry import best_reader, calibration_of
from rag.reports import CheckReport, DocumentInfo, Feedback, FilePassedOver, IngestReport
from rag.text.blocks import LINE_BREAK
from rag.text.context import in_words
from rag.types import UNVERIFIED, Answer, Citation, Document, Section

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_NAMED = 10  # files that are named where many were skipped for one reason
MOST_SHOWN = 24  # citations that are printed: a sum may rest on hundreds of cells
FOLDED = 6  # citations of one statement, beyond which their numbers are told as a range
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def strictness_help() -> str:
    """What each strictness costs and brings, as it was measured on development questions."""
    points = load_calibration(calibration_of(best_reader())).strictness
    measured = "; ".join(
        f"{name} refuses {point['over_refusal']:.0%} of what the documents answer and {point['refusal_recall']:.0%} of "
        "what they do not"
        for name, point in points.items()
    )
    return f"How sure to be before answering. On development questions {measured}."


def print_answer(answer: Answer, *, dropped: bool = False) -> None:
    """An answer with numbered receipts, or a refusal with the nearest passages; and on request what was dropped."""
    if answer.standalone_question != answer.question.strip():
        out.print(_shown(f"Looked up: {answer.standalone_question}", style="dim"))
    if answer.refusal:
        out.print(_shown(answer.refusal.message, style="yellow"))
        _print_citations("The nearest passages:", answer.refusal.nearest)
    else:
        _print_statements(answer)
    _print_remarks(answer, dropped)


def _print_statements(answer: Answer) -> None:
    if not answer.statements:
        out.print(_shown(answer.text, style="bold"))
        return
    numbers: dict[Citation, int] = {}
    text = Text() if answer.verified else Text(UNVERIFIED, style="bold red")
    for statement in answer.statements:
        marks = [numbers.setdefault(citation, len(numbers) + 1) for citation in statement.citations]
        text.append_text(_shown(statement.text, style="bold"))
        text.append(f"{_marks(marks)} ", style="cyan")
    text.rstrip()
    out.print(text)
    _print_citations("Sources:", list(numbers))
    out.print(f"confidence {answer.confidence:.0%}", style="dim")


def _marks(numbers: Sequence[int]) -> str:
    """The numbers of a statement's citations; of many, the first and the last."""
    if len(numbers) > FOLDED:
        return f" [{numbers[0]}–{numbers[-1]}]"
    return "".join(f" [{number}]" for number in numbers)


def _print_remarks(answer: Answer, dropped: bool) -> None:
    """What people should know besides: notes, and the statements that failed verification, or how many."""
    for note in answer.notes:
        out.print(_shown(f"{note.message}{f' ({note.count})' if note.count > 1 else ''}", style="dim"))
    if not answer.dropped:
        return
    count = f"{len(answer.dropped)} dropped: unsupported by the documents, or beside the question"
    out.print(f"{count}." if not dropped else f"{count}:", style="dim")
    for statement in answer.dropped if dropped else ():
        struck = _shown(statement.text, style="strike dim")
        out.print(Text("  ").append_text(struck if out.is_terminal else _shown(f"~~{statement.text}~~")))


def print_documents(documents: Sequence[DocumentInfo]) -> None:
    """The documents of an index, one a line."""
    if not documents:
        out.print("The index is empty. Add documents with `rag ingest PATH`.")
        return
    if not out.is_terminal:
        for info in documents:  # not through Rich, which turns tabs into spaces
            sizes = info.characters, info.chunks, info.version, info.pages, info.tables, info.language
            values = info.doc_id, _shown(info.source), *sizes, "; ".join(info.gaps)
            sys.stdout.write("\t".join(map(str, values)) + "\n")
        return
    source = Column("source", overflow="fold")
    names = "characters", "chunks", "pages", "tables", "language", "version"
    table = Table("id", source, *names, box=None, header_style="dim", pad_edge=False)
    for info in documents:
        cells = f"{info.characters:,}", f"{info.chunks:,}", f"{info.pages or ''}", f"{info.tables or ''}", info.language
        table.add_row(info.doc_id, _shown(info.source), *cells, info.version[:12])
        for gap in info.gaps:
            table.add_row("", _shown(f"not read: {gap}", style="yellow"))
    out.print(table)


def print_outline(info: DocumentInfo, sections: Sequence[Section]) -> None:
    """A document's sections, its pages, tables and language, and what of its file is not in the text."""
    counts = ((info.pages, "page"), (info.tables, "table"), (len(sections), "section"))
    shown = [f"{count:,} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    facts = [f"{info.characters:,} characters", *shown, *([f"language {info.language}"] if info.language else [])]
    out.print(_shown(f"{info.source}: {', '.join(facts)}", style="dim"))
    for section in sections:
        out.print(_shown(f"{'  ' * (section.level - 1)}{section.title}  {section.start}–{section.end}"))
    for gap in info.gaps:
        out.print(_shown(f"not read: {gap}", style="yellow"))


def print_document(document: Document, span: tuple[int, int] | None) -> None:
    """A document's text, all of it or between two offsets with what surrounds them."""
    if span is None:
        out.print(_shown(document.text), end="" if document.text.endswith("\n") else "\n")
        return
    start, end = span
    first, last = _paragraphs(document.text, start, end)
    out.print(f"{document.source}:{document.line_at(start)}  characters {start}–{end}", style="dim")
    text = _shown(document.text[first:start])
    text.append_text(_shown(document.text[start:end], style="black on yellow" if out.is_terminal else ""))
    out.print(text.append_text(_shown(document.text[end:last])) if out.is_terminal else document.text[start:end])


def print_ingest(report: IngestReport) -> None:
    """What an ingest did, and each file that failed."""
    for warning in report.warnings:
        err.print(_shown(f"{warning.source}: {warning.message}", style="yellow"))
    for line in _passed_over(report.passed_over):
        err.print(_shown(line, style="yellow"))
    for failure in report.failed:
        err.print(_shown(f"failed: {failure.reason}", style="red"))
    kinds = ("added", "changed", "unchanged", "removed", "failed", "passed_over")
    numbers = {kind.replace("_", " "): len(getattr(report, kind)) for kind in kinds}
    counts = ", ".join(f"{count:,} {kind}" for kind, count in numbers.items() if count)
    made = f"; {report.chunks:,} chunks, {report.embedded:,} texts embedded" if report.chunks else ""
    out.print(f"{counts or 'nothing to do'}{made} ({report.seconds:.1f} s)")


def _passed_over(files: Sequence[FilePassedOver]) -> Iterator[str]:
    """Files that were not read, a line for each reason: how many, which, and why."""
    in_order = sorted(files, key=lambda item: item.reason)
    for reason, group in groupby(in_order, key=lambda item: item.reason):
        names = [item.source for item in group]
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        yield f"passed over {len(names):,}: {', '.join(names[:_NAMED])}{more}: {reason}"


def print_check(report: CheckReport) -> None:
    """The state of an index, and each problem."""
    for problem in report.problems:
        err.print(_shown(f"problem: {problem}", style="red"))
    state = "sound" if not report.problems else f"{len(report.problems)} problems"
    out.print(f"{report.documents:,} documents, {report.chunks:,} chunks, {report.vectors:,} vectors: {state}")


def print_feedback(entries: Sequence[Feedback]) -> None:
    """Votes, one a line, each comment below its own."""
    if not entries:
        out.print("Nobody has voted on an answer yet. The chat has a thumb up and a thumb down below each.")
    for entry in entries:
        out.print(Text(f"{entry.time}  {entry.vote:<4}  ").append_text(_shown(" ".join(entry.question.split()))))
        if entry.comment:
            _print_indented(" ".join(entry.comment.split()))


def _print_citations(title: str, citations: Sequence[Citation]) -> None:
    if not citations:
        return
    out.print()
    out.print(title, style="dim")
    for number, citation in enumerate(citations[:MOST_SHOWN], start=1):
        place = Text(f"[{number}] ", style="cyan")
        place.append_text(_shown(f"{citation.source}{_where(citation)}"))
        out.print(place.append(f"  characters {citation.start}–{citation.end}", style="dim"))
        if citation.context:
            _print_indented(f"{in_words(citation.context)} ›", style="dim")
        _print_indented(" ".join(citation.quote.split()))
    if len(citations) > MOST_SHOWN:
        out.print(f"and {len(citations) - MOST_SHOWN:,} more; --json lists them all", style="dim")


def _where(citation: Citation) -> str:
    """The page, row or line of a citation, as it follows the file's name."""
    if citation.page or citation.row:
        return f", page {citation.page}" if citation.page else f", row {citation.row}"
    if citation.time is not None:
        return f", {citation.time // 3600}:{citation.time // 60 % 60:02}:{citation.time % 60:02}"
    return f":{citation.line}" if citation.line else ""


def _print_indented(quote: str, style: str = "italic") -> None:
    """A quotation, indented: wrapped to the terminal's width, or whole on one line when piped."""
    if out.is_terminal:
        out.print(Padding(_shown(quote, style=style), (0, 0, 0, 4)), soft_wrap=False)
    else:
        out.print(Text("    ").append_text(_shown(quote)))


def _paragraphs(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the ends of its lines."""
    before = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    after = LINE_BREAK.search(text, end)
    return before, after.start() if after else len(text)


def _shown(text: str, style: str = "") -> Text:
    return Text(_CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text.replace("\r\n", "\n")), style=style)
