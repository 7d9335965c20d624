"""What a confidence is worth: the risk-coverage curve and calibration. Pure, as `eval.scoring.metrics`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from eval.errors import NothingToMeasureError
from eval.scoring.statistics import mean

BINS = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question's confidence, whether the documents answer it, and whether what was or would be cited is right."""

    confidence: float
    answerable: bool
    right: bool


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Answering only from `threshold` up: the share of answerable questions answered, and of answers right."""

    threshold: float
    coverage: float
    precision: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The questions whose confidence lies in one bin: how confident, and how often there was an answer."""

    n: int
    confidence: float
    frequency: float


def risk_coverage(attempts: Sequence[Attempt]) -> list[CoveragePoint]:
    """Coverage and precision at each threshold, from the strictest down; risk is one minus precision.

    El-Yaniv & Wiener (JMLR 2010) divide coverage by all questions. Half of ours have no answer and are not to be
    covered, so it is divided by the answerable ones, and a perfect system reaches 1. An answer to a question without
    one is wrong.
    """
    answerable = sum(attempt.answerable for attempt in attempts)
    if not answerable:
        raise NothingToMeasureError("coverage of no answerable questions")
    points, shown, covered, right = [], 0, 0, 0
    strictest_first = sorted(attempts, key=lambda attempt: -attempt.confidence)
    for threshold, ties in groupby(strictest_first, key=lambda attempt: attempt.confidence):
        for attempt in ties:
            shown, covered, right = shown + 1, covered + attempt.answerable, right + attempt.right
        points.append(CoveragePoint(threshold, covered / answerable, right / shown))
    return points


def coverage_at_precision(attempts: Sequence[Attempt], precision: float) -> float:
    """The largest coverage at which at least that share of the answers is right; 0 when no threshold gives it."""
    return max((point.coverage for point in risk_coverage(attempts) if point.precision >= precision), default=0.0)


def calibration_bins(attempts: Sequence[Attempt]) -> list[CalibrationBin]:
    """The attempts in ten bins of equal width by confidence, empty ones left out."""
    bins: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        bins.setdefault(min(int(attempt.confidence * BINS), BINS - 1), []).append(attempt)
    return [_bin(bins[index]) for index in sorted(bins)]


def calibration_error(attempts: Sequence[Attempt]) -> float:
    """Expected calibration error: how far confidence is from frequency, weighted by bin (Naeini et al., AAAI 2015)."""
    if not attempts:
        raise NothingToMeasureError("the calibration of no questions")
    gaps = [one.n * abs(one.confidence - one.frequency) for one in calibration_bins(attempts)]
    return sum(gaps) / len(attempts)


def _bin(attempts: Sequence[Attempt]) -> CalibrationBin:
    confidence = mean([attempt.confidence for attempt in attempts])
    return CalibrationBin(len(attempts), confidence, mean([attempt.answerable for attempt in attempts]))
