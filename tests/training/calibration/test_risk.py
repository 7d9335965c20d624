"""A bound holds more often than it must; a threshold keeps to what may pass."""

import numpy as np
import pytest

from training.calibration import transfer
from training.calibration.fit import Judged
from training.calibration.risk import bound, least_threshold


def test_no_error_in_twenty_still_allows_for_some() -> None:
    assert bound([False] * 20).at_most == pytest.approx(1 - 0.1 ** (1 / 20), abs=1e-4)


def test_a_bound_covers_the_true_rate_nine_times_in_ten() -> None:
    rng = np.random.default_rng(0)
    covered = [bound((rng.random(150) < 0.07).tolist()).at_most >= 0.07 for _ in range(400)]
    assert np.mean(covered) >= 0.88


def test_no_rows_bound_nothing() -> None:
    with pytest.raises(ValueError, match="no rows"):
        bound([])


def test_more_rows_allow_a_lower_threshold() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(60), rng.random(2000)
    assert least_threshold(few, [True] * 60, 0.1) > least_threshold(many, [True] * 2000, 0.1) > 0.88
    assert least_threshold(few, [True] * 60, 0.01) == 1.0


def test_a_kind_is_judged_by_the_others() -> None:
    rng = np.random.default_rng(2)
    rows = [
        Judged(kind, f"g{at % 9}", yes, (2.0 * yes - 1 + float(rng.normal()), 0.5, 0.5, 0.0), yes, "", ())
        for kind in ("a", "b", "c")
        for at in range(60)
        for yes in (True, False)
    ]
    figures = {figure.name: figure.value for figure in transfer.figures(rows)}
    assert figures["a, left out: AUROC"] > 0.8
    assert figures["b, left out: calibration error"] < 0.15
    assert 0 <= figures["c, left out: accuracy lost to the best threshold"] < 0.1


def test_a_shipped_threshold_is_set_against_the_best_one() -> None:
    golds = ("Oden",)
    rows = [Judged("given", "g", yes, (), yes, "Oden", golds if yes else ()) for yes in (True, True, False, False)]
    values = np.array([0.9, 0.6, 0.7, 0.1])
    figures = {figure.name: figure.value for figure in transfer.given(rows, values, 0.8)}
    assert figures["as shipped: F1 at the balanced threshold"] == 0.75
    assert figures["as shipped: F1 lost to the best threshold"] == 0.0
    assert figures["as shipped: over-refusal"] == 0.5
    assert figures["as shipped: refusal recall"] == 1.0
