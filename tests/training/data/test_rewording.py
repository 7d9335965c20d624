"""Rows keep their right spans whatever is done to their passage and their question."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data import rewording
from training.data.development import Reading
from training.data.text import Passage, Span

TEXT = "The ferry leaves at nine. It carries Ann and Ben. Nobody else is aboard. The sea is calm."


@pytest.fixture
def two() -> Reading:
    spans = [Span(TEXT.index(name), TEXT.index(name) + 3) for name in ("Ann", "Ben")]
    return Reading("r", "set/The_Ferry", "Who is aboard the ferry today?", Passage(TEXT, spans[0]), others=(spans[1],))


def quoted(row: Reading) -> list[str]:
    return [row.passage.text[span.start : span.end] for span in row.spans]


@settings(max_examples=50, deadline=None)
@given(st.integers())
def test_cropping_keeps_the_answers(seed: int) -> None:
    spans = [Span(TEXT.index(name), TEXT.index(name) + 3) for name in ("Ann", "Ben")]
    row = Reading("r", "set/T", "Who?", Passage(TEXT, spans[0]), others=(spans[1],))
    made = rewording.cropped(row, Random(seed))
    assert quoted(made) == ["Ann", "Ben"]
    assert made.passage.text in TEXT


def test_context_stands_in_front_and_moves_the_spans(two: Reading) -> None:
    made = rewording.behind(two, ["Timetable", "Morning"])
    assert made.passage.text == f"Timetable › Morning: {TEXT}"
    assert quoted(made) == ["Ann", "Ben"]


def test_a_cropped_question_without_answer_keeps_what_is_like_it() -> None:
    row = Reading("r", "set/T", "Is the sea rough?", Passage(TEXT))
    assert all("sea" in rewording.cropped(row, Random(seed)).passage.text for seed in range(20))


def test_questions_are_typed_in_several_ways(two: Reading) -> None:
    made = {rewording.as_typed(two, Random(seed)).question for seed in range(200)}
    assert {"who is aboard the ferry today", "Who's aboard the ferry today?"} <= made
    assert any("aboard ferry today" in question.lower() for question in made)


def test_without_leaves_the_other_sentences(two: Reading) -> None:
    carried = Span(TEXT.index("It carries"), TEXT.index(" Nobody"))
    text = rewording.without(two, [carried])
    assert text == "The ferry leaves at nine. Nobody else is aboard. The sea is calm."
