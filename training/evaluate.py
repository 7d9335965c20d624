"""Measures a reader on SQuAD 2.0 and PolicyQA: paragraph given. Each figure has its n and interval.

The dev sets choose thresholds and combine the two answerability scores here; they never train weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from training import data
from training.data import Reading
from training.infer import Query, Read, read
from training.metrics import Figure, Floats, auroc_figure, exact_match, figure, mean_figure, token_f1
from training.model import ReaderModel
from training.signals import NAMES, Weights, features, fit
from training.similarity import Embedder
from training.text import sentences


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question: whether it can be answered, what was read, and how well its best span does."""

    row: Reading
    read: Read
    f1: float
    exact: float
    signals: list[float]

    @property
    def answerable(self) -> bool:
        """Whether the passage answers, by the people who made the set."""
        return bool(self.row.golds)


@dataclass(frozen=True, slots=True)
class Calibration:
    """P(answerable) = sigmoid((margin + answerable logit) * scale + intercept).

    The two weigh alike: with a weight each, the margin's came out negative in an early run, and ranked backwards.
    """

    scale: float
    intercept: float

    def logit(self, reads: Sequence[Read]) -> Floats:
        """One logit per read."""
        return both_scores(reads) * self.scale + self.intercept


def both_scores(reads: Sequence[Read]) -> Floats:
    """The reader's two scores of answerability, added."""
    return margins(reads) + answerables(reads)


def margins(reads: Sequence[Read]) -> Floats:
    """How far each best span is above "no answer"."""
    return np.array([found.margin for found in reads])


def answerables(reads: Sequence[Read]) -> Floats:
    """The classifier's logits."""
    return np.array([found.answerable for found in reads])


def sample(rows: Sequence[Reading], count: int | None, seed: int = 7) -> list[Reading]:
    """`count` rows drawn without replacement, all if None."""
    return list(rows) if count is None or count >= len(rows) else Random(seed).sample(list(rows), count)


def outcomes(model: ReaderModel, rows: Sequence[Reading], embedder: Embedder) -> list[Outcome]:
    """Each question read in its own passage."""
    queries = [Query(row.question, row.passage.text) for row in rows]
    cosines = nearest_cosines(queries, embedder)
    found = []
    for row, query, cosine, result in zip(rows, queries, cosines, read(model, queries), strict=True):
        span = result.spans[0].span if result.spans else None
        text = row.passage.text[span.start : span.end] if span else ""
        found.append(
            Outcome(
                row, result, token_f1(text, row.golds), exact_match(text, row.golds), features(query, result, cosine)
            )
        )
    return found


def nearest_cosines(queries: Sequence[Query], embedder: Embedder) -> list[float]:
    """For each query the cosine of its question with the nearest sentence of its passage."""
    passages = list(dict.fromkeys(query.passage for query in queries))
    pieces = [[text[s.start : s.end] for s in sentences(text)] or [text] for text in passages]
    vectors = embedder.embed([piece for parts in pieces for piece in parts])
    ends = np.cumsum([len(parts) for parts in pieces])
    of_passage = dict(zip(passages, np.split(vectors, ends[:-1]), strict=True))
    asked = embedder.embed([query.question for query in queries])
    return [float((of_passage[q.passage] @ vector).max()) for q, vector in zip(queries, asked, strict=True)]


def calibrate(results: Sequence[Outcome]) -> Calibration:
    """Platt scaling (1999) of the two scores' sum."""
    fitted = LogisticRegression(C=1.0).fit(
        both_scores([r.read for r in results])[:, None], [r.answerable for r in results]
    )
    return Calibration(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def weigh(results: Sequence[Outcome], names: Sequence[str] = NAMES) -> Weights:
    """Logistic regression of answerability on the named signals."""
    return fit(np.array([r.signals for r in results]), [r.answerable for r in results], names)


def crossed(results: Sequence[Outcome], names: Sequence[str]) -> Floats:
    """A logit per result from weights fitted on the other half of the articles."""
    groups = sorted({r.row.group for r in results})
    side = {group: index % 2 for index, group in enumerate(groups)}
    scores = np.zeros(len(results))
    for half in (0, 1):
        here = [i for i, r in enumerate(results) if side[r.row.group] == half]
        fitted = weigh([r for r in results if side[r.row.group] != half], names)
        scores[here] = fitted.logit(np.array([results[i].signals for i in here]))
    return scores


@dataclass(frozen=True, slots=True)
class Fitted:
    """What SQuAD 2.0's development file fitted: the two scores' calibration, and the weights of all signals."""

    calibration: Calibration
    weights: Weights


def squad2(model: ReaderModel, embedder: Embedder, count: int | None = None) -> tuple[list[Figure], Fitted]:
    """Answerability by each score, both and all signals; F1 and EM with refusals, F1 on the answerable."""
    results = outcomes(model, sample(data.reading_rows("dev_reading_squad2_dev"), count), embedder)
    truth, reads = [r.answerable for r in results], [r.read for r in results]
    both, signals = both_scores(reads), crossed(results, NAMES)
    answered = [r for r in results if r.answerable]
    figures = [
        auroc_figure("squad2 AUROC of margin", truth, margins(reads).tolist()),
        auroc_figure("squad2 AUROC of answerable logit", truth, answerables(reads).tolist()),
        auroc_figure("squad2 AUROC of both", truth, both.tolist()),
        auroc_figure("squad2 AUROC of cosine", truth, [r.signals[NAMES.index("cosine")] for r in results]),
        auroc_figure("squad2 AUROC of all signals, cross-fitted", truth, signals.tolist()),
        mean_figure("squad2 F1 of answerable questions, never refusing", [r.f1 for r in answered]),
        mean_figure("squad2 EM of answerable questions, never refusing", [r.exact for r in answered]),
        mean_figure("squad2 F1 if always refusing", [float(not r.answerable) for r in results]),
    ]
    refused = [*refusing("both", results, both), *refusing("all signals", results, signals)]
    return figures + refused, Fitted(calibrate(results), weigh(results))


def refusing(by: str, results: Sequence[Outcome], scores: Floats) -> list[Figure]:
    """F1 and EM at the threshold best for these rows, and at the one chosen on the other half of the articles."""
    refusal = np.array([float(not r.answerable) for r in results])
    figures = []
    for name, gains in (("F1", np.array([r.f1 for r in results])), ("EM", np.array([r.exact for r in results]))):
        best = best_cut(scores, gains, refusal)
        figures.append(_refused(f"squad2 {name} by {by}, best threshold", scores >= best, gains, refusal))
        groups = sorted({r.row.group for r in results})
        side = np.array([groups.index(r.row.group) % 2 for r in results])
        kept = np.zeros(len(results), dtype=bool)
        for half in (0, 1):
            other = side != half
            kept[~other] = scores[~other] >= best_cut(scores[other], gains[other], refusal[other])
        figures.append(_refused(f"squad2 {name} by {by}, other half's threshold", kept, gains, refusal))
    return figures


def best_cut(scores: Floats, gains: Floats, refusal: Floats) -> float:
    """The threshold at or above which to answer that gives the best mean."""
    order = np.argsort(-scores, kind="stable")
    totals = refusal.sum() + np.cumsum(gains[order] - refusal[order])
    return float(scores[order[int(totals.argmax())]])


def _refused(name: str, answer: np.ndarray, gains: Floats, refusal: Floats) -> Figure:
    # an unanswerable row's `gains` are 0 for any words: its golds are empty
    values = np.where(answer, gains, refusal)
    return figure(name, len(values), lambda rows: float(values[rows].mean()))


def policyqa(model: ReaderModel, embedder: Embedder, count: int | None = 800) -> list[Figure]:
    """F1 and EM on questions about privacy policies, all answerable."""
    results = outcomes(model, sample(data.reading_rows("dev_reading_policyqa"), count), embedder)
    return [
        mean_figure("policyqa F1", [r.f1 for r in results]),
        mean_figure("policyqa EM", [r.exact for r in results]),
    ]
