"""Each metric against hand-worked values, and against the reference implementations where there are any."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from eval.errors import NothingToMeasureError
from eval.scoring import metrics


@dataclass(frozen=True)
class At:
    start: int
    end: int
    source: str = "a.txt"


GOLD = [At(0, 100), At(200, 300)]


@pytest.mark.parametrize(
    ("one", "other", "shared", "overlap"),
    [
        (At(0, 10), At(0, 10), 10, True),
        (At(0, 10), At(10, 20), 0, False),
        (At(0, 10), At(9, 30), 1, False),
        (At(0, 10), At(5, 30), 5, True),
        (At(3, 5), At(0, 100), 2, True),
        (At(0, 10), At(0, 10, "b.txt"), 0, False),
        (At(4, 4), At(0, 10), 0, False),
    ],
)
def test_spans_overlap_when_they_share_half_of_the_shorter(one: At, other: At, shared: int, overlap: bool) -> None:
    assert (metrics.shared_characters(one, other), metrics.overlaps(one, other)) == (shared, overlap)
    assert (metrics.shared_characters(other, one), metrics.overlaps(other, one)) == (shared, overlap)


@pytest.mark.parametrize(
    ("cited", "precision", "recall", "focus"),
    [
        ([At(0, 100), At(200, 300)], 1.0, 1.0, 1.0),
        ([At(0, 100)], 1.0, 0.5, 1.0),
        ([At(0, 100), At(120, 180)], 0.5, 0.5, 100 / 160),
        ([At(120, 180)], 0.0, 0.0, 0.0),
        ([At(0, 400)], 1.0, 1.0, 100 / 400),
    ],
)
def test_citations_are_judged_by_the_gold_spans_they_overlap(
    cited: list[At], precision: float, recall: float, focus: float
) -> None:
    found = (
        metrics.citation_precision(cited, GOLD),
        metrics.citation_recall(cited, [GOLD]),
        metrics.citation_focus(cited, GOLD),
    )
    assert found == (precision, recall, focus)


def test_an_answer_that_cites_nothing_has_no_precision_and_no_recall() -> None:
    assert (metrics.citation_precision([], GOLD), metrics.citation_recall([], [GOLD])) == (0.0, 0.0)
    assert metrics.statement_support([], GOLD) == 0.0


def test_recall_is_over_the_alternative_that_is_cited_best() -> None:
    assert metrics.citation_recall([At(0, 100)], [GOLD, [At(0, 100)]]) == 1.0


def test_a_statement_is_supported_when_one_of_its_citations_is_right() -> None:
    assert metrics.statement_support([[At(0, 100), At(120, 180)], [At(120, 180)], []], GOLD) == 1 / 3


@pytest.mark.parametrize(
    ("prediction", "answers", "exact", "f1", "recall"),
    [
        ("The Intercept", ["intercept"], 1.0, 1.0, 1.0),
        ("Iran’s", ["Iran's"], 1.0, 1.0, 1.0),
        ("around 60 percent of them", ["60 percent"], 0.0, 4 / 7, 1.0),
        ("60", ["60 percent", "sixty"], 0.0, 2 / 3, 0.5),
        ("", ["60 percent"], 0.0, 0.0, 0.0),
        ("the", ["a"], 1.0, 1.0, 0.0),
        ("war war", ["war"], 0.0, 2 / 3, 1.0),
    ],
)
def test_answers_are_compared_as_squad_does(
    prediction: str, answers: list[str], exact: float, f1: float, recall: float
) -> None:
    found = (metrics.exact_match, metrics.token_f1, metrics.token_recall)
    assert [one(prediction, answers) for one in found] == pytest.approx([exact, f1, recall])


def test_a_rank_counts_once_for_each_gold_span() -> None:
    ranked = [At(120, 180), At(0, 100), At(10, 90), At(200, 300)]
    assert metrics.relevance(ranked, GOLD) == [False, True, False, True]


@pytest.mark.parametrize(
    ("relevant", "hit_1", "hit_5", "reciprocal"),
    [
        ([True, False], 1.0, 1.0, 1.0),
        ([False, True], 0.0, 1.0, 0.5),
        ([False] * 5 + [True], 0.0, 0.0, 1 / 6),
        ([], 0, 0, 0),
    ],
)
def test_hits_and_reciprocal_rank(relevant: list[bool], hit_1: float, hit_5: float, reciprocal: float) -> None:
    found = (metrics.hit_at(1, relevant), metrics.hit_at(5, relevant), metrics.reciprocal_rank(relevant))
    assert found == (hit_1, hit_5, reciprocal)


def test_ranking_metrics_agree_with_trec_eval() -> None:
    trec = pytest.importorskip("pytrec_eval", reason="the dev extra brings pytrec_eval-terrier")
    draw = random.Random(7)
    for _ in range(200):
        relevant = [draw.random() < 0.3 for _ in range(draw.randint(1, 30))]
        unseen = draw.randint(0, 3)
        total = sum(relevant) + unseen
        if not total:
            continue
        judged = {f"d{rank:02}": int(hit) for rank, hit in enumerate(relevant)} | {f"u{i}": 1 for i in range(unseen)}
        ranked = {f"d{rank:02}": float(-rank) for rank in range(len(relevant))}
        wanted = {"ndcg_cut.10", "recip_rank", "success.1,5"}
        theirs = trec.RelevanceEvaluator({"q": judged}, wanted).evaluate({"q": ranked})["q"]
        ours = {
            "ndcg_cut_10": metrics.ndcg_at(10, relevant, total),
            "recip_rank": metrics.reciprocal_rank(relevant),
            "success_1": metrics.hit_at(1, relevant),
            "success_5": metrics.hit_at(5, relevant),
        }
        assert theirs == pytest.approx(ours)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2))
def test_auroc_and_balanced_accuracy_agree_with_scikit_learn(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = [one / 5 for one, _ in pairs], [label for _, label in pairs]
    said = [score >= 0.5 for score in scores]
    if len(set(labels)) < 2:
        with pytest.raises(NothingToMeasureError):
            metrics.auroc(scores, labels)
        return
    assert metrics.auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert metrics.balanced_accuracy(said, labels) == pytest.approx(balanced_accuracy_score(labels, said))


@pytest.mark.parametrize(
    "measure",
    [
        lambda: metrics.citation_precision([At(0, 1)], []),
        lambda: metrics.citation_recall([At(0, 1)], []),
        lambda: metrics.citation_focus([], GOLD),
        lambda: metrics.exact_match("x", []),
        lambda: metrics.token_f1("x", []),
        lambda: metrics.token_recall("x", []),
        lambda: metrics.ndcg_at(10, [], 0),
        lambda: metrics.auroc([], []),
        lambda: metrics.balanced_accuracy([], []),
    ],
)
def test_a_metric_over_nothing_is_an_error(measure: object) -> None:
    with pytest.raises(NothingToMeasureError):
        measure()  # type: ignore[operator]
