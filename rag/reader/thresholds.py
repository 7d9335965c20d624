"""A threshold from questions of which it is known whether the documents answer them, and what it promises.

Chooses over confidences that were already computed; asks nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

FEWEST = 20  # questions of either kind; with fewer a bound says next to nothing
CONFIDENCE = 0.9  # of the bound


@dataclass(frozen=True, slots=True)
class Trial:
    """A question's confidence, and whether the documents answer it."""

    confidence: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least confidence to answer with, and what it does on the questions that chose it.

    `refused` of the `answerable` are refused, `answered` of the `unanswerable` are answered, and of further questions
    like those at most `answered_at_most` are, at 90 % confidence. `enough` is whether there were FEWEST of each kind.
    """

    threshold: float
    refused: int
    answerable: int
    answered: int
    unanswerable: int
    answered_at_most: float
    enough: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)


def choose(trials: Sequence[Trial], *, refuse: float) -> Threshold:
    """The highest threshold that refuses no more than a share `refuse` of what is answerable.

    Raises ValueError when no question is answerable.
    """
    there = sorted(trial.confidence for trial in trials if trial.answerable)
    others = [trial.confidence for trial in trials if not trial.answerable]
    if not there:
        raise ValueError("No question is answerable.")
    least = there[min(int(refuse * len(there)), len(there) - 1)]
    answered = sum(confidence >= least for confidence in others)
    return Threshold(
        threshold=round(least, 4),
        refused=sum(confidence < least for confidence in there),
        answerable=len(there),
        answered=answered,
        unanswerable=len(others),
        answered_at_most=upper_bound(answered, len(others)),
        enough=min(len(there), len(others)) >= FEWEST,
    )


def upper_bound(errors: int, n: int, confidence: float = CONFIDENCE) -> float:
    """The rate that `errors` of `n` allow for at most (Clopper & Pearson 1934), rounded up to a ten-thousandth."""
    if errors >= n:
        return 1.0
    low, high = errors / n, 1.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if _at_most(errors, n, middle) < 1 - confidence else (middle, high)
    return math.ceil(high * 1e4) / 1e4


def _at_most(errors: int, n: int, rate: float) -> float:
    """The probability of so few errors at this rate."""
    logs = (
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(rate)
        + (n - k) * math.log1p(-rate)
        for k in range(errors + 1)
    )
    return sum(math.exp(log) for log in logs)
