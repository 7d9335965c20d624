"""Fits what turns the models' numbers into probabilities, and the thresholds, on development data; and measures it.

Sentences are ranked by a conditional logit (McFadden 1974) over the sentences of one question, scaled to the
probability of being the one that answers (Platt 1999). Whether the documents answer is a logistic regression on the
signals of `rag.models.calibration`, each set of questions weighing alike. What is reported is cross-fitted: each
question by a model that saw no question of its group.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from rag.generation.extractive import SENTENCES
from rag.models.calibration import QUESTION, SENTENCE, Logistic
from rag.models.cross_encoder import SpanModel
from rag.reader.span import Seen, read_alone, signs
from training.calibration.metrics import Figure, auroc_figure, figure, mean_figure, set_f1
from training.calibration.pipeline import Observed
from training.calibration.risk import bound
from training.data import squad

FOLDS = 5
RIDGE = 1.0
# The share of answerable development questions that each strictness may refuse.
SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
OVER_REFUSAL = {"lenient": 0.05, "balanced": 0.10, "strict": 0.20}

Floats = NDArray[np.float64]
Sets = dict[str, list[Observed]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a set: its group, whether it can be answered, its signals, and whether the right sentence led.

    `words` are those that the reader marks as the answer, `golds` those that are right.
    """

    set: str
    group: str
    answerable: bool
    signals: tuple[float, ...]
    right: bool
    words: str
    golds: tuple[str, ...]


def ranking(rows: Sequence[Observed]) -> Logistic:
    """The weights that rank sentences, scaled so that the sigmoid is the probability of being the right one."""
    asked = [(_sentences(row.seen), np.array(row.gold())) for row in rows if any(row.gold())]

    def loss(weights: Floats) -> float:
        total = 0.0
        for values, gold in asked:
            logits = values @ weights
            total += np.logaddexp.reduce(logits) - np.logaddexp.reduce(logits[gold])
        return total / len(asked) + 1e-4 * float(weights @ weights)

    weights = minimize(loss, np.ones(len(SENTENCE)), method="Nelder-Mead").x
    scores = np.concatenate([values @ weights for values, _ in asked])
    truth = np.concatenate([gold for _, gold in asked])
    fitted = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    scale = float(fitted.coef_[0, 0])
    return Logistic(dict(zip(SENTENCE, (float(w) * scale for w in weights), strict=True)), float(fitted.intercept_[0]))


def judged(name: str, rows: Sequence[Observed], ranks: Logistic, model: SpanModel) -> list[Judged]:
    """Each question's signals, by the sentence that ranks first; questions for which nothing was retrieved left out.

    `model` reads that sentence alone.
    """
    found = []
    for row in rows:
        if not row.seen:
            continue
        best = max(range(len(row.seen)), key=lambda place: (_logit(ranks, row.seen[place]), -place))
        first = row.seen[best]
        alone = read_alone(model, row.asked.question, first.in_context).answerable
        values = signs(row.asked.question, row.seen, first, alone)
        signals = tuple(values[name] for name in QUESTION)
        words, golds = first.words, row.asked.answers
        found.append(Judged(name, row.asked.group, row.answerable, signals, row.gold()[best], words, golds))
    return found


def answering(rows: Sequence[Judged]) -> Logistic:
    """The probability that there is an answer; every set weighs alike."""
    values = np.array([row.signals for row in rows])
    means, deviations = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    fitted = LogisticRegression(C=1 / RIDGE).fit(
        (values - means) / deviations, [row.answerable for row in rows], sample_weight=_weights(rows)
    )
    weights = fitted.coef_[0] / deviations
    bias = float(fitted.intercept_[0] - weights @ means)
    return Logistic({name: float(weight) for name, weight in zip(QUESTION, weights, strict=True)}, bias)


def crossed(rows: Sequence[Judged]) -> Floats:
    """A probability per question from a model fitted on other groups."""
    groups = sorted({row.group for row in rows})
    fold = {group: index % FOLDS for index, group in enumerate(groups)}
    values = np.zeros(len(rows))
    for held in range(FOLDS):
        model = answering([row for row in rows if fold[row.group] != held])
        for place, row in enumerate(rows):
            if fold[row.group] == held:
                values[place] = model(dict(zip(QUESTION, row.signals, strict=True)))
    return values


def threshold(rows: Sequence[Judged], values: Floats, refused: float) -> float:
    """The highest confidence at which no more of the answerable is refused: of all, and of all sets weighing alike."""
    there = [place for place, row in enumerate(rows) if row.answerable]
    order = np.argsort(values[there], kind="stable")

    def least(weights: Floats) -> float:
        below = np.cumsum(weights[order]) / weights.sum()
        return float(values[there][order][int(np.searchsorted(below, refused, side="right"))])

    by_set = np.array(_weights([rows[place] for place in there]))
    return float(np.floor(min(least(by_set), least(np.ones(len(there)))) * 1e4) / 1e4)


def measured_words(rows: Sequence[Judged], values: Floats) -> list[Figure]:
    """SQuAD's F1 and EM of the words, with refusals."""
    return squad.figures(
        [
            squad.attempted(row.group, row.golds if row.answerable else (), row.words, float(value))
            for row, value in zip(rows, values, strict=True)
        ]
    )


def given(rows: Sequence[Observed], ranks: Logistic, model: SpanModel) -> list[Figure]:
    """The figures of questions whose passage is given; answerability cross-fitted where there are both kinds."""
    found = judged("given", rows, ranks, model)
    truth = [row.answerable for row in found]
    if all(truth):
        return measured_words(found, np.ones(len(found)))
    values = crossed(found)
    margins = [max(item.margin for item in row.seen if item.margin is not None) for row in rows if row.seen]
    return [
        auroc_figure("AUROC", truth, values.tolist()),
        auroc_figure("AUROC of the margin alone", truth, margins),
        *measured_words(found, values),
    ]


def selection(rows: Sequence[Observed], ranks: Logistic) -> list[Figure]:
    """Sentence F1 of quoting every sentence, of three at most, that has a share of the best one's probability."""
    asked = [row for row in rows if any(row.gold())]
    return [
        mean_figure(f"sentence F1 at share {share}", [_quoted(row, ranks, share) for row in asked]) for share in SHARES
    ]


def _quoted(row: Observed, ranks: Logistic, share: float) -> float:
    scores = sorted(((ranks(item.values()), -place) for place, item in enumerate(row.seen)), reverse=True)
    chosen = {-place for score, place in scores[:SENTENCES] if score >= share * scores[0][0]}
    return set_f1(chosen, {place for place, holds in enumerate(row.gold()) if holds})


def figures(rows: Sequence[Judged], values: Floats, cut: float) -> list[Figure]:
    """What the calibration is worth, by set and over all."""
    found = []
    for name in ["all", *sorted({row.set for row in rows})]:
        inside = [place for place, row in enumerate(rows) if name in ("all", row.set)]
        found += _figures(name, [rows[place] for place in inside], values[inside], cut)
    return found


def _figures(name: str, rows: Sequence[Judged], values: Floats, cut: float) -> list[Figure]:
    truth = [row.answerable for row in rows]
    yes = [float(value < cut) for row, value in zip(rows, values, strict=True) if row.answerable]
    no = [float(value < cut) for row, value in zip(rows, values, strict=True) if not row.answerable]
    answers = np.array(truth, dtype=float)
    found = [figure(f"{name}: calibration error", len(rows), lambda at: calibration_error(values[at], answers[at]))]
    if yes:
        found += [mean_figure(f"{name}: over-refusal", yes)]
        found += [mean_figure(f"{name}: right sentence first", [float(row.right) for row in rows if row.answerable])]
    if no:
        found += [mean_figure(f"{name}: refusal recall", no)]
    return [auroc_figure(f"{name}: AUROC", truth, values.tolist()), *found] if yes and no else found


def calibration_error(values: Floats, truth: Floats) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((values * 10).astype(int), 9)
    gaps = [abs(values[bins == one].mean() - truth[bins == one].mean()) * (bins == one).sum() for one in set(bins)]
    return float(sum(gaps) / len(values))


def curve(rows: Sequence[Judged], values: Floats) -> dict[str, dict[str, float]]:
    """For each strictness its threshold, and what it refuses of the answerable and the unanswerable."""
    found = {}
    for name, refused in OVER_REFUSAL.items():
        cut = threshold(rows, values, refused)
        shares = {
            kind: [float(v < cut) for r, v in zip(rows, values, strict=True) if r.answerable == kind]
            for kind in (True, False)
        }
        promised = bound([not refused_it for refused_it in shares[False]])
        found[name] = {
            "threshold": cut,
            "over_refusal": round(float(np.mean(shares[True])), 3),
            "refusal_recall": round(float(np.mean(shares[False])), 3),
            "wrongly_answered_at_most": promised.at_most,  # of what isn't stated, at 90 % confidence, on n questions
            "n": promised.n,
        }
    return found


def calibration(
    ranks: Logistic, answers: Logistic, support: Logistic, points: dict[str, Any], risks: dict[str, Any]
) -> dict[str, Any]:
    """The JSON that `rag.models.calibration.load_calibration` reads; `risks` are the verifier's."""
    named = {"sentence": ranks, "question": answers, "support": support}
    fitted = {name: asdict(model) for name, model in named.items()}
    return {**fitted, "strictness": points, "support_risks": risks}


def _weights(rows: Sequence[Judged]) -> list[float]:
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.set] = sizes.get(row.set, 0) + 1
    return [len(rows) / len(sizes) / sizes[row.set] for row in rows]


def _sentences(seen: Sequence[Seen]) -> Floats:
    return np.array([[item.values()[name] for name in SENTENCE] for item in seen])


def _logit(model: Logistic, item: Seen) -> float:
    values = item.values()
    return sum(weight * values[name] for name, weight in model.weights.items())
