"""Two runs side by side: what got better and what got worse, by metric and by question (a paired bootstrap)."""

from collections.abc import Mapping
from dataclasses import dataclass

from eval.errors import RunFileError
from eval.gate import MEANS
from eval.outcomes import Score
from eval.run import Run
from eval.stats import Difference, paired_difference

LOWER_IS_BETTER = frozenset({"over_refusal"})
Scores = Mapping[tuple[str, str], Score]
"""Scores by question id and metric."""


@dataclass(frozen=True, slots=True)
class Change:
    """One question's score on one metric, before and after."""

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
    """Over the questions both runs scored: each metric that changed, and each question that did."""

    shared: int
    differences: tuple[tuple[str, Difference], ...]
    changes: tuple[Change, ...]


def compare(earlier: Run, later: Run) -> Comparison:
    """What changed from one run to another, on the questions they share by id and wording.

    Raises RunFileError when they share none.
    """
    shared = {one.case.id: one.case.question for one in later.scored}
    shared = {one.case.id: one.case.question for one in earlier.scored if shared.get(one.case.id) == one.case.question}
    if not shared:
        raise RunFileError("The two runs have no question in common. Compare runs of the same set.")
    before, after = _scores(earlier), _scores(later)
    both = [key for key in after if key in before and key[0] in shared]
    changed = [key for key in both if before[key].value != after[key].value]
    differences = []
    for metric in MEANS:
        if any(name == metric for _, name in changed):
            keys = [key for key in both if key[1] == metric]
            found = paired_difference([before[key].value for key in keys], [after[key].value for key in keys])
            differences.append((metric, found))
    changes = tuple(Change(id_, shared[id_], name, before[id_, name].value, after[id_, name]) for id_, name in changed)
    return Comparison(len(shared), tuple(differences), changes)


def _scores(run: Run) -> Scores:
    return {(item.case.id, score.metric): score for item in run.scored for score in item.scores}
