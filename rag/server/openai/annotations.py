"""The text of an answer, and its citations as annotations of that text.

A `url_citation` spans the statement that it supports; its address opens the cited characters. Offsets are code points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.server.api.context import span_address
from rag.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation of the characters `start` to `end` of an answer's text; `file` numbers its document from 0."""

    start: int
    end: int
    citation: Citation
    file: int


def marks(answer: Answer, text: str) -> Iterator[Mark]:
    """The citations of an answer, by the place of their statement in a text that has the statements in order."""
    files: dict[str, int] = {}
    at = 0
    for statement in answer.statements:
        start = text.find(statement.text, at)
        start, end = (start, start + len(statement.text)) if start >= 0 else (at, len(text))
        at = end if start >= 0 else at
        for citation in statement.citations:
            yield Mark(start, end, citation, files.setdefault(citation.doc_id, len(files)))


def url_citation(mark: Mark, address: str, collection: str | None) -> dict[str, Any]:
    """A citation with the address of its span."""
    return {
        "start_index": mark.start,
        "end_index": mark.end,
        "title": mark.citation.source,
        "url": span_address(address, mark.citation, collection),
    }


def file_citation(mark: Mark) -> dict[str, Any]:
    """A citation of a file."""
    citation = mark.citation
    return {"type": "file_citation", "file_id": citation.doc_id, "filename": citation.source, "index": mark.file}
