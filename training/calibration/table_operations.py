"""The weights of `rag.tables.operations`, fitted to the questions written for them, and what they get right.

Measured by cross-validation over the same questions: the figures are those of questions of the same writers. Figures on
others' questions are in docs/lab/tables.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.protocols import Encoder
from rag.tables.operations import LONGEST, OPERATIONS, WEIGHTS, WORDS_SHARE, Operation, grams, word_features

if TYPE_CHECKING:
    from rag.types import Vectors

QUESTIONS = Path(__file__).parents[1] / "data" / "table_operations.jsonl"
STRENGTH = 10.0  # the inverse of the penalty; flat between 3 and 30 in cross-validation
FOLDS = 5
RARE = 2  # questions that an n-gram must stand in to count


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and the operation it asks for."""

    question: str
    operation: Operation


def load_questions(path: Path = QUESTIONS) -> list[Labelled]:
    """The questions written for the classifier."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Labelled(row["question"], row["operation"]) for row in rows]


def fit(encoder: Encoder, out: Path = WEIGHTS) -> dict[str, float]:
    """Write the weights; the accuracy in cross-validation, with vectors and by words alone."""
    labelled = load_questions()
    vocabulary = _vocabulary(labelled)
    words = np.array([word_features(item.question, vocabulary) for item in labelled])
    both = np.hstack([encoder.encode([item.question for item in labelled]), WORDS_SHARE * words])
    wanted = [OPERATIONS.index(item.operation) for item in labelled]
    stored = {
        "encoder": encoder.fingerprint,
        "longest": LONGEST,
        "vocabulary": list(vocabulary),
        "with_vector": _weights(both, wanted),
        "words_alone": _weights(words, wanted),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return {"with vectors": _accuracy(both, wanted), "by words alone": _accuracy(words, wanted)}


def _vocabulary(labelled: Sequence[Labelled]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in labelled:
        for gram in grams(item.question):
            counts[gram] = counts.get(gram, 0) + 1
    return {gram: place for place, gram in enumerate(sorted(g for g, count in counts.items() if count >= RARE))}


def _weights(features: Vectors, wanted: Sequence[int]) -> list[list[float]]:
    """Rows of weights, the bias last, to four decimals."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    fitted = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced").fit(features, wanted)
    rows = np.hstack([fitted.coef_, fitted.intercept_[:, None]])
    return [[round(float(value), 4) for value in row] for row in rows]


def _accuracy(features: Vectors, wanted: Sequence[int]) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score  # type: ignore[import-untyped]

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced")
    return float(cross_val_score(model, features, wanted, cv=folds).mean())
