"""A list is answered with all its items, each cited with what leads in to it."""

from pathlib import Path

import pytest

from rag.answering.builder import Asked, Clock
from rag.answering.question_kinds import FACT, Kinds
from rag.answering.strategies.listing import ListStrategy
from rag.assistant import Assistant
from rag.types import Answer, AnswerDone
from tests.conftest import write_files
from tests.fakes import assistant

RULES = """# Safety

Report these dangers to the manager:

- a broken rail
- a loose animal;
- smoke in a tunnel

Boots are worn on the line.
"""
MORE = """# Notices

Report these dangers to the manager:

- A broken rail.
- a fallen tree
"""


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index")
    found.ingest(write_files(tmp_path / "docs", {"rules.md": RULES, "notices.md": MORE, "snow.txt": "Snow is cold."}))
    return found


def listed(index: Assistant, question: str, kinds: Kinds) -> Answer | None:
    """What the list strategy answers; None when it passes the question on."""
    asked = Asked(question, question, "extractive", "", Clock(), True, kinds=kinds)
    events = ListStrategy().answer(asked, index._answerer.components)
    return next(event.answer for event in events if isinstance(event, AnswerDone)) if events else None


def test_every_item_of_every_list_is_told_once(index: Assistant) -> None:
    answer = listed(index, "Which dangers do I report to the manager?", Kinds({"list": 1.0}))
    assert answer is not None
    assert {statement.text.casefold() for statement in answer.statements} >= {"a broken rail.", "a loose animal."}
    assert len({statement.text.casefold() for statement in answer.statements}) == len(answer.statements)
    for statement in answer.statements:
        for citation in statement.citations:
            assert index.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
            assert "lead_in" in [span.role for span in citation.context]


def test_question_for_a_fact_is_passed_on(index: Assistant) -> None:
    assert listed(index, "Which dangers do I report to the manager?", FACT) is None


def test_list_of_a_document_that_lacks_a_name_is_passed_on(index: Assistant) -> None:
    assert listed(index, "Which dangers do I report to Miller?", Kinds({"list": 1.0})) is None
