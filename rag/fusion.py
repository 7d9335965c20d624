"""Reciprocal rank fusion of ranked lists (Cormack, Clarke & Büttcher, SIGIR 2009).

Fuses ranks only; it neither retrieves nor rescores.
"""

from collections import defaultdict
from collections.abc import Sequence

from rag.types import Ranked

RANK_CONSTANT = 60  # the paper's; the method is known to be flat around it


def fuse(rankings: Sequence[Sequence[Ranked]], *, limit: int) -> list[Ranked]:
    """The `limit` best ids over all rankings, best first; ties go to the smaller id."""
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item.id] += 1 / (RANK_CONSTANT + rank)
    fused = [Ranked(id=id_, score=score) for id_, score in scores.items()]
    return sorted(fused, key=lambda item: (-item.score, item.id))[:limit]
