"""The reader that reads each passage with the trained cross-encoder, and what that says of every sentence.

docs/lab/reader-log.md has what it was measured at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.models.calibration import Calibration, Logistic, question_values, sentence_values
from rag.models.cross_encoder import Found, SpanModel
from rag.protocols import Encoder
from rag.reader.similarity import ON_TOPIC, order, places_of, similarities
from rag.types import Chunk, Evidence, Passage, Reading

LONGEST_CONTEXT = 240
# Whether a text answers, read by itself: the mean of both logits, as it stands.
_ALONE = Logistic({"answerable": 0.5, "margin": 0.5}, bias=0.0)


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

    @property
    def in_context(self) -> str:
        """The sentence with what it means nothing without in front: headings, the header of its table."""
        return context_before(self.chunk, self.start, self.end) + self.chunk.quote(self.start, self.end)

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
        scored = [(self._evidence(item), item) for item in seen]
        scored.sort(key=lambda pair: order(pair[0]))
        best, first = scored[0]
        alone = read_alone(self._model, question, first.in_context).answerable
        confidence = self._calibration.question(signs(question, seen, first, alone))
        short = replace(best, start=first.answer[0], end=first.answer[1]) if first.answer else None
        return Reading(
            evidence=tuple(evidence for evidence, _ in scored),
            confidence=confidence,
            on_topic=max(item.similarity for item in seen) >= ON_TOPIC,
            short_answer=short,
            answers=_answers(scored),
        )

    def _evidence(self, item: Seen) -> Evidence:
        score = self._calibration.sentence(item.values())
        return Evidence(item.chunk, item.start, item.end, score, item.chunk.context)

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


def _answers(scored: Sequence[tuple[Evidence, Seen]]) -> tuple[Evidence, ...]:
    """The words that would answer in each sentence, in the sentences' order."""
    return tuple(replace(item, start=seen.answer[0], end=seen.answer[1]) for item, seen in scored if seen.answer)


def look(question: str, passages: Sequence[Passage], *, encoder: Encoder, model: SpanModel) -> list[Seen]:
    """What the models say of every sentence of the passages, headings left out, in the passages' order."""
    places = places_of(passages)
    unread = [
        Seen(chunk, item.start, item.end, similarity, answerable=0.0, margin=None, answer=None)
        for (chunk, item), similarity in zip(places, similarities(encoder, question, places), strict=True)
    ]
    return read_in(question, unread, model)


def read_in(question: str, seen: Sequence[Seen], model: SpanModel) -> list[Seen]:
    """The sentences with what the model says of each, which reads every chunk of theirs once, behind its context."""
    by_chunk = [(chunk, list(items)) for chunk, items in groupby(seen, key=lambda item: item.chunk)]
    heads = [context_before(chunk, chunk.start, chunk.end) for chunk, _ in by_chunk]
    # offsets of the text that is read: the document's, less where the chunk begins, behind the context
    shifts = [len(head) - chunk.start for head, (chunk, _) in zip(heads, by_chunk, strict=True)]
    texts = [
        (head + chunk.text, [(item.start + shift, item.end + shift) for item in items])
        for head, shift, (chunk, items) in zip(heads, shifts, by_chunk, strict=True)
    ]
    found = []
    for shift, (_, items), read in zip(shifts, by_chunk, model.read(question, texts), strict=True):
        for item, best in zip(items, read.sentences, strict=True):
            margin, answer = (best[0], (best[1] - shift, best[2] - shift)) if best else (None, None)
            found.append(replace(item, answerable=read.answerable, margin=margin, answer=answer))
    return found


def context_before(chunk: Chunk, start: int, end: int) -> str:
    """What is read in front of the characters `start` to `end` of a chunk: those parts of its context outside of them.

    The nearest are kept, LONGEST_CONTEXT characters of them, in the form that the large reader is trained on.
    """
    kept: list[str] = []
    for span in reversed(chunk.context):
        if not start <= span.start < end and sum(map(len, kept)) + len(span.quote) <= LONGEST_CONTEXT:
            kept.insert(0, span.quote)
    return f"{' › '.join(kept)}: " if kept else ""


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
