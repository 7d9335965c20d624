"""Whether a statement is words of the documents: a quotation, or one without insertions. Rules only, no model.

What is cut at any other place may be the condition on which the rest holds, so that only a `Verifier` can tell.
"""

import re
from collections.abc import Sequence

from rag.text.sentences import sentence_spans

# What a sentence says without as well: parentheses, and relative clauses between commas.
_INSERTION = re.compile(
    r"\s*\([^()]*\)|\s*\[[^\[\]]*\]|,\s+(?:which|who|whose|where)\b[^,;:()]*(?:,|(?=[.!?]$))", re.IGNORECASE
)


def is_quotation(statement: str, evidence: Sequence[str]) -> bool:
    """Whether whole sentences of one piece of evidence, or all of it, are the statement; insertions may be left out."""
    said = _plain(statement)
    return bool(said) and any(_within(said, _flat(quote)) for quote in evidence)


def _within(said: str, quote: str) -> bool:
    sentences = _sentences(quote)
    runs = (" ".join(sentences[a:b]) for a in range(len(sentences)) for b in range(a + 1, len(sentences) + 1))
    return said == _plain(quote) or any(said in {_plain(run), _plain(_INSERTION.sub("", run))} for run in runs)


def _sentences(quote: str) -> list[str]:
    return [quote[span.start : span.end] for span in sentence_spans(quote)]


def _plain(text: str) -> str:
    """A text as it is compared: on one line, without what ends it and a mark of a list before it, in lower case."""
    spaced = re.sub(r"\s+(?=[.!?;:,])", "", _flat(text))  # tokenised texts part marks from words
    return re.sub(r"^[-–—•*]\s+|[.!?;:,]+$", "", spaced).casefold()


def _flat(text: str) -> str:
    return " ".join(text.split())
