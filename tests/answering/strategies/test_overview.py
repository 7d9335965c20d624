"""Overviews: of a document that is named, of a section, of everything."""

from pathlib import Path

import pytest

from rag.answering.question_kinds import QuestionKind
from rag.assistant import Assistant
from tests.conftest import write_files
from tests.fakes import assistant

PLANT = """# Water plant manual

The plant cleans river water for nine villages. It was built in 1974.

## 1. Intake

River water enters through two screens of steel. The screens are brushed every Monday.

## 2. Chlorine

Chlorine is added at 0.4 mg per litre of water. The store of chlorine stays locked.

## 3. Reports

The shift leader reports every failure within two hours.
"""
MAIL = "From: Ines Pohl\nSubject: Summer fair\n\nThe summer fair is on 4 July in the orchard. Bring chairs.\n"
QUESTIONS: dict[str, QuestionKind] = {
    question: "overview"
    for question in (
        "Summarise the plant manual",
        "What does section 2 of the manual say?",
        "What does the chapter about reports say?",
        "What is this about?",
        "Summarise the lighthouse accounts",
    )
}


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index", kinds=QUESTIONS)
    found.ingest(write_files(tmp_path / "docs", {"plant-manual.md": PLANT, "fair.txt": MAIL}))
    return found


def test_a_named_document_is_summarised_with_exact_citations(index: Assistant) -> None:
    answer = index.ask("Summarise the plant manual")
    cited = [citation for statement in answer.statements for citation in statement.citations]
    text = index.document("docs/plant-manual.md").text
    assert answer.status == "answered"
    assert 6 <= len(answer.statements) <= 10
    assert {citation.source for citation in cited} == {"docs/plant-manual.md"}
    assert all(text[citation.start : citation.end] == citation.quote for citation in cited)
    assert [citation.start for citation in cited] == sorted(citation.start for citation in cited)
    assert [note.kind for note in answer.notes] == ["overview"]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "What does section 2 of the manual say?",
            "Chlorine is added at 0.4 mg per litre of water. The store of chlorine stays locked.",
        ),
        ("What does the chapter about reports say?", "The shift leader reports every failure within two hours."),
    ],
)
def test_a_section_is_quoted_whole(index: Assistant, question: str, text: str) -> None:
    assert index.ask(question).text == text


def test_everything_is_a_line_a_document(index: Assistant) -> None:
    answer = index.ask("What is this about?")
    sources = [statement.citations[0].source for statement in answer.statements]
    assert sources == ["docs/fair.txt", "docs/plant-manual.md"]


def test_the_overview_of_what_is_not_there_is_refused(index: Assistant) -> None:
    answer = index.ask("Summarise the lighthouse accounts")
    assert answer.refusal is not None
