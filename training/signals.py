"""What else tells whether a passage answers: signals beside the reader's two scores, for one logistic regression.

Each is a plain function of question, passage and what was read; a weight for each is fitted on development data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from training.infer import Query, Read
from training.lexicon import AUXILIARIES, OPPOSITES, WH, mentions
from training.metrics import Floats
from training.text import Span, occurrences, sentences

NAMES = ("margin", "answerable", "cosine", "words", "words_near", "mentions", "opposite")
STOP = (
    AUXILIARIES | set(WH) | set("the a an of in on at to for by with from and or that this it its as be been s".split())
)


@dataclass(frozen=True, slots=True)
class Weights:
    """P(answerable) = sigmoid(values · weights + intercept), over `names` standardised by mean and deviation."""

    names: tuple[str, ...]
    weights: Floats
    means: Floats
    deviations: Floats
    intercept: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a manifest."""
        arrays = {"weights": self.weights, "means": self.means, "deviations": self.deviations}
        return {"names": list(self.names), "intercept": self.intercept, **{k: v.tolist() for k, v in arrays.items()}}

    def logit(self, features: Floats) -> Floats:
        """One logit per row of (n, NAMES) features."""
        columns = features[:, [NAMES.index(name) for name in self.names]]
        return np.asarray(((columns - self.means) / self.deviations) @ self.weights + self.intercept)


def fit(features: Floats, answerable: Sequence[bool], names: Sequence[str] = NAMES) -> Weights:
    """Logistic regression on the named columns of (n, NAMES) features."""
    columns = features[:, [NAMES.index(name) for name in names]]
    means, deviations = columns.mean(axis=0), np.maximum(columns.std(axis=0), 1e-6)
    fitted = LogisticRegression(C=1.0).fit((columns - means) / deviations, list(answerable))
    return Weights(tuple(names), fitted.coef_[0], means, deviations, float(fitted.intercept_[0]))


def features(query: Query, found: Read, cosine: float) -> list[float]:
    """The signals in the order of NAMES; `cosine` is that of the question's nearest sentence in the passage."""
    near = sentence_of(query.passage, found)
    words = stems(query.question)
    said = [m.text for m in mentions(query.question)]
    return [
        max(found.margin, -20.0),
        found.answerable,
        cosine,
        share(words, stems(query.passage)),
        share(words, stems(near)),
        sum(bool(occurrences(query.passage, text)) for text in said) / len(said) if said else 1.0,
        float(turned(query.question, near)),
    ]


def sentence_of(passage: str, found: Read) -> str:
    """The sentence in which the best span starts, empty if nothing was found."""
    if not found.spans:
        return ""
    spans: list[Span] = sentences(passage)
    start = found.spans[0].span.start
    return next((passage[s.start : s.end] for s in spans if s.start <= start < s.end), "")


def stems(text: str) -> set[str]:
    """Content words without common endings: enough to match `founded` with `found`, no linguistics."""
    words = re.findall(r"\w+", text.lower())
    return {re.sub(r"(?:ing|ed|es|s|ly)$", "", w) if len(w) > 4 else w for w in words if w not in STOP}


def share(asked: set[str], there: set[str]) -> float:
    """How much of `asked` is there; 1.0 where nothing is asked."""
    return len(asked & there) / len(asked) if asked else 1.0


def turned(question: str, sentence: str) -> bool:
    """Whether the sentence has the opposite of a word of the question and not the word."""
    asked, there = set(re.findall(r"[a-z-]+", question.lower())), set(re.findall(r"[a-z-]+", sentence.lower()))
    return any(word not in there and there & set(OPPOSITES[word]) for word in asked if word in OPPOSITES)
