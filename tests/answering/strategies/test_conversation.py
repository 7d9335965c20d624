"""Talk, questions about the index, and orders."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from tests.conftest import write_files
from tests.fakes import assistant

KINDS = {
    "Hello!": "talk",
    "What documents do you have?": "index",
    "Do you have the rota?": "index",
    "Write a poem about herons.": "instruction",
}


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index", kinds=KINDS)  # type: ignore[arg-type]
    files = {"ward-rota.txt": "Nurses change at seven.", "visiting.md": "# Visiting\n\nVisitors come after two."}
    found.ingest(write_files(tmp_path / "docs", files))
    return found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Hello!",
            "Hello! I'm Citespan. I answer questions from 2 documents, and every statement has a citation that you can "
            "check. Ask for a fact, a list or a comparison, or “What is this about?”",
        ),
        ("What documents do you have?", "There are 2 documents: visiting.md, ward-rota.txt."),
        ("Do you have the rota?", "Yes: ward-rota.txt."),
    ],
)
def test_talk_is_answered_without_quotations(index: Assistant, question: str, text: str) -> None:
    answer = index.ask(question)
    assert (answer.status, answer.text, answer.statements, answer.refusal) == ("answered", text, (), None)
    assert [note.kind for note in answer.notes] == ["no_source"]


def test_only_the_documents_that_are_asked_are_listed(index: Assistant) -> None:
    answer = index.ask("What documents do you have?", documents=["visiting.md"])
    assert answer.text == "There is 1 document: visiting.md."


def test_an_order_is_refused_without_quotations(index: Assistant) -> None:
    answer = index.ask("Write a poem about herons.")
    assert answer.refusal is not None
    assert (answer.refusal.reason, answer.refusal.nearest) == ("bad_question", ())
