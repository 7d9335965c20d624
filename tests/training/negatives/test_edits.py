"""Each rewrite does the one thing its label says."""

import dataclasses
from random import Random

import pytest

from training.data.development import Reading
from training.data.text import Passage, Span
from training.negatives import edits
from training.negatives.edits import Pool, Rewrite
from training.negatives.lexicon import Mention, mentions

POOL: Pool = {"place": ["Rome", "Oslo"], "name": ["Ada Lovelace"], "number": ["12"]}
BREAKING: list[Rewrite] = [
    edits.swap_in_question,
    edits.swap_in_passage,
    edits.drop_gold,
    edits.opposite_in_question,
    edits.opposite_in_passage,
]
KEEPING: list[Rewrite] = [edits.swap_in_both, edits.swap_elsewhere, edits.drop_other]


@pytest.mark.parametrize("rewrite", BREAKING, ids=lambda r: r.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_a_breaking_rewrite_changes_one_side_and_has_no_answer(rewrite: Rewrite, seed: int, tower: Reading) -> None:
    made = rewrite(tower, POOL, Random(seed))
    assert made is not None
    assert (made.passage.answer, made.golds) == (None, ())
    assert (made.question == tower.question) != (made.passage.text == tower.passage.text)


@pytest.mark.parametrize("rewrite", KEEPING, ids=lambda r: r.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_a_keeping_rewrite_leaves_the_answer_where_its_span_says(rewrite: Rewrite, seed: int, tower: Reading) -> None:
    made = rewrite(tower, POOL, Random(seed))
    assert made is not None
    assert made.passage.answer_text == "Gustave Eiffel"
    assert made.passage.text != tower.passage.text


def test_dropping_the_gold_sentence_leaves_no_other_statement_of_the_answer(tower: Reading) -> None:
    made = edits.drop_gold(tower, POOL, Random(0))
    assert made is not None
    assert not edits.states(made.passage.text, "Gustave Eiffel")


def test_swapping_in_both_keeps_question_and_passage_on_the_same_thing(tower: Reading) -> None:
    made = edits.swap_in_both(tower, POOL, Random(1))
    assert made is not None
    changed = {m.text for m in mentions(made.question)} - {m.text for m in mentions(tower.question)}
    assert changed
    assert all(value in made.passage.text for value in changed)


def test_a_row_without_anything_to_swap_gives_no_row(tower: Reading) -> None:
    bare = Reading("t2", "towers", "who led it?", tower.passage, "plain", tower.golds)
    assert edits.swap_in_question(bare, POOL, Random(0)) is None


def test_mentions_have_their_kind_and_place() -> None:
    assert mentions("In May 1990 Ada Lovelace moved to Rome with 3,000 books.") == [
        Mention(Span(3, 6), "May", "month"),
        Mention(Span(7, 11), "1990", "year"),
        Mention(Span(12, 24), "Ada Lovelace", "name"),
        Mention(Span(34, 38), "Rome", "place"),
        Mention(Span(44, 49), "3,000", "number"),
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("text", ["1889", "7,800,000", "5", "$40", "12%", "3rd"])
def test_another_number_is_another_number_written_alike(text: str, seed: int) -> None:
    mention = mentions(f"it was {text} then")[0]
    value = edits.other_value(mention, {}, "", Random(seed))
    assert value is not None
    assert value != text
    assert value.strip("$%rd").replace(",", "").isdigit()


def test_a_word_of_the_question_is_exchanged_for_one_of_the_same_ending_from_another_sentence(tower: Reading) -> None:
    text = "Gustave Eiffel started the largest team of engineers. Visitors painted it."
    passage = Passage(text, Span(0, len("Gustave Eiffel")))
    row = dataclasses.replace(tower, question="Who started the team of engineers that visited?", passage=passage)
    made = edits.swap_word_in_question(row, POOL, Random(0))
    assert made is not None
    assert (made.question, made.passage.answer) == ("Who painted the team of engineers that visited?", None)
    both = edits.swap_word_in_both(row, POOL, Random(0))
    assert both is not None
    assert both.question == made.question
    assert both.passage.text == "Gustave Eiffel painted the largest team of engineers. Visitors started it."
    assert both.passage.answer_text == "Gustave Eiffel"


def test_no_word_is_exchanged_where_none_is_of_its_ending(tower: Reading) -> None:
    assert edits.swap_word_in_question(dataclasses.replace(tower, question="Who led it?"), POOL, Random(0)) is None
    assert edits.swap_word_in_both(dataclasses.replace(tower, question="Who led it?"), POOL, Random(0)) is None
