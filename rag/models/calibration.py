"""What tells whether passages answer a question, as numbers, and the calibrated model that weighs them.

Weights and thresholds were fitted by `python -m training calibrate` on development data; they lie beside the reader's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import ModelError
from rag.text.english.tokens import stems

SENTENCE = ("margin", "similarity")
QUESTION = ("answerable", "similarity", "words", "alone")
_FLOOR, _CEILING = -15.0, 15.0  # logits beyond say no more


@dataclass(frozen=True, slots=True)
class Logistic:
    """A probability from named numbers: sigmoid(Σ weight · value + bias)."""

    weights: Mapping[str, float]
    bias: float

    def __call__(self, values: Mapping[str, float]) -> float:
        """The probability, 0..1, rounded to a ten-thousandth."""
        logit = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return round(1 / (1 + math.exp(-max(-50.0, min(50.0, logit)))), 4)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What development data fitted.

    `sentence` gives the probability that a sentence is the one that answers, `question` that the passages answer at
    all, `support` that evidence supports a statement. `strictness` has, by name, the `threshold` to answer from and
    what it was measured to refuse. `support_risks` has, by the share of unsupported statements that may pass, the
    `threshold` of support that keeps to it.
    """

    sentence: Logistic
    question: Logistic
    support: Logistic
    strictness: Mapping[str, Mapping[str, float]]
    support_risks: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def load_calibration(path: Path) -> Calibration:
    """The calibration in a JSON file. Raises ModelError when it is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        models = {
            name: Logistic(found[name]["weights"], found[name]["bias"]) for name in ("sentence", "question", "support")
        }
        return Calibration(**models, strictness=found["strictness"], support_risks=found.get("support_risks", {}))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is not a reader's calibration: {error!r}. Install citespan again.") from error


def sentence_values(margin: float | None, similarity: float) -> dict[str, float]:
    """The numbers of one sentence: `margin` of its best span above "no answer", None when it was not read."""
    return {"margin": _clipped(_FLOOR if margin is None else margin), "similarity": similarity}


def question_values(
    question: str, sentence: str, *, answerable: float, similarity: float, alone: float
) -> dict[str, float]:
    """The numbers of one question; `sentence` is the one that reads best, and `alone` what is read in it by itself.

    The share of the question's words in it tells, beside MaxSim, how much of that likeness is mere words: its weight is
    negative.
    """
    asked, there = stems(question), set(stems(sentence))
    share = sum(stem in there for stem in asked) / len(asked) if asked else 1.0
    return {"answerable": _clipped(answerable), "similarity": similarity, "words": share, "alone": _clipped(alone)}


def _clipped(logit: float) -> float:
    return max(_FLOOR, min(_CEILING, logit))
