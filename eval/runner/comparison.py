"""Two runs side by side: what got better and what got worse, by metric and by question (a paired bootstrap)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.errors import NothingToMeasureError, RunFileError
from eval.runner.run import Run
from eval.scoring import scorers
from eval.scoring.calibration import Attempt
from eval.scoring.results import Observed, Score
from eval.scoring.statistics import Difference, paired_difference, statistic_difference
from eval.scoring.thresholds import MEANS, OF_CONFIDENCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOWER_IS_BETTER = frozenset({"over_refusal"})
VERIFIED = "verifier_accuracy"  # of one claim: 1 when it was judged rightly
Scores = Mapping[tuple[str, str], Score]
"""Scores by the id of a question or claim, and metric."""


@dataclass(frozen=True, slots=True)
class Change:
    """The score of one question or claim on one metric, before and after."""

    case: str
    question: str
    metric: str
    before: float
    after: Score

    @property
    def better(self) -> bool:
        """Whether it got better."""
        return (self.after.value > self.before) != (self.metric in LOWER_IS_BETTER)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Over the questions and claims both runs scored: each metric that changed, and each question that did."""

    shared: int
    differences: tuple[tuple[str, Difference], ...]
    changes: tuple[Change, ...]


def compare(earlier: Run, later: Run) -> Comparison:
    """What changed from one run to another, on the questions and claims they share by id and wording.

    Raises RunFileError when they share none.
    """
    known = _wordings(earlier)
    shared = {id_: words for id_, words in _wordings(later).items() if known.get(id_) == words}
    if not shared:
        raise RunFileError("The two runs have no question in common. Compare runs of the same set.")
    before, after = _scores(earlier), _scores(later)
    both = [key for key in after if key in before and key[0] in shared]
    changed = [key for key in both if before[key].value != after[key].value]
    differences = []
    for metric in (*MEANS, VERIFIED):
        if any(name == metric for _, name in changed):
            keys = [key for key in both if key[1] == metric]
            found = paired_difference([before[key].value for key in keys], [after[key].value for key in keys])
            differences.append((metric, found))
    differences += _of_confidence(earlier, later, shared)
    changes = tuple(Change(id_, shared[id_], name, before[id_, name].value, after[id_, name]) for id_, name in changed)
    return Comparison(len(shared), tuple(differences), changes)


def _of_confidence(earlier: Run, later: Run, shared: Mapping[str, str]) -> Iterator[tuple[str, Difference]]:
    """The differences of the metrics over all questions at once that can be measured in both runs and differ."""
    before, after = _attempts(earlier), _attempts(later)
    ids = [id_ for id_ in after if id_ in before and id_ in shared]
    for metric, compute in OF_CONFIDENCE.items():
        was, is_now = (_over(compute, [attempts[id_] for id_ in ids]) for attempts in (before, after))
        try:
            found = statistic_difference(was, is_now, len(ids))
        except NothingToMeasureError:
            continue
        if found.value:
            yield metric, found


def _over(
    compute: Callable[[Sequence[Attempt]], float], attempts: Sequence[Attempt]
) -> Callable[[NDArray[np.intp]], float]:
    return lambda positions: compute([attempts[at] for at in positions])


def _attempts(run: Run) -> dict[str, Attempt]:
    return {
        item.case.id: scorers.attempt(item.case, item.observed)
        for item in run.scored
        if isinstance(item.observed, Observed)
    }


def _wordings(run: Run) -> dict[str, str]:
    """What was asked or claimed, by id."""
    return {item.case.id: item.case.question for item in run.scored} | {
        item.claim.id: item.claim.text for item in run.judged
    }


def _scores(run: Run) -> Scores:
    of_questions = {(item.case.id, score.metric): score for item in run.scored for score in item.scores}
    of_claims = {
        (item.claim.id, VERIFIED): Score(
            VERIFIED, float(item.right), f"support {item.support:.2f}, {'true' if item.claim.true else 'false'}"
        )
        for item in run.judged
    }
    return of_questions | of_claims
