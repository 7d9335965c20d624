"""The first reader: it compares the question's wordpieces with each sentence's (MaxSim, Khattab & Zaharia, SIGIR 2020).

It needs no model but the encoder. It tells documents about something else from documents about the question well, and
a near miss from an answer badly; a trained reader is to take its place behind the same Protocol. It marks no span.

Measured on the development sets (SQuAD 2.0 development file: n = 1,200 questions, half answerable, over the 824 chunks
of its paragraphs; CLAPnq: n = 308, 159 answerable, over 476 chunks). On the left six fused chunks are read; on the
right the six nearest by cosine, but for the last line:

    right sentence first      SQuAD  CLAPnq        answerable or not, AUROC       SQuAD  CLAPnq
    cosine                    0.630  0.748         best sentence's cosine         0.646  0.866
    word overlap (idf)        0.688  0.591         best chunk's cosine            0.624  0.868
    cosine + overlap          0.738  0.736         best MaxSim (used)             0.635  0.853
    MaxSim (used)             0.760  0.717         MaxSim + chunk's cosine        0.649  0.881

A chunk's cosine is not used although it helps there: those paragraphs have one topic each, and where a chunk has
several, as news has, its cosine is low whatever it says. Weighing function words less made every figure worse.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.types import Encoder, Evidence, Passage, Reading

if TYPE_CHECKING:
    from rag.types import Vectors

# Logistic regression of "is answerable" on the best MaxSim, over the two development sets and 600 questions of either
# asked of the other's documents, a third of the weight each. Expected calibration error 0.049.
_WEIGHT, _BIAS = 10.852, -7.084
# A best MaxSim under this is about something else: so are 75 % of the questions asked of the other set's documents,
# and 6 % of those asked of their own.
_ON_TOPIC = 0.45


class SimilarityReader:
    """A `Reader` that scores sentences by the mean, over the question's wordpieces, of their best cosine."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """Every sentence of the passages, best first, and how likely it is that they answer."""
        chunks = [passage.chunk for passage in passages]
        places = [(chunk, item) for chunk in chunks for item in chunk.sentences if not item.heading]
        if not places:
            return Reading(evidence=(), confidence=0.0, on_topic=False)
        asked = self._encoder.encode_tokens([question])[0]
        tokens = self._encoder.encode_tokens([chunk.quote(item.start, item.end) for chunk, item in places])
        found = [
            Evidence(chunk, item.start, item.end, score=maxsim(asked, vectors))
            for (chunk, item), vectors in zip(places, tokens, strict=True)
        ]
        evidence = tuple(sorted(found, key=lambda item: (-item.score, item.chunk.doc_id, item.start)))
        best = evidence[0].score
        return Reading(evidence=evidence, confidence=answerable(best), on_topic=best >= _ON_TOPIC)


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
