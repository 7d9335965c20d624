"""Case rows for a person to complete: gold spans chosen evenly over the documents, the questions left to be written.

A draft has no question worth asking, so nothing may score it: `eval.datasets.cases.load` refuses rows that are still
drafts.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from eval.datasets.cases import Case, Span
from eval.errors import CasesError
from rag import Document

SENTENCE = re.compile(r"\S[^\n]*?[.!?][”\"')]*(?=\s|$)")  # good enough to suggest; the person moves its ends
LEAST = 40  # characters: shorter ones are headings and list marks
ASK = "WRITE A QUESTION that this gold answers"


def drafts(documents: Iterable[Document], count: int) -> tuple[Case, ...]:
    """At most `count` drafts, on sentences spread evenly over all documents.

    Raises CasesError when the documents hold no sentence to ask about.
    """
    spans = [span for document in documents for span in _sentences(document)]
    if not spans:
        raise CasesError("There is no sentence to ask about. Ingest some documents first: `rag ingest PATH`.")
    step = max(1, len(spans) // count)
    return tuple(_draft(number, span) for number, span in enumerate(spans[::step][:count], start=1))


def lines(cases: Iterable[Case]) -> str:
    """The cases as JSON Lines."""
    return "".join(json.dumps(asdict(case), ensure_ascii=False) + "\n" for case in cases)


def _sentences(document: Document) -> Iterator[Span]:
    for match in SENTENCE.finditer(document.text):
        if match.end() - match.start() >= LEAST:
            yield Span(document.source, match.start(), match.end(), match[0])


def _draft(number: int, span: Span) -> Case:
    note = "and a short answer; then remove `draft`. Add rows without gold for what the documents do not say."
    return Case(f"draft-{number:03}", ASK, "own", answers=("",), gold=((span,),), note=note, draft=True)
