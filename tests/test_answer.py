"""From question to answer: what is shown, what is dropped, and what is refused with which reason."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.types import AnswerDone, Draft, Evidence, EvidenceFound, Reading, StatementVerified
from tests.conftest import write_files
from tests.fakes import assistant

TEXT = "Cats purr softly. Dogs bark at night. Cats purr softly. Rain fell in May 1980."


@pytest.fixture
def index(tmp_path: Path) -> Assistant:
    found = assistant(tmp_path / "index")
    found.ingest(write_files(tmp_path / "docs", {"a.txt": TEXT, "b.txt": "Snow is cold."}))
    return found


class Writes:
    """A generator that proposes what it is told to."""

    name = "told"

    def __init__(self, text: str, evidence: int = 1) -> None:
        self.text = text
        self.evidence = evidence

    def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
        return [Draft(self.text, reading.evidence[: self.evidence])]


def test_an_answer_quotes_the_best_sentences_in_document_order_with_exact_receipts(index: Assistant) -> None:
    answer = index.ask("Do cats purr softly?")
    assert (answer.status, answer.text) == ("answered", "Cats purr softly. Cats purr softly.")
    citations = [statement.citations[0] for statement in answer.statements]
    assert [(item.source, item.start, item.end) for item in citations] == [
        ("docs/a.txt", 0, 17),
        ("docs/a.txt", 38, 55),
    ]
    assert [statement.support for statement in answer.statements] == [1.0, 1.0]
    assert (answer.refusal, answer.dropped, answer.generator) == (None, (), "extractive")
    assert set(answer.timings) == {"retrieve", "read", "answer", "total"}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "bad_question"),
        ("?!", "bad_question"),
        ("why " * 25_000, "bad_question"),
        ("What is quantum chromodynamics?", "off_topic"),
        ("Do dogs bark on tall bridges?", "not_stated"),
    ],
)
def test_a_refusal_has_its_reason_and_the_nearest_evidence(index: Assistant, question: str, reason: str) -> None:
    answer = index.ask(question)
    assert (answer.status, answer.statements) == ("refused", ())
    assert answer.refusal is not None
    assert answer.refusal.reason == reason
    assert answer.text == answer.refusal.message
    for citation in answer.refusal.nearest:
        assert index.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
    assert bool(answer.refusal.nearest) is (reason != "bad_question")


def test_an_empty_index_has_a_reason_of_its_own(tmp_path: Path) -> None:
    answer = assistant(tmp_path / "empty").ask("Do cats purr?", documents=["a.txt"])
    assert answer.refusal is not None
    assert answer.refusal.reason == "empty_index"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [("Cats purr in Paris.", 1), ("Cats purr softly since 1990.", 1), ("Cats purr softly.", 0)],
)
def test_what_is_not_supported_is_dropped_and_counted_never_shown(index: Assistant, text: str, evidence: int) -> None:
    index._answerer = replaced(index, Writes(text, evidence))
    answer = index.ask("Do cats purr softly?")
    assert (answer.status, answer.statements) == ("refused", ())
    assert answer.refusal is not None
    assert answer.refusal.reason == "unsupported"
    assert [statement.text for statement in answer.dropped] == [text]
    assert text not in answer.text


def test_a_receipt_that_does_not_hold_is_no_receipt(index: Assistant) -> None:
    class Shifted(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            best = reading.evidence[0]
            chunk = type(best.chunk)(**{**fields(best.chunk), "text": best.chunk.text.upper()})
            return [Draft("CATS PURR SOFTLY.", (Evidence(chunk, best.start, best.end, best.score),))]

    index._answerer = replaced(index, Shifted(""))
    answer = index.ask("Do cats purr softly?")
    assert (answer.status, len(answer.dropped)) == ("refused", 1)


def test_a_stream_shows_evidence_then_verified_statements_then_the_answer(index: Assistant) -> None:
    events = list(index.stream("Do cats purr softly?"))
    assert [type(event) for event in events] == [EvidenceFound, StatementVerified, StatementVerified, AnswerDone]
    last = events[-1]
    assert isinstance(last, AnswerDone)
    assert tuple(event.statement for event in events if isinstance(event, StatementVerified)) == last.answer.statements


def test_asking_some_documents_only_cites_those(index: Assistant) -> None:
    answer = index.ask("Do cats purr softly?", documents=["b.txt"])
    assert answer.refusal is not None
    assert {citation.source for citation in answer.refusal.nearest} == {"docs/b.txt"}


def test_the_same_question_has_the_same_answer_but_for_timings(index: Assistant) -> None:
    first, second = (index.ask("Do dogs bark at night?").to_dict() for _ in range(2))
    assert first | {"timings": None} == second | {"timings": None}


def fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]


def replaced(index: Assistant, generator: Writes) -> object:
    from dataclasses import replace

    return replace(index._answerer, generator=generator)
