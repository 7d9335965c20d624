"""What a question's wording tells: its parts, and what would contradict it."""

import pytest

from rag.text.english import questions


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did it end, and who won the last battle?", ["When did it end?", "who won the last battle?"]),
        ("What is a lathe? When was it invented?", ["What is a lathe?", "When was it invented?"]),
        ("Which papers ran it, and on what day was it?", ["Which papers ran it?", "on what day was it?"]),
        ("Who wrote the report and the book?", ["Who wrote the report and the book?"]),
        ("In which city and in what year was he born?", ["In which city and in what year was he born?"]),
        ("How many pages and how many years?", ["How many pages and how many years?"]),
        ("", [""]),
    ],
)
def test_a_question_is_cut_where_a_second_question_begins(question: str, expected: list[str]) -> None:
    assert questions.parts(question) == expected


def test_an_opposite_shows_only_where_the_word_itself_is_missing() -> None:
    assert questions.turned("Who opened it?", "Ann closed it.")
    assert not questions.turned("Who opened it?", "Ann opened it and Bob closed it.")
    assert not questions.turned("Who ran?", "Ann ran.")
