"""The risk-coverage curve and calibration, worked by hand."""

import pytest

from eval.errors import NothingToMeasureError
from eval.scoring import calibration
from eval.scoring.calibration import Attempt, CalibrationBin, CoveragePoint

RIGHT, WRONG, NONE = (True, True), (True, False), (False, False)
ATTEMPTS = [
    Attempt(0.9, *RIGHT),
    Attempt(0.8, *RIGHT),
    Attempt(0.8, *NONE),
    Attempt(0.5, *WRONG),
    Attempt(0.1, *RIGHT),
    Attempt(0.0, *NONE),
]


def test_the_curve_goes_from_the_strictest_threshold_down_and_takes_ties_together() -> None:
    assert calibration.risk_coverage(ATTEMPTS) == [
        CoveragePoint(0.9, 1 / 4, 1 / 1),
        CoveragePoint(0.8, 2 / 4, 2 / 3),
        CoveragePoint(0.5, 3 / 4, 2 / 4),
        CoveragePoint(0.1, 4 / 4, 3 / 5),
        CoveragePoint(0.0, 4 / 4, 3 / 6),
    ]


@pytest.mark.parametrize(("precision", "coverage"), [(0.95, 0.25), (0.60, 1.0), (0.65, 0.5), (0.0, 1.0)])
def test_coverage_is_the_largest_at_which_the_precision_is_reached(precision: float, coverage: float) -> None:
    assert calibration.coverage_at_precision(ATTEMPTS, precision) == coverage


def test_coverage_is_nothing_where_no_threshold_is_precise_enough() -> None:
    assert calibration.coverage_at_precision([Attempt(0.9, *NONE), Attempt(0.1, *RIGHT)], 0.9) == 0.0


def test_the_bins_hold_every_question_once() -> None:
    assert calibration.calibration_bins([*ATTEMPTS, Attempt(1.0, *RIGHT)]) == [
        CalibrationBin(1, 0.0, 0.0),
        CalibrationBin(1, 0.1, 1.0),
        CalibrationBin(1, 0.5, 1.0),
        CalibrationBin(2, 0.8, 0.5),
        CalibrationBin(2, 0.95, 1.0),
    ]


def test_the_calibration_error_is_the_mean_distance_of_confidence_from_frequency() -> None:
    assert calibration.calibration_error(ATTEMPTS) == pytest.approx((0.1 + 2 * 0.3 + 0.5 + 0.9 + 0.0) / 6)


@pytest.mark.parametrize("attempts", [[], [Attempt(0.5, *NONE)]])
def test_a_curve_over_no_answerable_question_is_an_error(attempts: list[Attempt]) -> None:
    with pytest.raises(NothingToMeasureError):
        calibration.risk_coverage(attempts)


def test_calibration_over_nothing_is_an_error() -> None:
    with pytest.raises(NothingToMeasureError):
        calibration.calibration_error([])
