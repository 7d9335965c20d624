"""A threshold keeps to what may be refused, and its promise to the binomial distribution."""

import pytest

from rag.reader.thresholds import Trial, choose, upper_bound


def test_the_bound_is_clopper_and_pearsons() -> None:
    # scipy.stats.beta.ppf(0.9, errors + 1, n - errors)
    assert [upper_bound(errors, 20) for errors in (0, 1, 5)] == [0.1088, 0.1810, 0.4149]
    assert upper_bound(20, 20) == 1.0


def test_the_threshold_refuses_no_more_than_allowed() -> None:
    trials = [Trial(at / 100, True) for at in range(100)] + [Trial(at / 200, False) for at in range(40)]
    chosen = choose(trials, refuse=0.1)
    assert (chosen.threshold, chosen.refused, chosen.answered, chosen.enough) == (0.1, 10, 20, True)


def test_few_questions_are_told_as_such() -> None:
    assert not choose([Trial(0.9, True), Trial(0.1, False)], refuse=0.1).enough


def test_nothing_answerable_chooses_nothing() -> None:
    with pytest.raises(ValueError, match="answerable"):
        choose([Trial(0.1, False)], refuse=0.1)
