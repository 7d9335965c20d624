"""What a check found, for people and for machines: JUnit, GitHub annotations, a marked-up page. Decides nothing.

Sources: https://github.com/testmoapp/junitxml and
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rag.types import Citation, Verification

Format = Literal["text", "json", "junit", "github", "html"]
_NOT_XML = {code: None for code in range(32) if chr(code) not in "\t\n\r"}
_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;white-space:pre-wrap}"
    "mark{background:none;border-bottom:.15em solid}.supported{border-color:#2a2}.not_found{border-color:#c80;"
    "background:#fff3d6}.contradicted{border-color:#c22;background:#fdd}@media(prefers-color-scheme:dark){"
    ":root{color-scheme:dark}.not_found{background:#432}.contradicted{background:#522}}"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: a title for what it is, whether it passed, and what to say when it did not."""

    title: str
    passed: bool
    problem: str
    message: str
    file: str
    line: int | None = None


def junit(findings: Sequence[Finding], suite: str) -> str:
    """Findings as a JUnit report: a test case each."""
    root = Element("testsuites")
    failed = sum(not finding.passed for finding in findings)
    inside = SubElement(root, "testsuite", name=suite, tests=str(len(findings)), failures=str(failed))
    for finding in findings:
        case = SubElement(inside, "testcase", classname=finding.file, name=_xml(finding.title))
        if not finding.passed:
            SubElement(case, "failure", message=_xml(finding.problem), type=finding.problem).text = _xml(
                finding.message
            )
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def github(findings: Sequence[Finding]) -> str:
    """Findings that did not pass as annotations, one a line, as a GitHub workflow prints them."""
    return "".join(
        f"::error file={_property(it.file)},{f'line={it.line},' if it.line else ''}title={_property(it.problem)}::"
        f"{_data(f'{it.title}: {it.message}')}\n"
        for it in findings
        if not it.passed
    )


def page(text: str, verification: Verification, title: str) -> str:
    """A text with its statements marked, and what each rests on when it is pointed at. It loads nothing."""
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    return f"{head}<style>{_STYLE}</style><body>{''.join(_marked(text, verification))}</body></html>\n"


def where(citation: Citation) -> str:
    """A citation's document and place, in short."""
    place = f", page {citation.page}" if citation.page else f":{citation.line}" if citation.line else ""
    return f"{citation.source}{place}"


def _marked(text: str, verification: Verification) -> Iterator[str]:
    at = 0
    for statement in verification.statements:
        rests = "\n".join(f"{where(one)}: {one.quote}" for one in statement.citations)
        told = escape(f"{statement.verdict.replace('_', ' ')} ({statement.support:.0%})\n{rests}", quote=True)
        yield escape(text[at : statement.start])
        shown = escape(text[statement.start : statement.end])
        yield f'<mark class="{statement.verdict}" title="{told}">{shown}</mark>'
        at = statement.end
    yield escape(text[at:])


def _xml(text: str) -> str:
    return text.translate(_NOT_XML)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
