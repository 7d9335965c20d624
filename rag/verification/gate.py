"""Drafts held to the sources: which evidence bears a statement out, and whether any does.

Numbers, dates, names and negations are checked by rule, the rest by the `Verifier`. A statement that its own evidence
does not bear out gets one chance with the other sentences that were retrieved. Every doubt counts against it.
"""

import math
from collections.abc import Iterator, Sequence

from rag.protocols import Verifier
from rag.text.english.tokens import stems, words
from rag.types import Draft, Evidence, Reading
from rag.verification.alignment import keeping
from rag.verification.grounding import unfounded
from rag.verification.verifier import THRESHOLD, supported

# The share of a statement's words that must stand in one sentence that it cites, in their order, by
# `rag.verification.alignment.keeping`. Chosen by reading what two small models wrote; see docs/how-to/generators.md.
CLOSE = 0.87
_ASKING = frozenset("what who whom whose which when where why how".split())
LEAST_WORDS = 4  # fewer say nothing that could be checked: the name of a country is in every second sentence
OTHERS = 4  # sentences tried for a statement whose own evidence fails; those that share most words with it


def settled(draft: Draft, reading: Reading, verifier: Verifier) -> tuple[Draft, float]:
    """The draft with the evidence that bears it out, and its support (0..1).

    That is the evidence it names, less what adds nothing; or, where that fails, another retrieved sentence, alone or
    with those. When nothing does, the draft comes back as it was, with the support its own evidence gives.
    """
    own = support(draft, verifier)
    if own >= THRESHOLD:
        return _lean(draft, own, verifier)
    for evidence in _others(draft, reading):
        attempt = Draft(draft.text, evidence)
        found = support(attempt, verifier)
        if found >= THRESHOLD:
            return _lean(attempt, found, verifier)
    return draft, own


def support(draft: Draft, verifier: Verifier) -> float:
    """How well the evidence it names bears a draft out, 0..1.

    That is 0 when a particular is missing from it, for a few words or a question that are no sentence of it, and for a
    statement that keeps too little to the words of any. What rules can tell no model is asked.
    """
    quotes = [item.quote for item in draft.evidence]
    if not quotes or unfounded(draft.text, quotes) or _states_nothing(draft.text, quotes):
        return 0.0
    if keeping(draft.text, quotes) < CLOSE:
        return 0.0
    found = supported(draft, verifier)
    return min(max(found, 0.0), 1.0) if math.isfinite(found) else 0.0


def _states_nothing(text: str, quotes: Sequence[str]) -> bool:
    """Whether it is a few words or a question, or ends in mid-question, and is no sentence of the evidence."""
    said = words(text)
    says_little = len(said) < LEAST_WORDS or said[-1] in _ASKING or text.rstrip().endswith("?")
    return says_little and text.split() not in [quote.split() for quote in quotes]


def _lean(draft: Draft, full: float, verifier: Verifier) -> tuple[Draft, float]:
    """The draft without evidence whose loss costs no support; the least relevant goes first."""
    for item in sorted(draft.evidence, key=_relevance):
        rest = tuple(other for other in draft.evidence if other is not item)
        without = support(Draft(draft.text, rest), verifier)
        if rest and without >= full:
            draft, full = Draft(draft.text, rest), without
    return draft, full


def _others(draft: Draft, reading: Reading) -> Iterator[tuple[Evidence, ...]]:
    """Evidence to try in its place: one sentence, then one beside those it names."""
    said = set(stems(draft.text))
    unnamed = [item for item in reading.evidence if item not in draft.evidence]
    near = sorted(unnamed, key=lambda item: (-len(said & set(stems(item.quote))), *_rank(item)))[:OTHERS]
    yield from ((item,) for item in near)
    if draft.evidence:
        yield from ((*draft.evidence, item) for item in near)


def _relevance(item: Evidence) -> tuple[float, str, int]:
    return item.score, item.chunk.doc_id, -item.start


def _rank(item: Evidence) -> tuple[float, str, int]:
    return -item.score, item.chunk.doc_id, item.start
