"""Fusion of a dense and a lexical ranking by their scores."""

from rag.retrieval.fusion import fuse
from rag.types import Ranked


def ranking(**scores: float) -> list[Ranked]:
    return [Ranked(id_, score) for id_, score in scores.items()]


def test_cosines_and_shares_of_the_best_bm25_score_are_weighed_together() -> None:
    fused = fuse(ranking(b=0.8, a=0.6), ranking(a=12.0, b=3.0), limit=9)
    assert fused == [Ranked("a", 0.72), Ranked("b", 0.635)]


def test_what_one_ranking_leaves_out_is_as_its_last_or_shares_no_word() -> None:
    fused = fuse(ranking(a=0.5, b=0.4), ranking(c=2.0), limit=9)
    assert fused == [Ranked("c", 0.58), Ranked("a", 0.35), Ranked("b", 0.28)]


def test_ties_go_to_the_smaller_id_and_the_limit_holds() -> None:
    assert fuse(ranking(b=0.5, a=0.5, c=0.5), [], limit=2) == [Ranked("a", 0.35), Ranked("b", 0.35)]


def test_one_empty_ranking_leaves_the_other_and_nothing_fuses_to_nothing() -> None:
    assert [item.id for item in fuse([], ranking(a=1.0, b=2.0), limit=9)] == ["b", "a"]
    assert fuse([], [], limit=9) == []
