"""Refusals: what is missing, what is near, and what could be asked instead."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.types import Answer, Refusal
from tests.conftest import write_files
from tests.fakes import assistant

CLUB = "# Rowing club\n\n## Money\n\nThe club earned 900 euros in 2019 and 950 euros in 2020.\n"


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index")
    found.ingest(write_files(tmp_path / "docs", {"club.md": CLUB}))
    return found


def refusal(answer: Answer) -> Refusal:
    assert answer.refusal is not None
    return answer.refusal


def test_a_year_that_is_nowhere_is_named_and_not_answered(index: Assistant) -> None:
    assert index.ask("What had the club earned in 2019?").status == "answered"
    found = refusal(index.ask("What had the club earned in 2016?"))
    assert (found.reason, found.message) == (
        "not_stated",
        "The documents do not say this. The closest passages do not mention 2016. The closest passage is in club.md. "
        "You can ask: What does the section “Money” say?",
    )
    assert [citation.quote for citation in found.nearest] == [
        "The club earned 900 euros in 2019 and 950 euros in 2020."
    ]


def test_what_shares_no_word_is_off_topic(index: Assistant) -> None:
    assert refusal(index.ask("Quantum chromodynamics?")).reason == "off_topic"


def test_a_question_in_another_language_is_told(index: Assistant) -> None:
    answer = index.ask("Wie viel Geld hat der Verein verdient?")
    assert refusal(answer).message.startswith("The question is in German, and the documents are in English.")
    assert [note.kind for note in answer.notes] == ["language"]
