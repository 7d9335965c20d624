"""Comparisons of two things and of two documents, and what changed between two."""

from pathlib import Path

import pytest

from rag.answering.question_kinds import QuestionKind
from rag.answering.strategies.comparison import difference, sides_of
from rag.assistant import Assistant
from tests.conftest import write_files
from tests.fakes import assistant

OLD = "# Swimming rules\n\nValid from 1 May 2023.\n\nChildren swim free on Fridays. A locker costs 2 euros a day.\n"
NEW = (
    "# Bath rules\n\nValid from 1 May 2025.\n\n"
    "Children swim free on Fridays. A locker costs 3 euros a day. Drones are banned.\n"
)
TARIFF = "The day ticket costs 9 euros. The season ticket costs 88 euros.\n"
KINDS: dict[str, QuestionKind] = {
    "Is the day ticket or the season ticket dearer?": "compare",
    "Do the swimming rules and the bath rules give the same price for a locker?": "compare",
    "What changed from the swimming rules to the bath rules?": "changes",
}


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index", kinds=KINDS)
    files = {"swimming-rules.md": OLD, "bath-rules.md": NEW, "tariff.txt": TARIFF}
    found.ingest(write_files(tmp_path / "docs", files))
    return found


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which is cheaper, the train or the coach?", ("the train", "the coach")),
        ("How did the surplus change between 2023 and 2024?", ("2023", "2024")),
        ("Was 2021 warmer than 2022?", ("2021", "2022")),
        ("What is the difference between plan A and plan B?", ("plan A", "plan B")),
        ("When does the pool open?", None),
    ],
)
def test_a_question_joins_two_things(question: str, names: tuple[str, str] | None) -> None:
    found = sides_of(question)
    assert (found.names if found else None) == names


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("214,000 euros", "187,000", "27,000"),
        ("2.5", "1", "1.5"),
        ("2 to 3", "4", ""),
        ("7", "7", ""),
        ("none", "1", ""),
    ],
)
def test_the_difference_of_two_figures(one: str, other: str, expected: str) -> None:
    assert difference(one, other) == expected


def test_both_things_are_quoted(index: Assistant) -> None:
    answer = index.ask("Is the day ticket or the season ticket dearer?")
    assert {statement.text for statement in answer.statements} == {
        "The day ticket costs 9 euros.",
        "The season ticket costs 88 euros.",
    }
    assert [note.kind for note in answer.notes] == ["compared"]


def test_both_documents_are_quoted(index: Assistant) -> None:
    answer = index.ask("Do the swimming rules and the bath rules give the same price for a locker?")
    cited = [citation.source for statement in answer.statements for citation in statement.citations]
    assert set(cited) == {"docs/swimming-rules.md", "docs/bath-rules.md"}


def test_what_changed_stands_side_by_side(index: Assistant) -> None:
    answer = index.ask("What changed from the swimming rules to the bath rules?")
    texts = [statement.text for statement in answer.statements]
    assert "A locker costs 2 euros a day. → A locker costs 3 euros a day." in texts
    assert "New: Drones are banned." not in texts  # three words say too little to stand alone
    assert not any("Children" in text for text in texts)
