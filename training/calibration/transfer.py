"""How a calibration travels: fitted on all kinds of documents but one, measured on that one.

What a person's own documents get is what a left-out kind gets, not what the fitted ones do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.models.calibration import QUESTION, Logistic
from training.calibration import fit
from training.calibration.fit import OVER_REFUSAL, Judged, answering, calibration_error, threshold
from training.calibration.metrics import Figure, Floats, auroc_figure, figure, mean_figure, token_f1
from training.data.squad import best_cut


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Confidences on a kind by a model that saw no question of it, and the threshold that the other kinds chose."""

    kind: str
    rows: list[Judged]
    values: Floats
    cut: float


def left_out(rows: Sequence[Judged], kind: str) -> LeftOut:
    """Fit and choose the balanced threshold without `kind`."""
    others = [row for row in rows if row.set != kind]
    inside = [row for row in rows if row.set == kind]
    cut = threshold(others, fit.crossed(others), OVER_REFUSAL["balanced"])
    return LeftOut(kind, inside, confidences(answering(others), inside), cut)


def confidences(model: Logistic, rows: Sequence[Judged]) -> Floats:
    """The model's confidence in each row."""
    return np.array([model(dict(zip(QUESTION, row.signals, strict=True))) for row in rows])


def given(rows: Sequence[Judged], values: Floats, cut: float) -> list[Figure]:
    """What the shipped confidence and threshold are worth on questions with their passages, which fitted nothing."""
    truth, kept = np.array([row.answerable for row in rows]), values >= cut
    worth = np.array([token_f1(row.words, row.golds) if row.answerable else 0.0 for row in rows])
    refusal = (~truth).astype(float)
    best = best_cut(values, worth, refusal)
    at_best, at_cut = np.where(values >= best, worth, refusal), np.where(kept, worth, refusal)
    return [
        auroc_figure("as shipped: AUROC", truth.tolist(), values.tolist()),
        mean_figure("as shipped: F1 at the balanced threshold", at_cut.tolist()),
        mean_figure("as shipped: F1 lost to the best threshold", (at_best - at_cut).tolist()),
        mean_figure("as shipped: over-refusal", (~kept[truth]).tolist()),
        mean_figure("as shipped: refusal recall", (~kept[~truth]).tolist()),
        figure("as shipped: refusal recall at 10 % over-refusal", len(rows), lambda at: _recall(values[at], truth[at])),
    ]


def _recall(values: Floats, truth: np.ndarray) -> float:
    if truth.all() or not truth.any():
        return float("nan")
    return float((values[~truth] < np.quantile(values[truth], OVER_REFUSAL["balanced"])).mean())


def figures(rows: Sequence[Judged]) -> list[Figure]:
    """For each kind, left out: calibration error, over-refusal, refusal recall, AUROC, and what its threshold costs."""
    found = []
    for kind in sorted({row.set for row in rows}):
        found += _figures(left_out(rows, kind))
    return found


def _figures(one: LeftOut) -> list[Figure]:
    truth = np.array([row.answerable for row in one.rows])
    kept = one.values >= one.cut
    name = f"{one.kind}, left out"
    answers = truth.astype(float)
    found = [
        figure(f"{name}: calibration error", len(truth), lambda at: calibration_error(one.values[at], answers[at]))
    ]
    if truth.any():
        found.append(mean_figure(f"{name}: over-refusal", (~kept[truth]).tolist()))
    if not truth.all():
        found.append(mean_figure(f"{name}: refusal recall", (~kept[~truth]).tolist()))
    if truth.any() and not truth.all():
        found.append(auroc_figure(f"{name}: AUROC", truth.tolist(), one.values.tolist()))
        found.append(
            figure(f"{name}: accuracy lost to the best threshold", len(truth), lambda at: _lost(one, truth, at))
        )
    return found


def _lost(one: LeftOut, truth: np.ndarray, at: np.ndarray) -> float:
    """How much better the best threshold for these very rows would decide."""
    values, right = one.values[at], truth[at]
    best = max(float(((values >= cut) == right).mean()) for cut in np.unique(values))
    return best - float(((values >= one.cut) == right).mean())
