"""From evidence to receipts. Offsets come with the evidence; nothing is looked for in the text."""

from collections.abc import Callable

from rag.text.blocks import LINE_BREAK
from rag.types import Citation, Evidence, PlaceKind

CONTEXT = 32  # characters kept before and after a quote, as much as the W3C model's examples show

TextOf = Callable[[str, str, int, int], str]
"""(doc_id, version, start, end) in, the characters between them out, cut off at the text's ends; empty if not there."""


def cite(evidence: Evidence, text_of: TextOf) -> Citation | None:
    """The citation of a piece of evidence, or None when that version no longer is there, or says something else."""
    chunk = evidence.chunk
    first = max(0, evidence.start - CONTEXT)
    around = text_of(chunk.doc_id, chunk.version, first, evidence.end + CONTEXT)
    before, length = evidence.start - first, evidence.end - evidence.start
    if around[before : before + length] != evidence.quote:
        return None
    return Citation(
        doc_id=chunk.doc_id,
        source=chunk.source,
        version=chunk.version,
        start=evidence.start,
        end=evidence.end,
        quote=evidence.quote,
        score=round(evidence.score, 6),
        context=evidence.context,
        prefix=around[:before],
        suffix=around[before + length :],
        page=_place(evidence, "page"),
        row=_place(evidence, "row"),
        line=_place(evidence, "line"),
        time=_place(evidence, "time"),
    )


def _place(evidence: Evidence, kind: PlaceKind) -> int | None:
    """The page, row or line that a piece of evidence begins on."""
    chunk = evidence.chunk
    place = next((place for place in reversed(chunk.places) if place.start <= evidence.start), None)
    if place is None or place.kind != kind:
        return None
    lines = len(LINE_BREAK.findall(chunk.text, 0, evidence.start - chunk.start)) if place.kind == "line" else 0
    return place.number + lines
