"""Which kind of question is asked: what decides who answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from rag.types import Vectors

QuestionKind = Literal["fact", "list", "table", "compare", "overview", "changes", "index", "talk", "instruction"]


@dataclass(frozen=True, slots=True)
class Kinds:
    """The probability (0..1) of each kind, for one question."""

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


def always_fact(question: str, vector: "Vectors") -> Kinds:
    """Every question is one for a fact."""
    return FACT
