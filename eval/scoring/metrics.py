"""The metrics: plain values in, a number out. A metric over nothing raises `NothingToMeasureError`; it is never 1.0.

Citations are judged by gold spans that people marked, so no model judges. The measures follow ALCE (Gao et al., EMNLP
2023), with these differences:

- ALCE asks an entailment model whether the cited passages support a statement. Here a citation is right when it
  covers, or lies in, a gold span (`overlaps`), and a statement is supported when one of its citations is right.
- ALCE's citation precision forgives a citation that others need to be complete. Here each citation stands for itself.
- ALCE's recall is the share of statements that are supported: `statement_support` here. `citation_recall` is the
  share of the sentences an answer needs that it cites, over the best of the alternatives.
- ALCE cites passages of 100 words. Here a citation is a span, so `citation_focus` also asks how much of it is gold.

Which questions a metric is over is decided in `eval.scoring.scorers`, not here.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from eval.datasets.cases import same_source
from eval.errors import NothingToMeasureError
from eval.scoring.statistics import mean

TYPOGRAPHIC = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


class Located(Protocol):
    """Characters `start` to `end` of a source: a citation or a gold span."""

    @property
    def source(self) -> str:
        """The document's name."""

    @property
    def start(self) -> int:
        """The first code point."""

    @property
    def end(self) -> int:
        """The code point after the last."""


def shared_characters(one: Located, other: Located) -> int:
    """How many characters two spans have in common."""
    if not same_source(one.source, other.source):
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def overlaps(one: Located, other: Located) -> bool:
    """Whether two spans share at least half of the shorter one: a stray character at the edge is no evidence."""
    shorter = min(one.end - one.start, other.end - other.start)
    return shorter > 0 and 2 * shared_characters(one, other) >= shorter


def citation_precision(cited: Sequence[Located], gold: Sequence[Located]) -> float:
    """The share of citations that overlap a gold span; 0 for an answer that cites nothing."""
    _require(gold, "gold spans")
    return mean([any(overlaps(citation, span) for span in gold) for citation in cited] or [0.0])


def citation_recall(cited: Sequence[Located], alternatives: Sequence[Sequence[Located]]) -> float:
    """The share of the spans of an alternative that are cited, for the alternative that is cited best."""
    _require(alternatives, "gold alternatives")
    return max(mean([any(overlaps(one, span) for one in cited) for span in spans]) for spans in alternatives)


def citation_f1(cited: Sequence[Located], alternatives: Sequence[Sequence[Located]]) -> float:
    """The harmonic mean of precision and recall against an alternative, for the one it suits best; 0 for no citation.

    Where gold spans are sentences, it is a sentence F1.
    """
    _require(alternatives, "gold alternatives")
    return max(_harmonic(citation_precision(cited, spans), citation_recall(cited, [spans])) for spans in alternatives)


def citation_focus(cited: Sequence[Located], gold: Sequence[Located]) -> float:
    """The share of the cited characters that are gold, so that citing a whole page is not a way to be right."""
    total = sum(citation.end - citation.start for citation in cited)
    if not total:
        raise NothingToMeasureError("the focus of no citations")
    return sum(max(shared_characters(citation, span) for span in gold) for citation in cited) / total


def statement_support(statements: Sequence[Sequence[Located]], gold: Sequence[Located]) -> float:
    """The share of statements, given by their citations, with one that is right; 0 for an answer without any."""
    return mean([citation_precision(cited, gold) > 0 for cited in statements] or [0.0])


def normalise(text: str) -> str:
    """Text as SQuAD 1.1's official script compares it: lower case, no ASCII punctuation, no articles, single spaces.

    One difference: typographic quotes and dashes count as their ASCII forms, and so are dropped too.
    """
    plain = "".join(c for c in text.translate(TYPOGRAPHIC).lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", plain).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 when the prediction is one of the answers after `normalise`, else 0."""
    _require(answers, "accepted answers")
    return float(normalise(prediction) in {normalise(answer) for answer in answers})


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """The harmonic mean of token precision and recall, for the answer it suits best (Rajpurkar et al., EMNLP 2016)."""
    _require(answers, "accepted answers")
    return max(_f1(normalise(prediction).split(), normalise(answer).split()) for answer in answers)


def token_recall(prediction: str, answers: Sequence[str]) -> float:
    """The share of an accepted answer's tokens that the prediction says, for the answer it says best.

    Suits whole-sentence answers, which F1 marks down for every word beyond the few it asks for.
    """
    _require(answers, "accepted answers")
    said = Counter(normalise(prediction).split())
    wanted = [Counter(normalise(answer).split()) for answer in answers]
    return max((said & tokens).total() / max(1, tokens.total()) for tokens in wanted)


def relevance(ranked: Sequence[Located], gold: Sequence[Located]) -> list[bool]:
    """For each rank whether it brings a gold span that no earlier rank brought."""
    left, found = list(gold), []
    for item in ranked:
        hits = [span for span in left if overlaps(item, span)]
        left = [span for span in left if span not in hits]
        found.append(bool(hits))
    return found


def hit_at(k: int, relevant: Sequence[bool]) -> float:
    """1 when one of the first `k` ranks is relevant, else 0."""
    return float(any(relevant[:k]))


def reciprocal_rank(relevant: Sequence[bool]) -> float:
    """One over the first relevant rank, 0 when there is none."""
    return next((1 / rank for rank, hit in enumerate(relevant, start=1) if hit), 0.0)


def ndcg_at(k: int, relevant: Sequence[bool], total: int) -> float:
    """Normalised discounted cumulative gain with gains 0 and 1, of which `total` exist (Järvelin & Kekäläinen 2002)."""
    if total < 1:
        raise NothingToMeasureError("a gain when nothing is relevant")
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, total) + 1))
    return sum(1 / math.log2(rank + 1) for rank, hit in enumerate(relevant[:k], start=1) if hit) / best


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The probability that a positive scores above a negative, ties counting half (Mann & Whitney 1947)."""
    values, positive = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not (n_positive and n_negative):
        raise NothingToMeasureError("AUROC needs both classes")
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    above = float(ranks[positive].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)


def balanced_accuracy(predictions: Sequence[bool], labels: Sequence[bool]) -> float:
    """The mean of the accuracy on positives and the accuracy on negatives: 0.5 for a verifier that always says yes."""
    rights = [(label, label == said) for said, label in zip(predictions, labels, strict=True)]
    classes = [[right for label, right in rights if label is wanted] for wanted in (True, False)]
    if not all(classes):
        raise NothingToMeasureError("balanced accuracy needs both classes")
    return mean([mean(one) for one in classes])


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _f1(predicted: Sequence[str], wanted: Sequence[str]) -> float:
    common = (Counter(predicted) & Counter(wanted)).total()
    return 2 * common / (len(predicted) + len(wanted)) if common else float(predicted == wanted)


def _require(values: Sequence[object], what: str) -> None:
    if not values:
        raise NothingToMeasureError(f"there are no {what}")
