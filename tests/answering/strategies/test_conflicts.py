"""Documents at odds: which answers exclude each other, and when that is told."""

from datetime import date

import pytest

from rag.answering.strategies.conflicts import at_odds, dated, sides
from rag.types import Chunk, Evidence, Reading, Sentence


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("at least 12 characters", "at least 16 characters", True),
        ("2 June 2025", "16 June 2025", True),
        ("2 June", "2 June 2025", False),
        ("45 euros", "52 euros", True),
        ("45 euros", "14.00 to 18.30", False),
        ("on 2 June", "12 characters", False),
        ("35 %", "35", False),
        ("Paula Weng", "Omar Idris", False),
    ],
)
def test_figures_of_one_kind_exclude_each_other(one: str, other: str, expected: bool) -> None:
    assert at_odds(one, other) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Version of 3 February 2025. In force from 1 March 2026.", date(2025, 2, 3)),
        ("Date: Mon, 19 May 2025 09:12:00", date(2025, 5, 19)),
        ("Updated June 5th, 2024", date(2024, 6, 5)),
        ("2023-11-30 release", date(2023, 11, 30)),
        ("31 February 2025", None),
        ("No date", None),
    ],
)
def test_a_document_is_as_old_as_the_first_date_it_gives(text: str, expected: date | None) -> None:
    assert dated(text) == expected


def evidence(document: str, text: str, score: float, words: str) -> tuple[Evidence, Evidence]:
    """A sentence that is all of a document, and the words in it that answer."""
    chunk = Chunk(document, document, f"{document}.txt", "v", 0, len(text), text, (Sentence(0, len(text)),))
    start = text.index(words)
    return Evidence(chunk, 0, len(text), score), Evidence(chunk, start, start + len(words), score)


def reading(*items: tuple[Evidence, Evidence]) -> Reading:
    return Reading(
        tuple(sentence for sentence, _ in items), 0.9, on_topic=True, answers=tuple(words for _, words in items)
    )


OLD = evidence("a", "A locker costs 5 euros a term.", 0.9, "5 euros")
NEW = evidence("b", "From August a locker costs 8 euros.", 0.6, "8 euros")


def test_both_documents_are_told_when_they_disagree() -> None:
    found = sides("What does a locker cost?", reading(OLD, NEW), lambda question, text: 0.0)
    assert [side.words.quote for side in found] == ["5 euros", "8 euros"]


def test_another_thing_is_no_disagreement() -> None:
    lunch = evidence("b", "Lunch is 8 euros.", 0.6, "8 euros")
    assert sides("What does a locker cost?", reading(OLD, lunch), lambda question, text: 1.0) == ()


def test_an_unlikely_sentence_must_answer_by_itself() -> None:
    unlikely = evidence("b", "The deposit for a locker is 20 euros.", 0.2, "20 euros")
    asked = reading(OLD, unlikely)
    assert sides("What does a locker cost?", asked, lambda question, text: 0.1) == ()
    assert len(sides("What does a locker cost?", asked, lambda question, text: 0.9)) == 2
