"""The reader that needs no model but the encoder: it compares the question's wordpieces with each sentence's.

MaxSim: Khattab & Zaharia, "ColBERT", SIGIR 2020.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rag.protocols import Encoder
from rag.types import Chunk, Evidence, Passage, Reading, Sentence

if TYPE_CHECKING:
    from rag.types import Vectors

# Logistic regression of "is answerable" on the best MaxSim, over SQuAD 2.0's development file, CLAPnq and 600
# questions of either asked of the other's documents, a third of the weight each. Expected calibration error 0.049.
_WEIGHT, _BIAS = 10.852, -7.084
# A best MaxSim under this is about something else: so are 75 % of the questions asked of the other set's documents,
# and 6 % of those asked of their own.
ON_TOPIC = 0.45

_Place = tuple[Chunk, Sentence]


class SimilarityReader:
    """A `Reader` that scores sentences by the mean, over the question's wordpieces, of their best cosine."""

    thresholds: ClassVar[Mapping[str, float]] = {"lenient": 0.2, "balanced": 0.255, "strict": 0.33}

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """Every sentence of the passages, best first, and how likely it is that they answer. Marks no words."""
        places = places_of(passages)
        if not places:
            return Reading(evidence=(), confidence=0.0, on_topic=False)
        found = [
            Evidence(chunk, item.start, item.end, score=similarity, context=chunk.context)
            for (chunk, item), similarity in zip(places, similarities(encoder, question, places), strict=True)
        ]
        evidence = tuple(sorted(found, key=order))
        best = evidence[0].score
        return Reading(evidence=evidence, confidence=answerable(best), on_topic=best >= ON_TOPIC)

    def relevance(self, question: str, statement: str) -> float:
        """1: it has no view of a statement by itself."""
        return 1.0

    def load(self) -> None:
        """Nothing: it needs no model but the encoder."""


def maxsim(question: "Vectors", sentence: "Vectors") -> float:
    """The mean, over the question's wordpieces, of the best cosine with any of the sentence's; -1..1.

    Both are (wordpieces, dimension) float32 with rows of unit length. Rounded, so that the last bits of a sum, which
    depend on how texts were batched, do not order sentences.
    """
    if not len(question) or not len(sentence):
        return -1.0
    return round(float((question @ sentence.T).max(axis=1).mean()), 4)


def answerable(similarity: float) -> float:
    """The probability that there is an answer, when the best sentence has that MaxSim."""
    return round(1 / (1 + math.exp(-(_WEIGHT * similarity + _BIAS))), 4)


def places_of(passages: Sequence[Passage]) -> list[_Place]:
    """Every sentence of the passages that is no heading, with its chunk."""
    return [(passage.chunk, item) for passage in passages for item in passage.chunk.sentences if not item.heading]


def similarities(encoder: Encoder, question: str, places: Sequence[_Place]) -> list[float]:
    """The MaxSim of the question with each sentence."""
    if not places:
        return []
    asked = encoder.encode_tokens([question])[0]
    tokens = encoder.encode_tokens([chunk.quote(item.start, item.end) for chunk, item in places])
    return [maxsim(asked, vectors) for vectors in tokens]


def order(evidence: Evidence) -> tuple[float, str, int]:
    """Best first; ties go to the smaller document id, then to the earlier place."""
    return -evidence.score, evidence.chunk.doc_id, evidence.start
