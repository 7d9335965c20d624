"""What the tests of the evaluation share."""

import pytest

from eval.scoring import statistics


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests to which only the values matter: intervals from 20 resamples and not 1,000."""
    monkeypatch.setattr(statistics, "RESAMPLES", 20)
