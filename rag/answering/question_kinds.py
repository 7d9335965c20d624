"""Which kind of question is asked: what decides who answers it.

A linear classifier over the encoder's vector and the words of the question, fitted by regularised least squares
(Rifkin, Yeo & Poggio, 2003) to the questions of `data/question_kinds.jsonl`. Its weights for the default encoder lie
beside them; for another encoder they are fitted with the first question, which takes seconds.
"""

import json
import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

from rag.protocols import Encoder

if TYPE_CHECKING:
    from rag.types import Vectors

QuestionKind = Literal["fact", "list", "table", "compare", "overview", "changes", "index", "talk", "instruction"]
"""`table` is a question for a count, a sum, a mean, an extreme or a filter; a single cell is a fact."""

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
DATA = Path(__file__).parent / "data"
QUESTIONS = DATA / "question_kinds.jsonl"
WEIGHTS = DATA / "question_kinds.npz"

# Chosen by leave-one-out over 646 questions; docs/lab/questions.md has the figures.
RIDGE = 5.0  # the weight of the weights
BALANCE = 0.5  # how far rare kinds count as much as frequent ones: 0 not at all, 1 wholly
MARGIN = 0.15  # by how much another kind must lead `fact`, which is by far the most frequent
_BUCKETS = 2048  # for runs of one to three words
_SHARPNESS = 4.0  # turns scores into shares
_WORD = re.compile(r"\w+|[?!]")


@dataclass(frozen=True, slots=True)
class Kinds:
    """The share (0..1) of each kind, for one question; they add up to 1."""

    shares: Mapping[QuestionKind, float]

    @property
    def best(self) -> QuestionKind:
        """The likeliest kind; ties go to the first in the alphabet."""
        return min(self.shares, key=lambda kind: (-self.shares[kind], kind))


FACT = Kinds({"fact": 1.0})


class KindClassifier(Protocol):
    """Tells the kind of a question."""

    def __call__(self, question: str, vector: "Vectors") -> Kinds:
        """The kinds of a question, from its words and its vector: (dimension,) float32 of unit length."""


class LabelledQuestion(NamedTuple):
    """A question and its kind."""

    kind: QuestionKind
    question: str


class TrainedClassifier:
    """A `KindClassifier` for one encoder, which is called when the classifier is first needed."""

    def __init__(self, encoder: Callable[[], Encoder]) -> None:
        self._encoder = encoder

    def __call__(self, question: str, vector: "Vectors") -> Kinds:
        """The kinds of a question."""
        scores = features([question], vector[None])[0] @ self._weights
        return kinds_of([float(score) for score in scores])

    @cached_property
    def _weights(self) -> "Vectors":
        """(features, kinds) float32: those beside the questions when they are this encoder's, else fitted now."""
        import numpy as np

        encoder = self._encoder()
        with np.load(WEIGHTS, allow_pickle=False) as kept:
            if str(kept["encoder"]) == encoder.fingerprint:
                return kept["weights"].astype(np.float32)  # type: ignore[no-any-return]
        return fitted(labelled_questions(), encoder)


def kinds_of(scores: Sequence[float]) -> Kinds:
    """The shares of the kinds whose scores these are, in the order of `KINDS`."""
    leads = {kind: score + (MARGIN if kind == "fact" else 0.0) for kind, score in zip(KINDS, scores, strict=True)}
    powers = {kind: math.exp(_SHARPNESS * lead) for kind, lead in leads.items()}
    return Kinds({kind: round(power / sum(powers.values()), 4) for kind, power in powers.items()})


def labelled_questions() -> list[LabelledQuestion]:
    """The questions that the classifier is fitted to."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [LabelledQuestion(**json.loads(line)) for line in lines]


def fitted(labelled: Sequence[LabelledQuestion], encoder: Encoder) -> "Vectors":
    """The weights of a classifier for an encoder: (features, kinds) float32."""
    questions = [item.question for item in labelled]
    return ridge(features(questions, encoder.encode(questions)), [item.kind for item in labelled]).weights


class Ridge(NamedTuple):
    """A fitted classifier: its weights, (features, kinds), and the leave-one-out scores of what it was fitted to."""

    weights: "Vectors"
    left_out: "Vectors"


def ridge(rows: "Vectors", kinds: Sequence[QuestionKind]) -> Ridge:
    """Regularised least squares of +1 for a row's kind and -1 for the others, rows of rare kinds counting more."""
    import numpy as np

    truth = np.array([KINDS.index(kind) for kind in kinds])
    targets = np.where(np.eye(len(KINDS))[truth] > 0, 1.0, -1.0)
    counts = np.bincount(truth, minlength=len(KINDS))
    weight = np.sqrt((len(truth) / len(KINDS) / counts[truth]) ** BALANCE)[:, None]
    weighted = rows.astype(np.float64) * weight
    gram = weighted @ weighted.T
    inverse = np.linalg.inv(gram + RIDGE * np.eye(len(gram)))
    hat = gram @ inverse
    own = np.diag(hat)[:, None]
    left_out = (hat @ (targets * weight) - own * targets * weight) / (1 - own) / weight
    weights = weighted.T @ (inverse @ (targets * weight))
    return Ridge(weights.astype(np.float32), left_out.astype(np.float32))


def features(questions: Sequence[str], vectors: "Vectors") -> "Vectors":
    """What is known of questions: vector, runs of one to three words by their hashes (a unit vector too), and a 1."""
    import numpy as np

    runs = np.zeros((len(questions), _BUCKETS), dtype=np.float32)
    for row, question in zip(runs, questions, strict=True):
        for run in _runs(question):
            row[zlib.crc32(run.encode()) % _BUCKETS] += 1
        row /= np.linalg.norm(row) or 1.0
    return np.hstack([vectors, runs, np.ones((len(questions), 1), dtype=np.float32)])


def _runs(question: str) -> list[str]:
    """Runs of one to three words, `?` and `!` among them; the longer ones tell where the question begins and ends."""
    said = _WORD.findall(question.lower())
    framed = ["^", *said, "$"]
    return [*said, *(" ".join(framed[at : at + size]) for size in (2, 3) for at in range(len(framed) - size + 1))]
