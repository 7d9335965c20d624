"""Thresholds: what a file may say, and what holds."""

from pathlib import Path

import pytest

from eval.datasets import cases
from eval.errors import CasesError, ThresholdsError
from eval.runner.run import Plan, Run, run
from eval.scoring import thresholds
from eval.scoring.statistics import Interval
from eval.scoring.thresholds import Judgement, Threshold, Verdict
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import FakeAssistant

pytestmark = pytest.mark.usefixtures("few_resamples")

CASES = cases.load_dev()


def ticking() -> float:
    ticking.now += 0.5  # type: ignore[attr-defined]
    return ticking.now  # type: ignore[attr-defined,no-any-return]


ticking.now = 0.0  # type: ignore[attr-defined]


def run_of(*ids: str, spoil: fakes.Spoil = lambda reply: reply) -> Run:
    plan = Plan("dev", tuple(case for case in CASES if case.id in ids))
    return run(plan, FakeAssistant(CASES, spoil=spoil), verifier=None, clock=ticking)


def test_the_thresholds_that_ship_are_of_metrics_that_exist_and_each_reader_has_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAG_READER", "citespan-reader")
    small = thresholds.shipped_thresholds()
    monkeypatch.setenv("RAG_READER", "citespan-reader-large")
    large = thresholds.shipped_thresholds()
    assert small["span_validity"] == large["span_validity"] == Threshold(minimum=1.0)
    assert (small["verifier_auroc"].minimum or 0) < (large["verifier_auroc"].minimum or 0)


def test_a_metric_may_have_both_limits(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text("[min]\nlatency_p50 = 0.1\n[max]\nlatency_p50 = 2\n")
    assert thresholds.load_thresholds(path) == {"latency_p50": Threshold(minimum=0.1, maximum=2)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no thresholds"),
        ("[min]\n", "there are no thresholds"),
        ("[least]\nspan_validity = 1\n", "'least' is neither `min` nor `max`"),
        ("[min]\nspan_validty = 1\n", "'span_validty' is not a metric"),
        ("[min]\nspan_validity = true\n", "'span_validity' needs a number, not True"),
        ("min = 1\n", "`min` is not a table"),
        ("[min", "Cannot read"),
    ],
)
def test_a_threshold_file_that_could_not_judge_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(text)
    with pytest.raises(ThresholdsError) as caught:
        thresholds.load_thresholds(tmp_path / "t.toml")
    assert message in str(caught.value)


def test_a_missing_threshold_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsError, match="No such file"):
        thresholds.load_thresholds(tmp_path / "none.toml")


@pytest.mark.parametrize(("value", "holds"), [(0.1, False), (0.2, True), (0.5, True), (0.8, True), (0.9, False)])
def test_a_limit_itself_still_holds(value: float, holds: bool) -> None:
    assert Threshold(minimum=0.2, maximum=0.8).holds(value) is holds


def test_a_metric_without_threshold_is_shown_and_not_judged() -> None:
    found = thresholds.judge(run_of("who-01"), {"span_validity": Threshold(minimum=1.0)})
    one = Interval(value=1.0, n=1, low=1.0, high=1.0, error=0.0)
    assert found.verdicts[0] == Verdict("span_validity", one, Threshold(minimum=1.0), holds=True)
    assert found.verdicts[1] == Verdict("statements_cited", one, None, holds=True)
    assert found.passed


def test_a_threshold_on_what_could_not_be_measured_is_broken() -> None:
    limit = Threshold(minimum=0.5)
    found = thresholds.judge(run_of("who-01"), {"refusal_recall": limit})
    reason = "not measured: a mean over nothing"
    assert found.broken == (Verdict("refusal_recall", None, limit, holds=False, reason=reason),)


def test_an_unscored_question_fails_a_run_whose_thresholds_hold() -> None:
    found = thresholds.judge(
        run_of("who-01", "not_stated-01", spoil=fakes.fails), {"refusal_recall": Threshold(minimum=1)}
    )
    assert (found.unscored, found.broken, found.passed) == (1, (), False)


def test_latency_is_the_time_of_each_question() -> None:
    verdicts = {one.metric: one for one in thresholds.judge(run_of("who-01", "why-01"), {}).verdicts}
    assert verdicts["latency_p95"].measured == Interval(value=0.5, n=2, low=0.5, high=0.5, error=0.0)


def test_a_run_over_no_cases_is_refused() -> None:
    with pytest.raises(CasesError, match="no cases to run"):
        run_of()


def test_a_judgement_of_nothing_broken_passes() -> None:
    assert Judgement((), unscored=0).passed
