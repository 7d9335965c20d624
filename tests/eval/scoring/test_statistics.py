"""Means, percentiles and seeded bootstrap intervals."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from eval.errors import NothingToMeasureError
from eval.scoring import statistics
from eval.scoring.statistics import Difference, Interval

VALUES = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.5, 1.0]


def test_an_interval_is_the_same_each_time() -> None:
    assert statistics.mean_interval(VALUES) == statistics.mean_interval(VALUES)


def test_the_interval_of_a_constant_is_a_point() -> None:
    assert statistics.mean_interval([1.0] * 5) == Interval(value=1.0, n=5, low=1.0, high=1.0, error=0.0)


def test_the_interval_agrees_with_scipy() -> None:
    ours = statistics.mean_interval(VALUES)
    theirs = bootstrap((VALUES,), np.mean, method="percentile", n_resamples=5000, rng=np.random.default_rng(1))
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.07)
    assert ours.error == pytest.approx(theirs.standard_error, abs=0.01)


def test_any_statistic_has_the_interval_that_its_mean_would_have() -> None:
    assert statistics.interval(
        lambda at: statistics.mean([VALUES[i] for i in at]), len(VALUES)
    ) == statistics.mean_interval(VALUES)


def test_resamples_on_which_a_statistic_has_no_value_are_left_out() -> None:
    def of_the_first(positions: object) -> float:
        if 0 not in positions:  # type: ignore[operator]
            raise NothingToMeasureError("no first")
        return 1.0

    assert statistics.interval(of_the_first, 3) == Interval(value=1.0, n=3, low=1.0, high=1.0, error=0.0)


def test_a_paired_difference_is_later_minus_earlier() -> None:
    better = statistics.paired_difference([0.0] * 6, [1.0] * 6)
    assert better == Difference(value=1.0, n=6, low=1.0, high=1.0, p=0.0)
    assert statistics.paired_difference(VALUES, VALUES) == Difference(value=0.0, n=8, low=0.0, high=0.0, p=1.0)


def test_a_difference_of_any_statistic_is_resampled_by_the_same_questions() -> None:
    earlier, later = [0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0]
    of_means = statistics.statistic_difference(
        lambda at: statistics.mean([earlier[i] for i in at]), lambda at: statistics.mean([later[i] for i in at]), 4
    )
    assert of_means == statistics.paired_difference(earlier, later)


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="1 values against 2"):
        statistics.paired_difference([0.0], [0.0, 1.0])


@pytest.mark.parametrize(("percent", "value"), [(0, 1.0), (50, 2.5), (95, 3.85), (100, 4.0)])
def test_percentiles_lie_between_the_nearest_values(percent: float, value: float) -> None:
    assert statistics.percentile([4.0, 1.0, 3.0, 2.0], percent) == pytest.approx(value)


@pytest.mark.parametrize(
    "measure",
    [
        lambda: statistics.mean([]),
        lambda: statistics.percentile([], 50),
        lambda: statistics.mean_interval([]),
        lambda: statistics.interval(lambda at: 1.0, 0),
        lambda: statistics.paired_difference([], []),
    ],
)
def test_a_statistic_of_nothing_is_an_error(measure: object) -> None:
    with pytest.raises(NothingToMeasureError):
        measure()  # type: ignore[operator]
