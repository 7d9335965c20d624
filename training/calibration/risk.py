"""What a threshold promises: an upper bound on its error rate, from how often it erred on n rows.

The exact binomial bound (Clopper & Pearson 1934), as risk control uses it (Bates et al., Angelopoulos et al. 2021).
It holds for documents like those measured, and not for others: see `training.calibration.transfer`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.reader.thresholds import upper_bound
from training.calibration.metrics import Floats

CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Bound:
    """`errors` of `n` rows; at most `at_most` of such rows err, at the given confidence."""

    errors: int
    n: int
    at_most: float
    confidence: float = CONFIDENCE

    @property
    def rate(self) -> float:
        """The share that erred."""
        return self.errors / self.n


def bound(errors: Sequence[bool], confidence: float = CONFIDENCE) -> Bound:
    """The bound from one value a row; ValueError over no rows."""
    n, count = len(errors), int(sum(errors))
    if not n:
        raise ValueError("There are no rows to bound an error rate with.")
    return Bound(count, n, upper_bound(count, n, confidence), confidence)


def least_threshold(scores: Floats, wrong: Sequence[bool], allowed: float, confidence: float = CONFIDENCE) -> float:
    """The lowest threshold at which no more than `allowed` of the wrong rows pass, by the bound; 1 where none does.

    Thresholds are tried from the strictest on and the first that fails ends it, so that trying many costs nothing
    (fixed sequence testing).
    """
    against = np.sort(scores[np.asarray(wrong, dtype=bool)])[::-1]
    if not len(against):
        raise ValueError("There are no wrong rows to bound a threshold with.")
    lowest = 1.0
    for place, score in enumerate(against):
        if bound([True] * place + [False] * (len(against) - place), confidence).at_most > allowed:
            break
        lowest = float(np.nextafter(score, np.inf))
    return lowest
