"""Means, percentiles and bootstrap intervals. Nothing here knows what is being measured.

The bootstrap resamples questions with replacement (Efron 1979; percentile intervals). Questions about one sentence
are not independent, so on a short text the intervals are somewhat too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.errors import NothingToMeasureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 20260101  # any fixed number: the same run has the same intervals
LEVEL = 0.95

Statistic = Callable[["NDArray[np.intp]"], float]
"""Positions of a resample in, the statistic of the questions at those positions out."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value, the number of questions it is over, its 95 % interval and its standard error."""

    value: float
    n: int
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference, later minus earlier, over `n` questions asked in both runs.

    `p` is the two-sided share of resamples on the other side of zero.
    """

    value: float
    n: int
    low: float
    high: float
    p: float


def mean(values: Sequence[float]) -> float:
    """The mean; over nothing it is an error and not a number."""
    if not values:
        raise NothingToMeasureError("a mean over nothing")
    return float(np.mean(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile (0..100) by linear interpolation between the two nearest values."""
    if not values:
        raise NothingToMeasureError("a percentile of nothing")
    return float(np.percentile(values, percent))


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of one value per question, with its interval."""
    centre = mean(values)
    data = np.asarray(values, dtype=np.float64)
    return _interval(centre, len(values), data[_resamples(len(values))].mean(axis=1))


def interval(statistic: Statistic, n: int) -> Interval:
    """Any statistic of `n` questions with its interval; resamples on which it has no value are left out."""
    return _interval(statistic(np.arange(n)), n, _resampled(statistic, n))


def paired_difference(earlier: Sequence[float], later: Sequence[float]) -> Difference:
    """The mean difference between two runs, question by question (Efron & Tibshirani 1993, chapter 16)."""
    if len(earlier) != len(later):
        raise ValueError(f"{len(earlier)} values against {len(later)}")
    differences = np.asarray(later, dtype=np.float64) - np.asarray(earlier, dtype=np.float64)
    means = differences[_resamples(len(differences))].mean(axis=1)
    return _difference(mean(differences.tolist()), len(differences), means)


def statistic_difference(earlier: Statistic, later: Statistic, n: int) -> Difference:
    """The difference of any statistic between two runs, resampled by the same `n` questions in both."""

    def difference(positions: NDArray[np.intp]) -> float:
        return later(positions) - earlier(positions)

    return _difference(difference(np.arange(n)), n, _resampled(difference, n))


def _resamples(n: int) -> NDArray[np.intp]:
    if n == 0:
        raise NothingToMeasureError("a bootstrap over nothing")
    return np.random.default_rng(SEED).integers(0, n, size=(RESAMPLES, n))


def _resampled(statistic: Statistic, n: int) -> NDArray[np.float64]:
    """The statistic of each resample on which it has a value."""
    values = []
    for positions in _resamples(n):
        try:
            values.append(statistic(positions))
        except NothingToMeasureError:
            continue
    return np.asarray(values, dtype=np.float64)


def _difference(value: float, n: int, resampled: NDArray[np.float64]) -> Difference:
    found = _interval(value, n, resampled)
    below, above = float(np.mean(resampled <= 0)), float(np.mean(resampled >= 0))
    return Difference(value, n, found.low, found.high, min(1.0, 2 * min(below, above)))


def _interval(value: float, n: int, resampled: NDArray[np.float64]) -> Interval:
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(resampled, [tail, 100 - tail])
    error = float(np.std(resampled, ddof=1)) if len(resampled) > 1 else 0.0
    return Interval(value, n, float(low), float(high), error)
