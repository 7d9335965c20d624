"""Central sentences: what a text is about, as sentences of its own.

Centrality is LexRank (Erkan & Radev, JAIR 2004) over TF-IDF vectors, so that no model is needed and a long document
costs a second; sentences are chosen by maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.text.english.tokens import stems, words
from rag.types import Evidence

if TYPE_CHECKING:
    from rag.types import Vectors

DAMPING = 0.85  # of PageRank
_STEPS = 50
COPIES = 0.6  # the cosine from which two sentences say the same: they do not vote for each other, or fillers would win
_REDUNDANCY = 0.7  # what likeness to a chosen sentence costs
_SAME_SECTION = 0.25  # what each sentence chosen from the same section costs
_OPENS = 0.35  # what the first sentence of a section gains
_NUMBERED = 0.3  # what a sentence with a figure gains
_SHORT, _LONG = 6, 45  # words; a sentence outside says little by itself, or too much
_OUTSIDE = 0.5  # what that costs


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might stand for its document. `section` is a key of the section it is in, `opens` whether it is
    the first of that section, `leans` whether it needs the sentence before it.
    """

    evidence: Evidence
    section: int
    opens: bool
    leans: bool = False


def central(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """The `count` sentences that say most of a text, in its order. Deterministic."""
    if len(candidates) <= count:
        return list(candidates)
    likeness = similarities([item.evidence.quote for item in candidates])
    ranks = lexrank(likeness)
    worth = [rank + _own(item) for rank, item in zip(ranks, candidates, strict=True)]
    chosen: list[int] = []
    while len(chosen) < count:
        rest = [at for at in range(len(candidates)) if at not in chosen]
        chosen.append(min(rest, key=lambda at: (-_marginal(at, worth, likeness, candidates, chosen), at)))
    return [candidates[at] for at in sorted(chosen)]


def similarities(texts: Sequence[str]) -> "Vectors":
    """The cosines of TF-IDF vectors of texts: (n, n) float32, ones on the diagonal where a text has words."""
    import numpy as np

    counts = [Counter(stems(text)) for text in texts]
    having = Counter(stem for count in counts for stem in count)
    places = {stem: at for at, stem in enumerate(sorted(having))}
    rows = np.zeros((len(texts), len(places)), dtype=np.float32)
    for row, count in zip(rows, counts, strict=True):
        for stem, times in count.items():
            row[places[stem]] = times * math.log(1 + len(texts) / having[stem])
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows @ rows.T


def lexrank(likeness: "Vectors") -> list[float]:
    """How central each sentence is, 0..1 with 1 for the most central: PageRank over likeness (continuous LexRank)."""
    import numpy as np

    size = len(likeness)
    votes = np.where(likeness < COPIES, likeness, 0) + np.eye(len(likeness), dtype=np.float32)
    steps = votes / votes.sum(axis=1, keepdims=True)
    rank = np.full(size, 1 / size)
    for _ in range(_STEPS):
        rank = (1 - DAMPING) / size + DAMPING * (steps.T @ rank)
    return [round(float(value), 6) for value in rank / rank.max()]


def _own(item: Candidate) -> float:
    """What a sentence is worth by where it stands and how it is made."""
    said = words(item.evidence.quote)
    figures = _NUMBERED if any(word[0].isdigit() for word in said) else 0.0
    outside = _OUTSIDE if not _SHORT <= len(said) <= _LONG else 0.0
    return (_OPENS if item.opens else 0.0) + figures - outside - (_OUTSIDE if item.leans else 0.0)


def _marginal(
    at: int, worth: Sequence[float], likeness: "Vectors", candidates: Sequence[Candidate], chosen: Sequence[int]
) -> float:
    """What a sentence adds to those that are chosen."""
    nearest = max((float(likeness[at, other]) for other in chosen), default=0.0)
    beside = sum(candidates[other].section == candidates[at].section for other in chosen)
    return round(worth[at] - _REDUNDANCY * nearest - _SAME_SECTION * beside, 6)
