"""Reciprocal rank fusion."""

from rag.fusion import RANK_CONSTANT, fuse
from rag.types import Ranked


def ranking(*ids: str) -> list[Ranked]:
    return [Ranked(id_, score=1.0) for id_ in ids]


def test_what_both_rankings_like_comes_first_and_ties_go_to_the_smaller_id() -> None:
    fused = fuse([ranking("b", "a", "c"), ranking("a", "b", "d")], limit=3)
    both = 1 / (RANK_CONSTANT + 1) + 1 / (RANK_CONSTANT + 2)
    assert fused == [Ranked("a", both), Ranked("b", both), Ranked("c", 1 / (RANK_CONSTANT + 3))]


def test_nothing_fuses_to_nothing() -> None:
    assert fuse([[], []], limit=5) == []
