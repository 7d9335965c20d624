"""From evidence to receipts. Offsets come with the evidence; nothing is looked for in the text."""

from collections.abc import Callable

from rag.types import Citation, Evidence

CONTEXT = 32  # characters kept before and after a quote, as much as the W3C model's examples show

TextOf = Callable[[str, int, int], str]
"""(doc_id, start, end) in, the characters of that document between them out, cut off at its ends."""


def cite(evidence: Evidence, text_of: TextOf) -> Citation | None:
    """The citation of a piece of evidence, or None when the document no longer holds those characters there."""
    chunk = evidence.chunk
    first = max(0, evidence.start - CONTEXT)
    around = text_of(chunk.doc_id, first, evidence.end + CONTEXT)
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
        prefix=around[:before],
        suffix=around[before + length :],
    )
