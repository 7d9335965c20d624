"""Fits the classifier of question kinds to its questions, and measures it by leave-one-out.

`python -m training kinds` writes `rag/answering/data/question_kinds.npz`: the weights for the default encoder.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.answering.question_kinds import (
    KINDS,
    WEIGHTS,
    LabelledQuestion,
    features,
    kinds_of,
    labelled_questions,
    ridge,
)
from rag.protocols import Encoder


def fit(encoder: Encoder, say: Callable[[str], None], out: Path = WEIGHTS) -> None:
    """Write the weights for an encoder, and say how many questions of each kind are told apart."""
    labelled = labelled_questions()
    questions = [item.question for item in labelled]
    found = ridge(features(questions, encoder.encode(questions)), [item.kind for item in labelled])
    guesses = [kinds_of([float(score) for score in scores]).best for scores in found.left_out]
    for line in report(labelled, guesses):
        say(line)
    np.savez_compressed(out, weights=found.weights.astype(np.float16), encoder=np.array(encoder.fingerprint))


def report(labelled: Sequence[LabelledQuestion], guesses: Sequence[str]) -> list[str]:
    """A line a kind: how many of its questions are told, and what the others are taken for; then all together."""
    lines = []
    for kind in KINDS:
        given = [guess for item, guess in zip(labelled, guesses, strict=True) if item.kind == kind]
        others = ", ".join(f"{name} {n}" for name, n in Counter(g for g in given if g != kind).most_common())
        lines.append(f"{kind:12}{given.count(kind):>4} of {len(given):>3}  {others}")
    right = sum(item.kind == guess for item, guess in zip(labelled, guesses, strict=True))
    return [*lines, f"{'all':12}{right:>4} of {len(labelled):>3}  ({right / len(labelled):.1%})"]
