"""Readers: order, topic, marked words, the parts of a question, and a probability that grows with what is found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast

import numpy as np
import pytest

from rag.loaders import make_document
from rag.models.calibration import Calibration, Logistic
from rag.models.cross_encoder import Found, SpanModel
from rag.protocols import Encoder
from rag.reader.cascade import CascadeReader
from rag.reader.multipart import MultipartReader
from rag.reader.similarity import SimilarityReader, answerable, maxsim
from rag.reader.span import SpanReader, context_before
from rag.text.chunking import chunk_document
from rag.types import ContextSpan, Evidence, Passage, Reading
from tests.fakes import WordEncoder

ENCODER = WordEncoder()


def passages(text: str) -> list[Passage]:
    document = make_document(text, source="a.txt")
    return [Passage(chunk, score=1.0) for chunk in chunk_document(document, token_spans=ENCODER.token_spans, limit=9)]


def test_maxsim_is_the_mean_over_the_question_of_the_best_match() -> None:
    x, y, diagonal = (np.array(row, dtype=np.float32) for row in ([1, 0], [0, 1], [0.6, 0.8]))
    assert maxsim(np.stack([x, y]), np.stack([x, diagonal])) == pytest.approx((1 + 0.8) / 2)
    assert maxsim(np.stack([x]), np.zeros((0, 2), dtype=np.float32)) == -1.0


def test_sentences_come_best_first_and_repeated_ones_in_order_of_place() -> None:
    text = "Cats purr softly. Dogs bark. Cats purr softly."
    reading = SimilarityReader().read("Do cats purr softly?", passages(text), ENCODER)
    assert [(item.start, item.end) for item in reading.evidence] == [(0, 17), (29, 46), (18, 28)]
    assert all(item.quote == text[item.start : item.end] for item in reading.evidence)
    assert reading.on_topic
    assert reading.confidence == answerable(1.0) > 0.97


def test_another_topic_is_told_as_such() -> None:
    reading = SimilarityReader().read("What is quantum chromodynamics?", passages("Cats purr. Dogs bark."), ENCODER)
    assert not reading.on_topic
    assert reading.confidence < 0.1


def test_headings_are_no_evidence() -> None:
    reading = SimilarityReader().read("Cats", passages("# Cats\n\nThey purr."), ENCODER)
    assert [item.quote for item in reading.evidence] == ["They purr."]


def test_nothing_to_read_is_no_evidence() -> None:
    reading = SimilarityReader().read("Cats?", [], ENCODER)
    assert (reading.evidence, reading.confidence, reading.on_topic) == ((), 0.0, False)


class Fixed:
    """A `SpanModel` that finds the words asked for, where they stand, and is sure of a passage that has them."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.read_texts: list[str] = []
        self.loaded = False

    def load(self) -> None:
        self.loaded = True

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> list[Found]:
        self.read_texts += [text for text, _ in passages]
        return [self._read(text, sentences) for text, sentences in passages]

    def _read(self, text: str, sentences: Sequence[tuple[int, int]]) -> Found:
        places = [text.find(self.words, start, end) for start, end in sentences]
        read = tuple((5.0, at, at + len(self.words)) if at >= 0 else None for at in places)
        return Found(read, 2.0 if any(read) else -2.0)


CALIBRATION = Calibration(
    sentence=Logistic({"margin": 1.0, "similarity": 1.0}, 0.0),
    question=Logistic({"answerable": 1.5}, 0.0),
    support=Logistic({}, 0.0),
    strictness={"balanced": {"threshold": 0.5}},
)


def span_reader(words: str) -> SpanReader:
    return SpanReader(cast(SpanModel, Fixed(words)), CALIBRATION)


def test_a_passage_is_read_behind_its_context_and_its_spans_stay_exact() -> None:
    text = "# Fees\n\nName | Price\n\n# Wellness\n\nSauna is 9 euros."
    heading, header = ContextSpan("heading", 2, 6, "Fees"), ContextSpan("column", 8, 20, "Name | Price")
    below = [Passage(replace(passages(text)[-1].chunk, context=(heading, header)), score=1.0)]
    model = Fixed("9 euros")
    reading = SpanReader(cast(SpanModel, model), CALIBRATION).read("What is the price of the sauna?", below, ENCODER)
    assert model.read_texts == [
        "Fees › Name | Price: Wellness\n\nSauna is 9 euros.",  # its chunk
        "Fees › Name | Price: Sauna is 9 euros.",  # by itself
    ]
    assert reading.short_answer is not None
    assert text[reading.short_answer.start : reading.short_answer.end] == "9 euros"


def test_context_that_stands_in_the_chunk_or_is_too_far_is_not_read_twice() -> None:
    chunk = passages("Cats purr. Dogs bark.")[0].chunk
    near, far = ContextSpan("heading", 40, 44, "Pets"), ContextSpan("heading", 30, 230, "x" * 240)
    held = ContextSpan("lead_in", 0, 4, "Cats")
    assert context_before(replace(chunk, context=(far, near, held)), 0, 10) == "Pets: "


def test_the_span_reader_ranks_the_sentence_with_the_answer_first_and_marks_its_words() -> None:
    text = "Cats purr softly. Dogs bark. Cats purr softly at night."
    reading = span_reader("at night").read("Do cats purr softly?", passages(text), ENCODER)
    assert reading.evidence[0].quote == "Cats purr softly at night."
    assert reading.short_answer is not None and reading.short_answer.quote == "at night"
    assert reading.confidence > 0.9
    assert span_reader("never").read("Do cats purr?", passages(text), ENCODER).confidence < 0.1
    assert span_reader("never").read("Do cats purr?", passages(text), ENCODER).short_answer is None


def test_nothing_to_read_is_no_evidence_for_the_span_reader_either() -> None:
    reading = span_reader("x").read("Cats?", [], ENCODER)
    assert (reading.evidence, reading.confidence, reading.on_topic) == ((), 0.0, False)


def test_the_large_model_reads_the_two_chunks_that_either_ranking_puts_first_and_no_other() -> None:
    birds, *others = "Birds sing at dawn in May.", "Dogs bark at night.", "Cats purr softly and often."
    noon = "Cats hiss at noon and later."
    found = passages(" ".join([birds, *others, noon, "Mice are asleep by now."]))
    first, large = Fixed("Cats"), Fixed("at noon")
    reader = CascadeReader(
        cast(SpanModel, large), CALIBRATION, first=cast(SpanModel, first), ranks=Logistic({"margin": 1.0}, 0.0)
    )
    reading = reader.read("When do cats hiss?", found, ENCODER)
    assert reading.evidence[0].quote == noon
    assert {item.quote for item in reading.evidence} == {birds, *others, noon}
    assert reading.short_answer is not None and reading.short_answer.quote == "at noon"
    assert (len(found), first.read_texts[:5]) == (5, [passage.chunk.text for passage in found])
    assert large.read_texts[:4] == first.read_texts[:4]


def test_a_statement_is_relevant_when_it_holds_an_answer_by_itself() -> None:
    reader = span_reader("at night")
    assert reader.relevance("When do cats purr?", "Cats purr at night.") > 0.9
    assert reader.relevance("When do cats purr?", "Cats purr.") < 0.2
    assert SimilarityReader().relevance("When do cats purr?", "Cats purr.") == 1.0


def test_loading_a_reader_of_parts_loads_all_that_it_reads_with() -> None:
    first, large = Fixed("Cats"), Fixed("at noon")
    cascade = CascadeReader(
        cast(SpanModel, large), CALIBRATION, first=cast(SpanModel, first), ranks=Logistic({"margin": 1.0}, 0.0)
    )
    MultipartReader(cascade, 0.5).load()
    assert (first.loaded, large.loaded) == (True, True)


class Knows:
    """A reader that is sure of questions with a word in them."""

    thresholds: ClassVar[dict[str, float]] = {"balanced": 0.5}

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        chunk = passages[0].chunk
        found = [Evidence(chunk, item.start, item.end, 0.5) for item in chunk.sentences]
        known = [item for item in found for word in self.words if word in question and word in item.quote.lower()]
        evidence = tuple(dict.fromkeys([*(replace(item, score=0.9) for item in known), *found]))
        return Reading(evidence, confidence=0.8 if known else 0.2, on_topic=bool(known))

    def relevance(self, question: str, statement: str) -> float:
        return float(any(word in question and word in statement for word in self.words))

    def load(self) -> None:
        """It knows what it knows."""


TWO_PARTS = "When did the cats purr, and when did the dogs bark?"


def test_each_part_is_read_by_itself_and_the_best_of_each_comes_first() -> None:
    text = "Cats purr. Birds sing. Dogs bark."
    reading = MultipartReader(Knows("cats", "dogs"), 0.5).read(TWO_PARTS, passages(text), ENCODER)
    assert [item.quote for item in reading.evidence] == ["Cats purr.", "Dogs bark.", "Birds sing."]
    assert (len(reading.parts), reading.missing, reading.confidence) == (2, (), 0.8)


def test_a_statement_is_as_relevant_as_to_the_part_it_answers_best() -> None:
    reader = MultipartReader(Knows("cats", "dogs"), 0.5)
    assert [reader.relevance(TWO_PARTS, text) for text in ("The dogs bark.", "Birds sing.")] == [1.0, 0.0]


def test_the_part_that_is_not_answered_is_named() -> None:
    text = "The cats purr. The dogs bark."
    reading = MultipartReader(Knows("cats"), 0.5).read(TWO_PARTS, passages(text), ENCODER)
    assert (len(reading.parts), reading.missing) == (1, ("when did the dogs bark?",))
    assert (reading.confidence, reading.on_topic) == (0.8, True)


def test_nothing_is_missing_from_a_question_of_which_nothing_is_answered() -> None:
    reading = MultipartReader(Knows(), 0.5).read(TWO_PARTS, passages("The cats purr."), ENCODER)
    assert (reading.parts, reading.missing, reading.confidence) == ((), (), 0.2)
