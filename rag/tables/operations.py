"""What a question asks to be done with a table: look up, list, count, add, compare. A small trained classifier.

Logistic regression over the question's vector and the n-grams of its words, trained on questions of many trades
(`training/data/table_operations.jsonl`) by `python -m training operations`, which prints what it was measured at.
With another encoder than it was trained with, it judges by the words alone, and less surely.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np

if TYPE_CHECKING:
    from rag.types import Vectors

Operation = Literal["lookup", "list", "count", "sum", "minimum", "maximum", "mean", "difference", "latest", "earliest"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
WEIGHTS = Path(__file__).parents[1] / "weights" / "citespan-table-operations" / "weights.json"
LONGEST = 3  # words of an n-gram
# The weight above which a word by itself asks for an operation. Superlatives are many and each is rare; what asks to
# count or to add is few words, and a lower weight would take in nouns of the questions it was trained on.
ASKS = {"maximum": 0.45, "minimum": 0.45, "latest": 0.45, "earliest": 0.45, "difference": 0.45, "mean": 0.45}
ASKS_ELSE = 1.3
WORDS_SHARE = 1.0  # how much the words weigh beside a vector of unit length


@dataclass(frozen=True, slots=True)
class Wanted:
    """The probability (0..1) of each operation, and the words, in lower case, by which a question asks for each."""

    shares: Mapping[Operation, float]
    asking: Mapping[Operation, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The weights: one row an operation. `encoder` is the fingerprint of the one whose vectors they weigh."""

    encoder: str
    vocabulary: Mapping[str, int]
    with_vector: "Vectors"
    words_alone: "Vectors"

    def wanted(self, question: str, vector: "Vectors | None", encoder: str) -> "Wanted":
        """What a question asks to be done; `encoder` is the fingerprint of the one that made its vector."""
        asking = {operation: self._asking(question, operation) for operation in OPERATIONS}
        return Wanted(self._shares(question, vector, encoder), asking)

    def _shares(self, question: str, vector: "Vectors | None", encoder: str) -> dict[Operation, float]:
        """The probability of each operation. Without a vector of its encoder it judges by the words."""
        words = word_features(question, self.vocabulary)
        if vector is None or encoder != self.encoder:
            logits = self.words_alone @ np.append(words, 1.0)
        else:
            logits = self.with_vector @ np.concatenate([vector, WORDS_SHARE * words, [1.0]])
        raised = np.exp(logits - logits.max())
        return dict(zip(OPERATIONS, (float(share) for share in raised / raised.sum()), strict=True))

    def _asking(self, question: str, operation: Operation) -> frozenset[str]:
        row, least = self.words_alone[OPERATIONS.index(operation)], ASKS.get(operation, ASKS_ELSE)
        words = set(re.findall(r"\w+", question.lower()))
        return frozenset(word for word in words if word in self.vocabulary and row[self.vocabulary[word]] > least)


def grams(question: str) -> set[str]:
    """The n-grams of a question's words, of one to three words; `<` and `>` stand for its ends."""
    words = ["<", *re.findall(r"\w+", question.lower()), ">"]
    return {" ".join(words[i : i + n]) for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1)}


def word_features(question: str, vocabulary: Mapping[str, int]) -> "Vectors":
    """Which n-grams of the vocabulary a question has: (len(vocabulary),) float32 of unit length, or all 0."""
    features = np.zeros(len(vocabulary), dtype=np.float32)
    features[[vocabulary[gram] for gram in grams(question) if gram in vocabulary]] = 1
    return features / max(1.0, float(np.linalg.norm(features)))


@cache
def load_classifier(path: Path = WEIGHTS) -> Classifier:
    """The classifier that comes with the package."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Classifier(
        encoder=stored["encoder"],
        vocabulary={gram: place for place, gram in enumerate(stored["vocabulary"])},
        with_vector=_matrix(stored["with_vector"]),
        words_alone=_matrix(stored["words_alone"]),
    )


def _matrix(rows: list[list[float]]) -> "Vectors":
    return cast("Vectors", np.array(rows, dtype=np.float32))
