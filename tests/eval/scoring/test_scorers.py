"""A score says what it is of, how much, and why; what does not apply is left out, and what failed is unscored."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from eval.datasets import cases
from eval.datasets.cases import Case
from eval.runner import run
from eval.scoring import scorers
from eval.scoring.calibration import Attempt
from eval.scoring.results import Observed, Place, Score, Unscored
from eval.scoring.scorers import RankOfGold
from rag import Citation, Document
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import HEADING, OTHER_DOCUMENT, SEED_DOCUMENT, FakeAssistant, Reply, cite

DOCUMENTS = {one.doc_id: one for one in (SEED_DOCUMENT, OTHER_DOCUMENT)}
CASES = {case.id: case for case in cases.load(cases.ALL)}
ANSWERED, REFUSED, HALF, TWO = (CASES[id_] for id_ in ("who-01", "not_stated-01", "half-01", "two_sentence-01"))


def scores(case: Case, reply: Reply) -> dict[str, float]:
    places = tuple(Place(one.source, one.start, one.end) for one in reply.passages)
    found = scorers.score(case, Observed(reply.answer, reply.evidence, 0.1, places), DOCUMENTS)
    return {one.metric: one.value for one in found.scores}


def test_a_right_answer_scores_full_on_all_that_applies() -> None:
    assert scores(ANSWERED, fakes.right_reply(ANSWERED)) == {
        "span_validity": 1.0,
        "statements_cited": 1.0,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "statement_support": 1.0,
        "citation_focus": 1.0,
        "answered_right": 1.0,
        "citation_f1": 1.0,
        "answer_em": 0.0,  # the whole sentence is said, and not the few words that were asked for
        "answer_f1": 2 * 5 / (5 + 31),
        "answer_recall": 1.0,
        "squad2_em": 0.0,
        "squad2_f1": 2 * 5 / (5 + 31),
        "over_refusal": 0.0,
        "retrieval_hit_at_1": 1.0,
        "retrieval_hit_at_5": 1.0,
        "retrieval_mrr": 1.0,
        "retrieval_ndcg_at_10": 1.0,
        "evidence_hit_at_1": 1.0,
        "evidence_hit_at_3": 1.0,
        "evidence_mrr": 1.0,
    }


def test_a_right_refusal_has_no_citations_to_be_scored() -> None:
    assert scores(REFUSED, fakes.right_reply(REFUSED)) == {
        "span_validity": 1.0,
        "squad2_em": 1.0,
        "squad2_f1": 1.0,
        "refusal_precision": 1.0,
        "refusal_recall": 1.0,
    }


def test_half_an_answer_is_right_where_half_is_there() -> None:
    partial = fakes.right_reply(HALF)
    whole = replace(partial, answer=replace(partial.answer, status="answered"))
    assert scores(HALF, partial)["refusal_recall"] == 1.0
    assert scores(HALF, whole)["refusal_recall"] == 0.0
    assert scores(HALF, fakes.refuses_all(partial))["refusal_recall"] == 1.0
    assert scores(REFUSED, replace(whole, evidence=()))["refusal_recall"] == 0.0


def test_a_refusal_of_what_is_there_costs_the_answer_and_not_the_citations() -> None:
    found = scores(ANSWERED, fakes.refuses_all(fakes.right_reply(ANSWERED)))
    assert {
        name: value
        for name, value in found.items()
        if "_hit_" not in name and "_mrr" not in name and "_ndcg" not in name
    } == {
        "span_validity": 1.0,
        "answered_right": 0.0,
        "citation_f1": 0.0,
        "answer_em": 0.0,
        "answer_f1": 0.0,
        "answer_recall": 0.0,
        "squad2_em": 0.0,
        "squad2_f1": 0.0,
        "refusal_precision": 0.0,
        "over_refusal": 1.0,
    }


def test_an_answer_that_needs_two_sentences_is_right_only_with_both() -> None:
    reply = fakes.right_reply(TWO)
    one = replace(reply, answer=replace(reply.answer, statements=reply.answer.statements[:1]))
    assert (scores(TWO, reply)["answered_right"], scores(TWO, one)["answered_right"]) == (1.0, 0.0)
    assert scores(TWO, one)["citation_recall"] == 0.5


def test_the_short_answer_is_what_is_compared_where_there_is_one() -> None:
    start = SEED_DOCUMENT.text.index("the Intercept and the New York Times")
    short = cite(start, start + len("the Intercept and the New York Times"))
    reply = fakes.right_reply(ANSWERED)
    found = scores(ANSWERED, replace(reply, answer=replace(reply.answer, short_answer=short)))
    assert (found["answer_em"], found["answer_f1"]) == (1.0, 1.0)


GOOD = cite(0, 10)


@pytest.mark.parametrize(
    ("citation", "problem"),
    [
        (GOOD, None),
        (replace(GOOD, start=1, end=11), "is not 'Members of'"),
        (replace(GOOD, quote="Members  of"), "is not 'Members  of'"),
        (replace(GOOD, end=0, quote=""), "is not ''"),
        (replace(GOOD, start=-10, end=-3, quote="RT Worl"), "[-10:-3] lies outside"),
        (replace(GOOD, version="0" * 64), "the version is not the document's"),
        (replace(GOOD, source="x.txt"), "the source is not the document's"),
        (replace(GOOD, doc_id="no"), "no is not a document of the index"),
    ],
)
def test_a_receipt_is_exact_or_it_is_said_why(citation: Citation, problem: str | None) -> None:
    found = scorers.invalidity(citation, DOCUMENTS)
    assert found is None if problem is None else found and problem in found


def test_a_document_that_lies_about_its_version_makes_no_citation_valid() -> None:
    lying = Document("id", "a.txt", "0" * 64, "text")
    citation = Citation("id", "a.txt", "0" * 64, 0, 4, "text", 1.0)
    assert scorers.invalidity(citation, {"id": lying}) == "a.txt: the version is not the document's"


def test_every_span_that_is_shown_is_checked() -> None:
    wrong = replace(HEADING, start=HEADING.start + 1, end=HEADING.end + 1)
    answered = fakes.right_reply(ANSWERED)
    shown = [
        replace(answered, evidence=(wrong,)),
        replace(answered, answer=replace(answered.answer, short_answer=wrong)),
        fakes.with_citations(answered, lambda _: wrong),
        fakes.refuses_all(answered, nearest=(wrong,)),
    ]
    assert [scores(ANSWERED, reply)["span_validity"] < 1 for reply in shown] == [True] * 4


def test_a_refusal_stands_on_the_curve_by_the_nearest_evidence_it_shows() -> None:
    gold = fakes.right_reply(ANSWERED).evidence
    refused = fakes.refuses_all(fakes.right_reply(ANSWERED))
    near = fakes.refuses_all(fakes.right_reply(ANSWERED), nearest=gold)
    points = [
        scorers.attempt(case, Observed(reply.answer, reply.evidence, 0.1))
        for case, reply in ((ANSWERED, refused), (ANSWERED, near), (REFUSED, fakes.right_reply(REFUSED)))
    ]
    assert points == [Attempt(0.95, True, False), Attempt(0.95, True, True), Attempt(0.05, False, False)]


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ([cite(0, len(SEED_DOCUMENT.text))], RankOfGold((True,), wanted=1)),
        ([HEADING, *map(fakes.cited, TWO.gold_spans)], RankOfGold((False, True, True), wanted=2)),
        ([fakes.cited(TWO.gold_spans[0])], RankOfGold((True,), wanted=2)),
        ([HEADING], RankOfGold((False,), wanted=1)),
        ([], RankOfGold((), wanted=1)),
    ],
)
def test_a_ranking_is_measured_by_the_ranks_that_bring_gold(ranked: list[Citation], expected: RankOfGold) -> None:
    assert scorers.rank_of_gold(ranked, TWO) == expected


def test_a_question_that_fails_is_unscored_with_the_fault_in_words() -> None:
    assistant = FakeAssistant([ANSWERED], spoil=fakes.fails)
    found = run.ask(ANSWERED, assistant, DOCUMENTS, clock=iter(range(9)).__next__)
    assert found == Unscored(ANSWERED, "CitespanError: The disk is on fire. Put it out.")


def test_a_stream_that_ends_without_an_answer_is_unscored() -> None:
    class Silent(FakeAssistant):
        def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[object]:
            return iter(())

    found = run.ask(ANSWERED, Silent([ANSWERED]), DOCUMENTS, clock=iter(range(9)).__next__)
    assert found == Unscored(ANSWERED, "RuntimeError: the stream ended without an answer")


def test_a_question_is_asked_of_the_documents_it_names_or_of_all() -> None:
    assistant = FakeAssistant([ANSWERED])
    for documents in ((), ("a.txt",)):
        run.ask(replace(ANSWERED, documents=documents), assistant, DOCUMENTS, clock=iter(range(9)).__next__)
    assert assistant.looked_in == [None, ("a.txt",)]


def test_a_score_says_why() -> None:
    reply = fakes.wrong_sentences(fakes.right_reply(ANSWERED))
    found = scorers.score(ANSWERED, Observed(reply.answer, reply.evidence, 0.1), DOCUMENTS)
    assert Score("citation_precision", 0.0, "not gold: 'Fight against Daesh'") in found.scores
