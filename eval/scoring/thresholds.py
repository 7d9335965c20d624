"""Holds a run to thresholds: what was measured, with its interval, and whether it is enough.

What could not be measured is not enough: a threshold on it is broken. So is the gate when any question is unscored.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import NothingToMeasureError, ThresholdsError
from eval.runner import claims
from eval.runner.claims import Judged
from eval.runner.run import Run
from eval.scoring import calibration, metrics, scorers, statistics
from eval.scoring.results import Observed
from eval.scoring.statistics import Interval
from rag.settings import load_settings

THRESHOLDS = "thresholds.toml"
THRESHOLDS_OF = {"citespan-reader-large": "thresholds-large.toml"}  # by reader, in place of those
MEANS = (
    *("span_validity", "statements_cited"),
    *("citation_precision", "citation_recall", "citation_f1", "citation_focus", "statement_support"),
    *("answered_right", "answer_em", "answer_f1", "answer_recall", "squad2_em", "squad2_f1"),
    *("refusal_precision", "refusal_recall", "over_refusal"),
    *("retrieval_hit_at_1", "retrieval_hit_at_5", "retrieval_hit_at_10", "retrieval_mrr", "retrieval_ndcg_at_10"),
    *("evidence_hit_at_1", "evidence_hit_at_3", "evidence_mrr"),
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least and the most a metric may be; None is no limit."""

    minimum: float | None = None
    maximum: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A metric, what was measured (or why nothing could be), its threshold if it has one, and whether that holds."""

    metric: str
    measured: Interval | None
    threshold: Threshold | None
    holds: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every metric's verdict, and whether the run passes."""

    verdicts: tuple[Verdict, ...]
    unscored: int

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The verdicts whose threshold does not hold."""
        return tuple(one for one in self.verdicts if not one.holds)

    @property
    def passed(self) -> bool:
        """Whether every threshold holds and every question was scored."""
        return not self.broken and not self.unscored


PROMISES = {"span_validity": Threshold(minimum=1.0), "statements_cited": Threshold(minimum=1.0)}
"""What holds on any questions of any documents."""
Measure = Callable[[Run], Interval]


def shipped_thresholds() -> dict[str, Threshold]:
    """Citespan's own, for the reader of the settings: each is held to what it was measured at."""
    return load_thresholds(Path(__file__).parents[1] / THRESHOLDS_OF.get(load_settings().reader, THRESHOLDS))


def load_thresholds(path: Path) -> dict[str, Threshold]:
    """The thresholds of a TOML file with the tables `min` and `max`, by metric.

    Raises ThresholdsError when it cannot be read, holds none, or names a metric that does not exist.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThresholdsError(f"Cannot read {path}: {error}. See docs/how-to/evaluation.md for its form.") from error
    if problem := _problem(tables):
        raise ThresholdsError(f"{path}: {problem}. See docs/how-to/evaluation.md for its form.")
    lowest, highest = tables.get("min", {}), tables.get("max", {})
    return {name: Threshold(lowest.get(name), highest.get(name)) for name in MEASURES if name in {*lowest, *highest}}


def judge(run: Run, thresholds: Mapping[str, Threshold]) -> Judgement:
    """A verdict for every metric that could be measured or has a threshold, in a fixed order."""
    verdicts = [_verdict(name, run, thresholds.get(name)) for name in MEASURES]
    shown = tuple(one for one in verdicts if one.measured or one.threshold)
    return Judgement(shown, len(run.unscored))


def attempts(run: Run) -> list[calibration.Attempt]:
    """Every question that was answered or refused, as a point of the risk-coverage curve."""
    return [scorers.attempt(one.case, one.observed) for one in run.scored if isinstance(one.observed, Observed)]


def _verdict(name: str, run: Run, threshold: Threshold | None) -> Verdict:
    try:
        measured = MEASURES[name](run)
    except NothingToMeasureError as error:
        return Verdict(name, None, threshold, holds=threshold is None, reason=f"not measured: {error}")
    return Verdict(name, measured, threshold, holds=threshold is None or threshold.holds(measured.value))


def _mean_of(name: str) -> Measure:
    def measure(run: Run) -> Interval:
        return statistics.mean_interval([one.value for item in run.scored for one in item.scores if one.metric == name])

    return measure


def _over_attempts(compute: Callable[[Sequence[calibration.Attempt]], float]) -> Measure:
    def measure(run: Run) -> Interval:
        found = attempts(run)
        return statistics.interval(lambda positions: compute([found[at] for at in positions]), len(found))

    return measure


def _over_claims(compute: Callable[[Sequence[Judged]], float]) -> Measure:
    def measure(run: Run) -> Interval:
        judged = run.judged
        if not judged:
            raise NothingToMeasureError("there was no verifier, or no claims for it")
        return statistics.interval(lambda positions: compute([judged[at] for at in positions]), len(judged))

    return measure


def _over_seconds(percent: float) -> Measure:
    def measure(run: Run) -> Interval:
        seconds = [one.observed.seconds for one in run.scored]
        return statistics.interval(
            lambda positions: statistics.percentile([seconds[at] for at in positions], percent), len(seconds)
        )

    return measure


def _auroc(attempts: Sequence[calibration.Attempt]) -> float:
    return metrics.auroc([one.confidence for one in attempts], [one.answerable for one in attempts])


OF_CONFIDENCE: Mapping[str, Callable[[Sequence[calibration.Attempt]], float]] = {
    "refusal_auroc": _auroc,
    "coverage_at_90": lambda found: calibration.coverage_at_precision(found, 0.90),
    "coverage_at_95": lambda found: calibration.coverage_at_precision(found, 0.95),
    "calibration_error": calibration.calibration_error,
}
"""The metrics that are over all questions at once, and not the mean of one value for each."""

MEASURES: Mapping[str, Measure] = {
    **{name: _mean_of(name) for name in MEANS},
    **{name: _over_attempts(compute) for name, compute in OF_CONFIDENCE.items()},
    "verifier_balanced_accuracy": _over_claims(claims.balanced_accuracy),
    "verifier_auroc": _over_claims(claims.auroc),
    "latency_p50": _over_seconds(50),
    "latency_p95": _over_seconds(95),
}


def _problem(tables: Mapping[str, Any]) -> str | None:
    if extra := sorted(set(tables) - {"min", "max"}):
        return f"{extra[0]!r} is neither `min` nor `max`"
    if loose := [name for name, table in tables.items() if not isinstance(table, dict)]:
        return f"`{loose[0]}` is not a table"
    limits = [limit for table in tables.values() for limit in table.items()]
    wrong = [problem for name, limit in limits if (problem := _problem_of_limit(name, limit))]
    return wrong[0] if wrong else None if limits else "there are no thresholds, so nothing could break"


def _problem_of_limit(name: str, limit: object) -> str | None:
    if name not in MEASURES:
        return f"{name!r} is not a metric"
    number = isinstance(limit, int | float) and not isinstance(limit, bool)
    return None if number else f"{name!r} needs a number, not {limit!r}"
