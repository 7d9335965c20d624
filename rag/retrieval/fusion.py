"""Fusion of a dense and a lexical ranking: a convex combination of their scores (Bruch, Gai & Ingber, TOIS 2023).

Cosines are taken as they are, BM25 scores as shares of the best one. Reciprocal rank fusion, which looks at ranks only,
was behind on both development sets (docs/lab/reader-log.md). It neither retrieves nor rescores.
"""

from collections.abc import Sequence

from rag.types import Ranked

# The weight of the cosines. On SQuAD 2.0's paragraphs and on SciFact flat between 0.6 and 0.8.
DENSE = 0.7


def fuse(dense: Sequence[Ranked], lexical: Sequence[Ranked], *, limit: int) -> list[Ranked]:
    """The `limit` best ids over both rankings, best first; ties go to the smaller id.

    `dense` scores are cosines, `lexical` ones BM25's. What the dense ranking leaves out is taken to be as far as the
    last that it has, what the lexical one leaves out to share no word.
    """
    cosines, shares = _scores(dense), _scores(lexical)
    farthest = min(cosines.values(), default=0.0)
    most = max(shares.values(), default=0.0) or 1.0
    fused = (
        Ranked(id=id_, score=round(DENSE * cosines.get(id_, farthest) + (1 - DENSE) * shares.get(id_, 0.0) / most, 6))
        for id_ in cosines.keys() | shares.keys()
    )
    return sorted(fused, key=lambda item: (-item.score, item.id))[:limit]


def _scores(ranking: Sequence[Ranked]) -> dict[str, float]:
    return {item.id: item.score for item in ranking}
