"""Measures over per-row values, each with its bootstrap interval; none is defined over nothing.

SQuAD's exact match and token F1 follow the official script (Rajpurkar et al. 2016, 2018).
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Statistic = Callable[[NDArray[np.int64]], float]
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, its 95% percentile interval over resampled rows, and the number of rows."""

    name: str
    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.n}"


def figure(name: str, n: int, statistic: Statistic, seed: int = 0) -> Figure:
    """The statistic over all rows with a bootstrap interval; resamples on which it is undefined are left out."""
    if n == 0:
        raise ValueError(f"{name}: no rows to measure")
    rng = np.random.default_rng(seed)
    values = [statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Figure(name, statistic(np.arange(n)), float(low), float(high), n)


def mean_figure(name: str, values: Sequence[float]) -> Figure:
    """The mean of per-row values."""
    array = np.asarray(values, dtype=np.float64)
    return figure(name, len(array), lambda rows: float(array[rows].mean()))


def auroc(labels: NDArray[np.bool_], scores: Floats) -> float:
    """The probability that a positive outscores a negative, ties counting half; nan with one class only."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auroc_figure(name: str, labels: Sequence[bool], scores: Sequence[float]) -> Figure:
    """AUROC with its interval."""
    truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    return figure(name, len(truth), lambda rows: auroc(truth[rows], values[rows]))


def balanced_accuracy(labels: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """The mean of the two classes' recalls; nan with one class only."""
    if labels.all() or not labels.any():
        return float("nan")
    return float((predicted[labels].mean() + (~predicted[~labels]).mean()) / 2)


def best_threshold(labels: Sequence[bool], scores: Sequence[float]) -> float:
    """The threshold (predict positive at or above it) with the best balanced accuracy on these rows."""
    truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
    candidates = np.quantile(values, np.linspace(0, 1, 201))
    return float(max(candidates, key=lambda t: balanced_accuracy(truth, values >= t)))


def normalized(text: str) -> list[str]:
    """SQuAD's tokens: lower case, no punctuation, no articles."""
    lowered = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", lowered).split()


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """1.0 if the answer equals one of the golds; an empty list of golds means that none is right."""
    return float(any(normalized(answer) == normalized(gold) for gold in golds or [""]))


def token_f1(answer: str, golds: Sequence[str]) -> float:
    """The best token F1 over the golds; an empty list of golds means that none is right."""
    return max(_f1(normalized(answer), normalized(gold)) for gold in golds or [""])


def _f1(one: list[str], two: list[str]) -> float:
    if not one or not two:
        return float(one == two)
    same = sum((Counter(one) & Counter(two)).values())
    return 2 * same / (len(one) + len(two))


def set_f1(found: set[int], gold: set[int]) -> float:
    """F1 of two sets of sentence indices."""
    return 2 * len(found & gold) / (len(found) + len(gold)) if found or gold else 1.0
