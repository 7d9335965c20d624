"""The similarity reader: order, topic, and a probability that grows with similarity."""

import numpy as np
import pytest

from rag.chunking import chunk_document
from rag.loaders import make_document
from rag.reader import SimilarityReader, answerable, maxsim
from rag.types import Passage
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
    reading = SimilarityReader(ENCODER).read("Do cats purr softly?", passages(text))
    assert [(item.start, item.end) for item in reading.evidence] == [(0, 17), (29, 46), (18, 28)]
    assert all(item.quote == text[item.start : item.end] for item in reading.evidence)
    assert reading.on_topic
    assert reading.confidence == answerable(1.0) > 0.97


def test_another_topic_is_told_as_such() -> None:
    reading = SimilarityReader(ENCODER).read("What is quantum chromodynamics?", passages("Cats purr. Dogs bark."))
    assert not reading.on_topic
    assert reading.confidence < 0.1


def test_headings_are_no_evidence() -> None:
    reading = SimilarityReader(ENCODER).read("Cats", passages("# Cats\n\nThey purr."))
    assert [item.quote for item in reading.evidence] == ["They purr."]


def test_nothing_to_read_is_no_evidence() -> None:
    reading = SimilarityReader(ENCODER).read("Cats?", [])
    assert (reading.evidence, reading.confidence, reading.on_topic) == ((), 0.0, False)
