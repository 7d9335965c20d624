"""SQuAD 2.0's measure: exact match and token F1, where refusing is right for what cannot be answered.

Rajpurkar et al. 2018. The threshold is the best one for the rows, as the official script's `best_f1` has it, and also
the one that was best for the other half of the articles, which is what a user gets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.calibration.metrics import Figure, Floats, exact_match, figure, mean_figure, token_f1


@dataclass(frozen=True, slots=True)
class Attempted:
    """A question's group, whether it can be answered, how sure the reader is, and what its words are worth."""

    group: str
    answerable: bool
    confidence: float
    f1: float
    exact: float


def attempted(group: str, golds: Sequence[str], words: str, confidence: float) -> Attempted:
    """The worth of `words` as an answer; `golds` is empty for a question that cannot be answered."""
    there = bool(golds)
    f1, exact = (token_f1(words, golds), exact_match(words, golds)) if there else (0.0, 0.0)
    return Attempted(group, there, confidence, f1, exact)


def figures(rows: Sequence[Attempted]) -> list[Figure]:
    """F1 and EM with refusals, and without on the answerable."""
    answerable = [row for row in rows if row.answerable]
    scores = np.array([row.confidence for row in rows])
    refusal = np.array([float(not row.answerable) for row in rows])
    groups = sorted({row.group for row in rows})
    side = np.array([groups.index(row.group) % 2 for row in rows])
    found = [
        mean_figure("F1 of the answerable, never refusing", [row.f1 for row in answerable]),
        mean_figure("EM of the answerable, never refusing", [row.exact for row in answerable]),
        mean_figure("F1, always refusing", refusal.tolist()),
    ]
    for name, gains in (("F1", [row.f1 for row in rows]), ("EM", [row.exact for row in rows])):
        worth = np.array(gains)
        found.append(_refusing(f"{name}, best threshold", scores >= best_cut(scores, worth, refusal), worth, refusal))
        kept = np.zeros(len(rows), dtype=bool)
        for half in (0, 1):
            other = side != half
            kept[~other] = scores[~other] >= best_cut(scores[other], worth[other], refusal[other])
        found.append(_refusing(f"{name}, the other half's threshold", kept, worth, refusal))
    return found


def best_cut(scores: Floats, gains: Floats, refusal: Floats) -> float:
    """The threshold at or above which to answer that gives the best mean."""
    order = np.argsort(-scores, kind="stable")
    totals = refusal.sum() + np.cumsum(gains[order] - refusal[order])
    return float(scores[order[int(totals.argmax())]])


def _refusing(name: str, answer: np.ndarray, gains: Floats, refusal: Floats) -> Figure:
    values = np.where(answer, gains, refusal)
    return figure(name, len(values), lambda rows: float(values[rows].mean()))
