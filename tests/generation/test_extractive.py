"""The generator that quotes: which sentences, in which order, and what a pronoun brings along."""

import pytest

from rag.generation.extractive import Extractive
from rag.loaders import make_document
from rag.text.chunking import chunk_document
from rag.types import Chunk, Evidence, Reading
from tests.fakes import WordEncoder


def chunk(text: str) -> Chunk:
    found = chunk_document(make_document(text, source="a.txt"), token_spans=WordEncoder().token_spans, limit=99)
    assert len(found) == 1
    return found[0]


def reading(text: str, *scores: float) -> Reading:
    made = chunk(text)
    found = [Evidence(made, item.start, item.end, score) for item, score in zip(made.sentences, scores, strict=True)]
    return Reading(tuple(sorted(found, key=lambda item: (-item.score, item.start))), confidence=0.9, on_topic=True)


def quotes(found: Reading) -> list[str]:
    return [draft.text for draft in Extractive().generate("?", found)]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.9, 0.2, 0.8, 0.1), ["Ann ran.", "Cid hid."]),
        ((0.2, 0.1, 0.9, 0.1), ["Cid hid."]),
        ((0.5, 0.5, 0.5, 0.5), ["Ann ran.", "Bob sat.", "Cid hid."]),
    ],
)
def test_the_best_and_those_nearly_as_good_in_document_order(scores: tuple[float, ...], expected: list[str]) -> None:
    assert quotes(reading("Ann ran. Bob sat. Cid hid. Dan won.", *scores)) == expected


def test_a_sentence_that_begins_with_a_pronoun_brings_the_one_before_it_under_one_citation() -> None:
    found = reading("Ann ran. Bob sat.\nHe won. Cid hid.", 0.1, 0.1, 0.9, 0.1)
    drafts = list(Extractive().generate("?", found))
    assert [draft.text for draft in drafts] == ["Bob sat. He won."]
    assert [item.quote for item in drafts[0].evidence] == ["Bob sat.\nHe won."]


def test_a_pronoun_brings_nothing_twice_and_no_heading() -> None:
    assert quotes(reading("Ann ran. She won. They hid.", 0.9, 0.9, 0.1)) == ["Ann ran. She won."]
    assert quotes(reading("She won. Ann ran.", 0.9, 0.1)) == ["She won."]


def test_each_answered_part_of_a_question_is_quoted() -> None:
    text = "Ann ran. Bob sat. Cid hid."
    first, second = reading(text, 0.3, 0.1, 0.1), reading(text, 0.1, 0.1, 0.9)
    whole = Reading((*second.evidence[:1], *first.evidence), 0.9, True, parts=(first, second))
    assert quotes(whole) == ["Ann ran.", "Cid hid."]
