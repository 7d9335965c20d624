"""`rag verify`, `rag pin` and `rag cite`: texts and their citations held against the documents.

Exit code 1 when something is not supported, or no longer holds.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from rag.assistant import Assistant
from rag.cli import output
from rag.cli.findings import Finding, Format, github, junit, page, where
from rag.cli.options import IndexOption
from rag.errors import SettingsError
from rag.pins.check import Checker, PinState
from rag.pins.compare import find
from rag.pins.pins import cited_statements, pinned, read_json, read_pins, write_pins
from rag.settings import DEFAULT_INDEX
from rag.types import CheckedStatement, Citation, Document, Verdict, Verification

NOT_SUPPORTED = 1
STANDARD_INPUT = "-"
Only = Annotated[
    list[str] | None, typer.Option("--document", "-d", help="Use only this one: an id or source. Repeatable.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="What to print.")]
_SIGNS = {"supported": ("✓", "green"), "contradicted": ("✗", "red"), "not_found": ("?", "yellow")}


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text to check; - reads standard input.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    document: Only = None,
    form: FormatOption = "text",
) -> None:
    """Check any text against the documents, statement by statement. Exit code 1 when something is not supported."""
    text = _text(file)
    with Assistant.open(index, create=False) as assistant:
        found = assistant.verify(text, documents=document)
    findings = [_finding(statement, text, file) for statement in found.statements]
    if form == "text":
        _print_verification(found, text)
    elif form == "json":
        output.print_json(found.to_dict())
    else:
        sys.stdout.write(page(text, found, file) if form == "html" else _report(findings, form, "rag verify"))
    raise typer.Exit(0 if all(finding.passed for finding in findings) else NOT_SUPPORTED)


def pin(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An answer's JSON, or a text; with --check, pins.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to keep the pins.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Hold the pins in FILE against the documents.")] = False,
    document: Only = None,
    form: FormatOption = "text",
) -> None:
    """Keep the citations of an answer or a text in a file; or check, with --check, whether they still hold."""
    with Assistant.open(index, create=False) as assistant:
        if check:
            raise typer.Exit(_check_pins(assistant, file, form))
        if out is None:
            raise typer.BadParameter("Say where to keep the pins, such as -o citations.json.", param_hint="--out")
        raise typer.Exit(_make_pins(assistant, file, out, document))


def cite(
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Words of a document, in quotes.")],
    index: IndexOption = Path(DEFAULT_INDEX),
    document: Only = None,
    statement: Annotated[
        str | None, typer.Option(help="What the words support; the words themselves by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Add a pin to this file.")] = None,
) -> None:
    """Find words in the documents and print their citations; with -o, add a pin to a file. Exit code 1: not found."""
    with Assistant.open(index, create=False) as assistant:
        read = [assistant.document(doc_id) for doc_id in _ids(assistant, document)]
    found = [(text, _cited(text, *span)) for text in read for span in find(text.text, words)]
    if out and len(found) > 1:
        raise SettingsError(f"“{words}” stands in {len(found)} places. Give more words, or --document.")
    if out and found:
        known = read_pins(out) if out.exists() else []
        write_pins(out, [*known, pinned(statement or words, found[0][1], found[0][0])])
    output.print_json([citation.to_dict() for _, citation in found])
    raise typer.Exit(0 if found else NOT_SUPPORTED)


def _make_pins(assistant: Assistant, file: Path, out: Path, documents: Sequence[str] | None) -> int:
    """Keep pins of an answer's JSON, or of those statements of a text that are supported; the exit code."""
    missing: list[CheckedStatement] = []
    if file.suffix == ".json":
        cited = cited_statements(read_json(file))
    else:
        found = assistant.verify(_text(str(file)), documents=documents)
        cited = [
            (it.text, citation) for it in found.statements if it.verdict == "supported" for citation in it.citations
        ]
        missing = [it for it in found.statements if it.verdict != "supported"]
    pins = [pinned(text, one, assistant.document(one.doc_id, version=one.version)) for text, one in cited]
    write_pins(out, pins)
    for statement in missing:
        output.err.print(f"not pinned, {statement.verdict.replace('_', ' ')}: {statement.text}", markup=False)
    output.out.print(f"{len(pins)} citations pinned in {out}", markup=False)
    return NOT_SUPPORTED if missing else 0


def _check_pins(assistant: Assistant, file: Path, form: Format) -> int:
    states = _checker(assistant).check(read_pins(file))
    if form == "json":
        output.print_json([state.to_dict() for state in states])
    elif form == "text":
        for state in states:
            _print_pin(state)
    elif form == "html":
        raise typer.BadParameter("Pins are checked as text, json, junit or github.", param_hint="--format")
    else:
        sys.stdout.write(_report([_pin_finding(state, file) for state in states], form, "rag pin"))
    return 0 if all(state.holds for state in states) else NOT_SUPPORTED


def _checker(assistant: Assistant) -> Checker:
    ids = [info.doc_id for info in assistant.documents()]

    def document(doc_id: str) -> Document | None:
        return assistant.document(doc_id) if doc_id in ids else None

    def judge(statement: str, doc_ids: Sequence[str]) -> Verdict:
        verdicts = {it.verdict for it in assistant.verify(statement, documents=doc_ids or None).statements}
        worst: Verdict = "contradicted" if "contradicted" in verdicts else "not_found"
        return "supported" if verdicts == {"supported"} else worst

    return Checker(document, lambda: map(assistant.document, ids), judge)


def _finding(statement: CheckedStatement, text: str, file: str) -> Finding:
    rests = "; ".join(f"{where(one)}: “{' '.join(one.quote.split())}”" for one in statement.citations)
    return Finding(
        title=" ".join(statement.text.split()),
        passed=statement.verdict == "supported",
        problem=statement.verdict.replace("_", " "),
        message=rests or "The documents do not say this.",
        file="stdin" if file == STANDARD_INPUT else file,
        line=text.count("\n", 0, statement.start) + 1,
    )


def _pin_finding(state: PinState, file: Path) -> Finding:
    told = {
        "changed": f"{state.diff} The statement is {state.verdict.replace('_', ' ')} by the words as they are now.",
        "gone": f"“{state.pin.quote}” is gone. The documents say: {state.verdict.replace('_', ' ')}.",
    }
    place = state.place
    return Finding(
        title=" ".join(state.pin.statement.split()),
        passed=state.holds,
        problem=place.state,
        message=told.get(place.state, ""),
        file=str(file) if place.state == "gone" else place.source,
        line=state.line,
    )


def _report(findings: Sequence[Finding], form: Format, suite: str) -> str:
    return junit(findings, suite) if form == "junit" else github(findings)


def _print_verification(found: Verification, text: str) -> None:
    for statement in found.statements:
        sign, colour = _SIGNS[statement.verdict]
        line = text.count("\n", 0, statement.start) + 1
        shown = f"{sign} {' '.join(statement.text.split())}"
        output.out.print(f"{line}: {shown}", style=colour, markup=False)
        if statement.verdict != "supported" or output.out.is_terminal:
            for one in statement.citations:
                output.out.print(f"    {where(one)}: {' '.join(one.quote.split())}", style="dim", markup=False)
    counts = ", ".join(
        f"{sum(it.verdict == verdict for it in found.statements)} {verdict.replace('_', ' ')}" for verdict in _SIGNS
    )
    output.out.print(f"{len(found.statements)} statements: {counts}")


def _print_pin(state: PinState) -> None:
    place, pin = state.place, state.pin
    at = f"{place.source}:{state.line}" if state.line else pin.source
    style = "green" if state.holds else "red"
    output.out.print(f"{place.state:<9} {at}  {' '.join(pin.statement.split())}", style=style, markup=False)
    if place.state == "changed":
        output.out.print(f"          {state.diff}", markup=False)
    if place.state in {"changed", "gone"}:
        output.out.print(f"          the statement is {state.verdict.replace('_', ' ')} now", style="dim", markup=False)


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == STANDARD_INPUT else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as text: {error}. Give a text file in UTF-8.") from error


def _ids(assistant: Assistant, patterns: Sequence[str] | None) -> list[str]:
    infos = assistant.documents()
    if patterns is None:
        return [info.doc_id for info in infos]
    return sorted({assistant.document(pattern).doc_id for pattern in patterns})


def _cited(document: Document, start: int, end: int) -> Citation:
    return Citation(
        document.doc_id,
        document.source,
        document.version,
        start,
        end,
        document.text[start:end],
        score=1.0,
        line=document.line_at(start),
    )
