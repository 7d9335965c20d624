"""A retrieval set becomes queries whose gold is whole documents, scored as trec_eval scores them."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.datasets import retrieval_sets
from eval.datasets.cases import Case, Span
from eval.errors import CasesError
from eval.runner.run import Plan, rank, run
from eval.scoring import thresholds
from eval.scoring.results import Place, Ranking, Unscored
from rag import Document, DocumentInfo
from tests.fakes import evaluation as fakes

CORPUS = [
    {"id": "1", "title": "Embargo", "text": "The embargo began in 1973."},
    {"id": "a/2", "title": "", "text": "It ended in 1974."},
]
QUERIES = [{"id": "q1", "text": "embargo"}, {"id": "q2", "text": "nothing"}]
TEXTS = {"1.txt": "Embargo\n\nThe embargo began in 1973.\n", "a%2F2.txt": "It ended in 1974.\n"}


def set_in(folder: Path, qrels: str = "q1\t1\t1\nq1\ta/2\t1\nq2\t1\t0\n") -> Path:
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def whole(name: str) -> tuple[Span, ...]:
    return (Span(name, 0, len(TEXTS[name]), TEXTS[name]),)


class Corpus:
    """Retrieves the documents in a given order, each as two chunks."""

    def __init__(self, *order: str) -> None:
        self.order = order

    def documents(self) -> list[DocumentInfo]:
        return [DocumentInfo(name, name, "", len(text), 1, "") for name, text in TEXTS.items()]

    def document(self, name: str) -> Document:
        return fakes.document(name, TEXTS[name])

    def stream(self, question: str, *, documents: object = None) -> Iterator[object]:
        raise AssertionError("a query of a retrieval set is not a question")

    def retrieve(self, question: str, *, documents: object = None) -> list[SimpleNamespace]:
        places = [Place(name, start, start + 10) for start in (5, 0) for name in self.order]
        return [SimpleNamespace(chunk=place) for place in places]


def test_queries_become_cases_with_whole_documents_as_alternatives(tmp_path: Path) -> None:
    found = retrieval_sets.load(set_in(tmp_path))
    gold = (whole("1.txt"), whole("a%2F2.txt"))
    assert dict(found.texts) == TEXTS
    assert found.cases == (Case("q1", "embargo", "query", answers=("1", "a/2"), gold=gold),)


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("q1\t3\t1\n", "names document '3'"),
        ("q1 1 1\n", "line 1: not query, document and grade"),
        ("q9\t1\t1\n", "no query has a relevant document"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused_in_words(qrels: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CasesError, match=message):
        retrieval_sets.load(set_in(tmp_path, qrels))


def test_a_document_stands_at_the_rank_of_its_best_chunk() -> None:
    a, b, again = Place("a", 0, 9), Place("b", 0, 9), Place("a", 9, 20)
    assert retrieval_sets.by_document([a, b, again]) == (a, b)


def test_a_run_over_queries_is_measured_by_documents_and_by_nothing_else(tmp_path: Path) -> None:
    cases = retrieval_sets.load(set_in(tmp_path)).cases
    found = run(Plan("mini", cases, ranked=True), Corpus("a%2F2.txt"), verifier=None, clock=lambda: 0.0)
    measured = {one.metric: one.measured.value for one in thresholds.judge(found, {}).verdicts if one.measured}
    half = 1 / (1 + 1 / 1.584962500721156)
    assert measured == {
        "retrieval_hit_at_1": 1.0,
        "retrieval_hit_at_5": 1.0,
        "retrieval_hit_at_10": 1.0,
        "retrieval_mrr": 1.0,
        "retrieval_ndcg_at_10": pytest.approx(half),
        "latency_p50": 0.0,
        "latency_p95": 0.0,
    }


def test_a_query_that_fails_is_unscored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Corpus, "retrieve", lambda self, question, documents: 1 / 0)
    (case,) = retrieval_sets.load(set_in(tmp_path)).cases
    assert rank(case, Corpus(), lambda: 0.0) == Unscored(case, "ZeroDivisionError: division by zero")


def test_scores_agree_with_trec_eval_over_whole_rankings() -> None:
    trec = pytest.importorskip("pytrec_eval", reason="the dev extra brings pytrec_eval-terrier")
    draw = random.Random(3)
    names = [f"d{number:02}" for number in range(40)]
    for _ in range(50):
        relevant, ranked = draw.sample(names, draw.randint(1, 6)), draw.sample(names, 25)
        gold = tuple((Span(name, 0, 100, "x" * 100),) for name in relevant)
        found = retrieval_sets.score(
            Case("q", "?", "query", gold=gold), Ranking(tuple(Place(n, 0, 50) for n in ranked), 0.0)
        )
        ours = {one.metric: one.value for one in found.scores}
        wanted = {"ndcg_cut.10", "recip_rank", "success.1,5,10"}
        judged = {"q": dict.fromkeys(relevant, 1)}
        scores = {"q": {name: float(-place) for place, name in enumerate(ranked)}}
        theirs = trec.RelevanceEvaluator(judged, wanted).evaluate(scores)["q"]
        assert ours == pytest.approx(
            {
                "retrieval_hit_at_1": theirs["success_1"],
                "retrieval_hit_at_5": theirs["success_5"],
                "retrieval_hit_at_10": theirs["success_10"],
                "retrieval_mrr": theirs["recip_rank"],
                "retrieval_ndcg_at_10": theirs["ndcg_cut_10"],
            }
        )
