"""Tables and lists answered through the whole pipeline, with an encoder that knows words alone."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.types import Answer
from tests.conftest import write_files
from tests.fakes import assistant

VANS = """van,make,seats,status,rate_eur
V-1,Ford,9,free,79
V-2,Renault,3,repair,55
V-3,Ford,9,hired,79
V-4,Iveco,3,free,62
"""


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index")
    found.ingest(write_files(tmp_path / "docs", {"vans.csv": VANS, "note.txt": "Snow is cold."}))
    return found


def exact(index: Assistant, answer: Answer) -> bool:
    """Whether every citation and its context stand where they say."""
    citations = [citation for statement in answer.statements for citation in statement.citations]
    texts = {citation.doc_id: index.document(citation.doc_id).text for citation in citations}
    spans = [(one.doc_id, one.start, one.end, one.quote) for one in citations]
    spans += [(one.doc_id, span.start, span.end, span.quote) for one in citations for span in one.context]
    return bool(citations) and all(texts[doc_id][start:end] == quote for doc_id, start, end, quote in spans)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many vans are free?", "2 of 4 rows where status is free: V-1 and V-4."),
        ("What is the average rate of the Ford vans?", "Mean of rate eur: 79 EUR (2 of 4 rows where make is Ford)."),
        ("How many seats do all vans have in total?", "Sum of seats: 24 (4 of 4 rows)."),
    ],
)
def test_cells_are_computed_with_and_cited(index: Assistant, question: str, text: str) -> None:
    answer = index.ask(question)
    assert (answer.status, answer.text) == ("answered", text)
    assert [statement.origin for statement in answer.statements] == ["computed"]
    assert exact(index, answer)


def test_cell_is_cited_with_its_column_and_row(index: Assistant) -> None:
    answer = index.ask("How many vans are free?")
    citation = next(one for one in answer.statements[0].citations if one.quote == "free")
    assert [(span.role, span.quote) for span in citation.context] == [("row", "V-1"), ("column", "status")]
    assert citation.row == 2


def test_question_about_what_a_table_lacks_is_refused(index: Assistant) -> None:
    assert index.ask("How many motorbikes were hired in 2019?").status == "refused"
