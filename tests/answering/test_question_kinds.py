"""The classifier of question kinds, on questions that it was not fitted to."""

import pytest

from rag.answering.question_kinds import KINDS, Kinds, fitted, kinds_of, labelled_questions, ridge
from tests.fakes import WordEncoder


def test_the_questions_cover_every_kind_once_each() -> None:
    labelled = labelled_questions()
    assert {item.kind for item in labelled} == set(KINDS)
    assert len({item.question for item in labelled}) == len(labelled)


def test_a_kind_must_lead_fact_by_a_margin() -> None:
    scores = [0.0] * len(KINDS)
    scores[KINDS.index("table")] = 0.1
    assert kinds_of(scores).best == "fact"
    scores[KINDS.index("table")] = 0.4
    assert kinds_of(scores).best == "table"


def test_ties_go_to_the_first_in_the_alphabet() -> None:
    assert Kinds({"table": 0.5, "list": 0.5}).best == "list"


def test_words_alone_tell_most_of_what_they_were_fitted_to() -> None:
    labelled = labelled_questions()
    weights = fitted(labelled, WordEncoder())
    assert weights.shape[1] == len(KINDS)


def test_leaving_one_out_is_what_fitting_without_it_gives() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    rows = rng.standard_normal((40, 6)).astype(np.float32)
    kinds = [KINDS[at % 2] for at in range(40)]
    left_out = ridge(rows, kinds).left_out[0]
    # the weights of classes change a little when a row is taken away, so the scores are only near
    without = rows[0] @ ridge(rows[1:], kinds[1:]).weights
    assert without == pytest.approx(left_out, abs=0.05)
