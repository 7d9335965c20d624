"""Readers: which sentences of the passages answer a question, in which words, and whether any does.

`SpanReader`, the default, reads with the trained cross-encoder and weighs what it says with what the encoder says.
`CascadeReader` has the large cross-encoder read again what the small one finds best (a cascade: Viola & Jones 2001).
`SimilarityReader` needs no model but the encoder: it compares the question's wordpieces with each sentence's (MaxSim,
Khattab & Zaharia, SIGIR 2020). docs/reader-log.md has what each was measured at.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rag.questions import parts
from rag.signals import Calibration, Logistic, question_values, sentence_values
from rag.span_model import Found, SpanModel
from rag.types import Chunk, Encoder, Evidence, Passage, Reader, Reading, Sentence

if TYPE_CHECKING:
    from rag.types import Vectors

# Logistic regression of "is answerable" on the best MaxSim, over SQuAD 2.0's development file, CLAPnq and 600
# questions of either asked of the other's documents, a third of the weight each. Expected calibration error 0.049.
_WEIGHT, _BIAS = 10.852, -7.084
# A best MaxSim under this is about something else: so are 75 % of the questions asked of the other set's documents,
# and 6 % of those asked of their own.
_ON_TOPIC = 0.45

# Chunks of either order that the large model reads, 2.6 in all. The sentence that answers is in them for 97.9 % of 379
# answerable development questions; in two chosen by the small model for 96.6 %, in three for 97.6 %, in all six 98.7 %.
_READ_AGAIN = 2

# Whether a text answers, read by itself: the mean of both logits, as it stands.
_ALONE = Logistic({"answerable": 0.5, "margin": 0.5}, bias=0.0)

_Place = tuple[Chunk, Sentence]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the models say of one sentence.

    `similarity` is its MaxSim with the question. `margin` is how far the best answer that starts in it is above "no
    answer", and `answer` where that is in the document; None for a sentence that lies past the model's window.
    `answerable` is the model's word on its whole passage.
    """

    chunk: Chunk
    start: int
    end: int
    similarity: float
    answerable: float
    margin: float | None
    answer: tuple[int, int] | None

    @property
    def words(self) -> str:
        """The characters of `answer`, empty if it was not read."""
        return self.chunk.quote(*self.answer) if self.answer else ""

    def values(self) -> dict[str, float]:
        """The numbers that rank it among sentences."""
        return sentence_values(self.margin, self.similarity)


class SpanReader:
    """A `Reader` that reads each passage with the trained model, and ranks sentences by it and by MaxSim together."""

    def __init__(self, model: SpanModel, calibration: Calibration) -> None:
        self._model = model
        self._calibration = calibration

    @property
    def thresholds(self) -> dict[str, float]:
        """The least confidence to answer with, by strictness."""
        return {name: point["threshold"] for name, point in self._calibration.strictness.items()}

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """Every sentence of the passages, likeliest first, how likely it is that they answer, and in which words.

        The score of evidence is the probability that its sentence answers, given that one does.
        """
        seen = self._look(question, passages, encoder)
        if not seen:
            return Reading(evidence=(), confidence=0.0, on_topic=False)
        scored = [
            (Evidence(item.chunk, item.start, item.end, self._calibration.sentence(item.values())), item)
            for item in seen
        ]
        scored.sort(key=lambda pair: _order(pair[0]))
        best, first = scored[0]
        alone = read_alone(self._model, question, best.quote).answerable
        confidence = self._calibration.question(signs(question, seen, first, alone))
        short = Evidence(first.chunk, *first.answer, best.score) if first.answer else None
        return Reading(
            evidence=tuple(evidence for evidence, _ in scored),
            confidence=confidence,
            on_topic=max(item.similarity for item in seen) >= _ON_TOPIC,
            short_answer=short,
        )

    def _look(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> list[Seen]:
        return look(question, passages, encoder=encoder, model=self._model)

    def relevance(self, question: str, statement: str) -> float:
        """The model's word on the statement as a passage: of its classifier and of its best span, as one logit."""
        read = read_alone(self._model, question, statement)
        margin = read.sentences[0][0] if read.sentences[0] else None
        return _ALONE({**sentence_values(margin, 0.0), "answerable": read.answerable})

    def load(self) -> None:
        """Load the model."""
        self._model.load()


class CascadeReader(SpanReader):
    """A `SpanReader` by the large model of what the small one, which reads it first, finds best.

    `ranks` weighs the small model's sentences; `calibration` is that of both together.
    """

    def __init__(self, model: SpanModel, calibration: Calibration, *, first: SpanModel, ranks: Logistic) -> None:
        super().__init__(model, calibration)
        self._first = first
        self._ranks = ranks

    def _look(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> list[Seen]:
        return look_twice(question, passages, encoder=encoder, first=self._first, ranks=self._ranks, model=self._model)

    def load(self) -> None:
        """Load both models."""
        self._first.load()
        super().load()


class PartsReader:
    """A `Reader` that reads each question of a two-part question by itself, and says which part is not answered."""

    def __init__(self, reader: Reader, threshold: float) -> None:
        self._reader = reader
        self._threshold = threshold

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """The readings of the parts in one: the best of each part's evidence first; confident as its surest part."""
        asked = parts(question)
        read = [self._reader.read(part, passages, encoder) for part in asked]
        if len(read) == 1:
            return read[0]
        surest = max(read, key=lambda one: one.confidence)
        answered = tuple(one for one in read if one.confidence >= self._threshold)
        missing = tuple(part for part, one in zip(asked, read, strict=True) if one.confidence < self._threshold)
        return replace(
            surest,
            evidence=_merged(answered or read),
            on_topic=any(one.on_topic for one in read),
            parts=answered,
            missing=missing if answered else (),
        )

    def relevance(self, question: str, statement: str) -> float:
        """That for the part which it answers best."""
        return max(self._reader.relevance(part, statement) for part in parts(question))

    def load(self) -> None:
        """Load what its reader reads with."""
        self._reader.load()


def _merged(read: Sequence[Reading]) -> tuple[Evidence, ...]:
    """Every sentence once, with its best score; the first of each reading before all others."""
    best: dict[tuple[str, int], Evidence] = {}
    for evidence in sorted((item for one in read for item in one.evidence), key=_order):
        best.setdefault((evidence.chunk.id, evidence.start), evidence)
    leading = {(one.evidence[0].chunk.id, one.evidence[0].start) for one in read if one.evidence}
    return tuple(sorted(best.values(), key=lambda item: ((item.chunk.id, item.start) not in leading, _order(item))))


def look(question: str, passages: Sequence[Passage], *, encoder: Encoder, model: SpanModel) -> list[Seen]:
    """What the models say of every sentence of the passages, headings left out, in the passages' order."""
    places = _places(passages)
    unread = [
        Seen(chunk, item.start, item.end, similarity, answerable=0.0, margin=None, answer=None)
        for (chunk, item), similarity in zip(places, _similarities(encoder, question, places), strict=True)
    ]
    return _read_in(question, unread, model)


def look_twice(
    question: str, passages: Sequence[Passage], *, encoder: Encoder, first: SpanModel, ranks: Logistic, model: SpanModel
) -> list[Seen]:
    """What `model` says of the sentences of some chunks: two that retrieval put first, and two with the best sentences.

    Those are the best by what `first` says, weighed by `ranks`.
    """
    seen = look(question, passages, encoder=encoder, model=first)
    best = sorted(seen, key=lambda item: (-ranks(item.values()), item.chunk.doc_id, item.start))
    orders = ([item.chunk.id for item in best], [passage.chunk.id for passage in passages])
    chosen = {chunk for order in orders for chunk in list(dict.fromkeys(order))[:_READ_AGAIN]}
    return _read_in(question, [item for item in seen if item.chunk.id in chosen], model)


def _read_in(question: str, seen: Sequence[Seen], model: SpanModel) -> list[Seen]:
    """The sentences with what the model says of each, which reads every chunk of theirs once."""
    by_chunk = [(chunk, list(items)) for chunk, items in groupby(seen, key=lambda item: item.chunk)]
    texts = [
        (chunk.text, [(item.start - chunk.start, item.end - chunk.start) for item in items])
        for chunk, items in by_chunk
    ]
    found = []
    for (chunk, items), read in zip(by_chunk, model.read(question, texts), strict=True):
        for item, best in zip(items, read.sentences, strict=True):
            margin, answer = (best[0], (chunk.start + best[1], chunk.start + best[2])) if best else (None, None)
            found.append(replace(item, answerable=read.answerable, margin=margin, answer=answer))
    return found


def read_alone(model: SpanModel, question: str, text: str) -> Found:
    """What is read in a text as one sentence, without its passage."""
    return model.read(question, [(text, [(0, len(text))])])[0]


def signs(question: str, seen: Sequence[Seen], first: Seen, alone: float) -> dict[str, float]:
    """The numbers that tell whether the passages answer: the best of each model's, and what `first` is by itself.

    `alone` is the model's word on that sentence without its passage, where a near miss shows.
    """
    return question_values(
        question,
        first.chunk.quote(first.start, first.end),
        answerable=max(item.answerable for item in seen),
        similarity=max(item.similarity for item in seen),
        alone=alone,
    )


class SimilarityReader:
    """A `Reader` that scores sentences by the mean, over the question's wordpieces, of their best cosine."""

    thresholds: ClassVar[Mapping[str, float]] = {"lenient": 0.2, "balanced": 0.255, "strict": 0.33}

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """Every sentence of the passages, best first, and how likely it is that they answer. Marks no words."""
        places = _places(passages)
        if not places:
            return Reading(evidence=(), confidence=0.0, on_topic=False)
        found = [
            Evidence(chunk, item.start, item.end, score=similarity)
            for (chunk, item), similarity in zip(places, _similarities(encoder, question, places), strict=True)
        ]
        evidence = tuple(sorted(found, key=_order))
        best = evidence[0].score
        return Reading(evidence=evidence, confidence=answerable(best), on_topic=best >= _ON_TOPIC)

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


def _places(passages: Sequence[Passage]) -> list[_Place]:
    return [(passage.chunk, item) for passage in passages for item in passage.chunk.sentences if not item.heading]


def _similarities(encoder: Encoder, question: str, places: Sequence[_Place]) -> list[float]:
    if not places:
        return []
    asked = encoder.encode_tokens([question])[0]
    tokens = encoder.encode_tokens([chunk.quote(item.start, item.end) for chunk, item in places])
    return [maxsim(asked, vectors) for vectors in tokens]


def _order(evidence: Evidence) -> tuple[float, str, int]:
    return -evidence.score, evidence.chunk.doc_id, evidence.start
