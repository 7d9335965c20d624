"""The gate over written statements: shares with intervals, and the gate that ships held to its figures."""

from pathlib import Path

import pytest

from eval.datasets import lies, written
from eval.datasets.written import Written
from eval.errors import NothingToMeasureError
from eval.reports.written import lie_sheet, statement_sheet
from eval.runner import written as runner
from eval.runner.written import Share, Verdict

LEAST_SHOWN = 0.4  # of the true statements
MOST_FALSE = 0.03  # of the false ones
MOST_LIES = 12  # of two hundred
LEAST_TRUTHS = 8  # of twenty


def verdict(true: bool, shown: bool) -> Verdict:
    """A statement of a model's and what became of it."""
    return Verdict(Written("1", "Who?", "Cats purr.", true, "dev", "m", ("Cats purr.",)), 0.9 * shown, shown)


def test_shares_carry_their_n_and_interval() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    with pytest.raises(NothingToMeasureError):
        _ = Share(0, 0).value
    verdicts = [verdict(True, True), verdict(True, False), verdict(False, False)]
    found = runner.figures(verdicts)
    assert (found.shown, found.passed_falsely) == (Share(1, 2), Share(0, 1))
    sheet = statement_sheet(verdicts, "here")
    assert [row[0] for row in sheet.rows] == ["development half", "m"]
    assert sheet.rows[0][1:] == ("0.50 (0.09–0.91), n 2", "0.00 (0.00–0.79), n 1")
    shown = lies.lies()[:1]
    assert lie_sheet(lies.lies(), shown).rows[-1] == ("all lies", "1", "200")


@pytest.mark.model
@pytest.mark.timeout(1800)
def test_the_gate_that_ships_keeps_to_its_figures() -> None:
    data = Path(__file__).parents[4] / "shared" / "data"
    with runner.gate() as gate:
        found = runner.figures(runner.replay(written.load(data=data), gate))
        through, true = runner.shown_lies(lies.lies(), gate), runner.shown_lies(lies.truths(), gate)
    assert found.shown.value >= LEAST_SHOWN
    assert found.passed_falsely.value <= MOST_FALSE
    assert len(through) <= MOST_LIES
    assert len(true) >= LEAST_TRUTHS
