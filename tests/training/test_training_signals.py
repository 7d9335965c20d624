"""The signals beside the reader's scores, and the regression that weighs them."""

import numpy as np
import pytest

from training import evaluate, signals
from training.infer import FoundSpan, Query, Read
from training.text import Span

PASSAGE = "Ann founded the club in 1990. It closed in 2001."
READ = Read([FoundSpan(Span(24, 28), 3.0)], no_answer=1.0, answerable=0.5, sentences=[])


def test_signals_of_a_question_that_the_passage_answers() -> None:
    query = Query("When was the club founded by Ann?", PASSAGE)
    assert dict(zip(signals.NAMES, signals.features(query, READ, 0.7), strict=True)) == {
        "margin": 2.0,
        "answerable": 0.5,
        "cosine": 0.7,
        "words": 1.0,
        "words_near": 1.0,
        "mentions": 1.0,
        "opposite": 0.0,
    }


def test_a_name_that_the_passage_lacks_shows() -> None:
    found = signals.features(Query("When did Bob found the club?", PASSAGE), READ, 0.7)
    assert found[signals.NAMES.index("mentions")] == 0.0
    assert found[signals.NAMES.index("words")] == pytest.approx(2 / 3)


def test_an_opposite_shows_only_where_the_word_itself_is_missing() -> None:
    assert signals.turned("Who opened it?", "Ann closed it.")
    assert not signals.turned("Who opened it?", "Ann opened it and Bob closed it.")


def test_weights_separate_what_one_signal_separates() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, len(signals.NAMES)))
    fitted = signals.fit(features, (features[:, 0] > 0).tolist(), signals.NAMES[:2])
    assert ((fitted.logit(features) > 0) == (features[:, 0] > 0)).mean() > 0.95


def test_the_best_cut_answers_where_answering_gains() -> None:
    scores, gains, refusal = np.array([3.0, 2.0, 1.0]), np.array([1.0, 0.8, 0.0]), np.array([0.0, 0.0, 1.0])
    assert evaluate.best_cut(scores, gains, refusal) == 2.0
