"""Measures against values worked out by hand, and against the meaning of their names."""

import numpy as np
import pytest

from training.calibration import metrics


def test_auroc_counts_pairs_in_order_and_ties_half() -> None:
    assert metrics.auroc(np.array([True, False, True, False]), np.array([3.0, 1.0, 2.0, 2.0])) == 0.875


def test_squad_scores_forgive_articles_case_and_punctuation() -> None:
    assert metrics.exact_match("The Tower.", ["tower"]) == 1.0
    assert metrics.token_f1("big old tower", ["a tower", "the old tower"]) == pytest.approx(0.8)


def test_any_words_are_wrong_where_nothing_answers() -> None:
    assert (metrics.token_f1("tower", []), metrics.token_f1("", [])) == (0.0, 1.0)


def test_a_measure_over_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows"):
        metrics.mean_figure("nothing", [])


def test_an_interval_holds_its_value() -> None:
    found = metrics.mean_figure("half", [0.0, 1.0] * 50)
    assert found.low < found.value == 0.5 < found.high
    assert found.n == 100


def test_the_best_threshold_separates_what_can_be_separated() -> None:
    labels, scores = [False, False, True, True], [0.1, 0.2, 0.8, 0.9]
    threshold = metrics.best_threshold(labels, scores)
    assert [score >= threshold for score in scores] == labels


def test_balanced_accuracy_of_always_yes_is_a_half() -> None:
    labels = np.array([True] * 9 + [False])
    assert metrics.balanced_accuracy(labels, np.ones(10, dtype=bool)) == 0.5


def test_set_f1() -> None:
    assert metrics.set_f1({1, 2}, {2, 3}) == 0.5
