"""From question to answer: what is shown, what is dropped, and what is refused with which reason."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.answering.pipeline import Answerer
from rag.assistant import Assistant
from rag.reader.multipart import MultipartReader
from rag.types import (
    AnswerDone,
    Draft,
    Evidence,
    EvidenceFound,
    Reading,
    StatementVerified,
)
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


def test_of_two_questions_the_one_that_is_not_answered_is_named(index: Assistant) -> None:
    answer = index.ask("When did rain fell in May, and who is the emperor of Peru?")
    assert (answer.status, answer.refusal, answer.text) == ("partial", None, "Rain fell in May 1980.")
    assert [(note.kind, note.message) for note in answer.notes] == [
        ("not_stated", "The documents do not say: who is the emperor of Peru?")
    ]


def test_both_of_two_questions_are_answered(index: Assistant) -> None:
    answer = index.ask("When did rain fell in May 1980, and when do the dogs bark at night?")
    assert (answer.status, answer.notes) == ("answered", ())
    assert answer.text == "Dogs bark at night. Rain fell in May 1980."


def test_an_empty_index_has_a_reason_of_its_own(tmp_path: Path) -> None:
    answer = assistant(tmp_path / "empty").ask("Do cats purr?", documents=["a.txt"])
    assert answer.refusal is not None
    assert answer.refusal.reason == "empty_index"


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Cats purr in Paris.", 1),
        ("Cats purr softly since 1990.", 1),
        ("Cats bark.", 0),
        ("Softly, cats and only cats purr.", 1),
        ("Do cats purr softly?", 1),
    ],
)
def test_what_is_not_supported_is_dropped_and_the_documents_own_words_stand_in(
    index: Assistant, text: str, evidence: int
) -> None:
    index._answerer = replaced(index, Writes(text, evidence))
    answer = index.ask("Do cats purr softly?")
    assert answer.text == "Cats purr softly. Cats purr softly."
    assert [statement.text for statement in answer.dropped] == [text]
    assert [note.kind for note in answer.notes] == ["fell_back"]


def test_no_model_judges_what_a_rule_can_tell(index: Assistant) -> None:
    judged: list[str] = []

    class Counts:
        def support(self, statement: str, evidence: Sequence[str]) -> float:
            judged.append(statement)
            return 1.0

    index._answerer = with_parts(index, generator=Writes("Cats purr in Paris."), verifier=Counts())
    index.ask("Do cats purr softly?")
    assert judged == []


def test_what_the_documents_say_and_nobody_asked_is_dropped(index: Assistant) -> None:
    class Strays(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            return [Draft("Dogs bark at night.", reading.evidence)]

    def by_cats(question: str, statement: str) -> float:
        return float("Cats" in statement)

    index._answerer = with_parts(index, generator=Strays(""), reader=judging(index, by_cats))
    answer = index.ask("Do cats purr softly?")
    assert answer.text == "Cats purr softly. Cats purr softly."
    assert [(one.text, one.support) for one in answer.dropped] == [("Dogs bark at night.", 1.0)]
    assert [(note.kind, note.count) for note in answer.notes] == [("beside_question", 1), ("fell_back", 2)]
    assert index.ask("Do cats purr softly?", verify=False).text == "[Unverified] Dogs bark at night."


def test_a_statement_may_answer_as_little_as_the_sentence_that_would_be_quoted(index: Assistant) -> None:
    index._answerer = with_parts(
        index, generator=Writes("Cats purr softly."), reader=judging(index, lambda question, text: 0.01)
    )
    answer = index.ask("Do cats purr softly?")
    assert (answer.text, answer.notes) == ("Cats purr softly.", ())


def test_the_part_of_a_question_that_a_model_leaves_out_is_quoted(index: Assistant) -> None:
    def by_word(question: str, statement: str) -> float:
        return float(("rain" in question and "Rain" in statement) or ("dogs" in question and "Dogs" in statement))

    class OneOfTwo(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            return [Draft("Rain fell in May 1980.", reading.evidence)]

    index._answerer = with_parts(index, generator=OneOfTwo(""), reader=judging(index, by_word))
    answer = index.ask("When did rain fell in May 1980, and when do the dogs bark at night?")
    assert answer.text == "Rain fell in May 1980. Dogs bark at night."
    assert [(note.kind, note.count) for note in answer.notes] == [("fell_back", 1)]


def test_nothing_is_quoted_beside_a_statement_that_answers(index: Assistant) -> None:
    class Another(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            return [Draft("Dogs bark at night.", [item for item in reading.evidence if "Dogs" in item.quote][:1])]

    index._answerer = with_parts(index, generator=Another(""), reader=judging(index, lambda question, text: 1.0))
    answer = index.ask("Do cats purr softly?")
    assert (answer.text, answer.notes) == ("Dogs bark at night.", ())
    assert index.ask("Do cats purr softly?", verify=False).text == "[Unverified] Dogs bark at night."


def test_a_verifier_that_says_nothing_leaves_quotations(index: Assistant) -> None:
    class No:
        def support(self, statement: str, evidence: Sequence[str]) -> float:
            return float("nan")

    index._answerer = with_parts(index, generator=Writes("Cats bark."), verifier=No())
    answer = index.ask("Do cats purr softly?")
    assert answer.text == "Cats purr softly. Cats purr softly."
    assert [(one.origin, one.support) for one in answer.statements] == [("quoted", 1.0)] * 2
    assert [statement.text for statement in answer.dropped] == ["Cats bark."]


def test_a_doubtful_statement_is_shown_marked_to_whom_asks_for_it(index: Assistant) -> None:
    class Doubts:
        def support(self, statement: str, evidence: Sequence[str]) -> float:
            return 0.5

    index._answerer = with_parts(index, generator=Writes("Cats bark softly too."), verifier=Doubts())
    assert index.ask("Do cats purr softly?").text == "Cats purr softly. Cats purr softly."
    index._answerer = with_parts(
        index, generator=Writes("Cats bark softly too."), verifier=Doubts(), show_doubtful=True
    )
    answer = index.ask("Do cats purr softly?")
    assert (answer.text, [note.kind for note in answer.notes]) == ("[Doubtful] Cats bark softly too.", ["doubtful"])


def test_a_right_statement_with_the_wrong_number_gets_the_right_one(index: Assistant) -> None:
    class Misnumbers(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            return [Draft("Cats purr softly.", (reading.evidence[-1],))]

    index._answerer = replaced(index, Misnumbers(""))
    answer = index.ask("Do cats purr softly?")
    [statement] = answer.statements
    assert (statement.citations[0].quote, statement.support, answer.dropped) == ("Cats purr softly.", 1.0, ())


def test_a_citation_that_adds_nothing_is_left_out(index: Assistant) -> None:
    index._answerer = replaced(index, Writes("Cats purr softly.", 3))
    [statement] = index.ask("Do cats purr softly?").statements
    assert [citation.quote for citation in statement.citations] == ["Cats purr softly."]


def test_unverified_statements_are_shown_only_on_request_and_marked(index: Assistant) -> None:
    index._answerer = replaced(index, Writes("Cats purr in Paris."))
    events = list(index.stream("Do cats purr softly?", verify=False))
    assert [type(event) for event in events] == [EvidenceFound, AnswerDone]
    answer = index.ask("Do cats purr softly?", verify=False)
    assert (answer.text, answer.verified) == ("[Unverified] Cats purr in Paris.", False)
    assert answer.statements[0].support == 0.0
    assert str(index.as_query_engine().query("Do cats purr softly?")) == "Cats purr softly. Cats purr softly."


def test_a_receipt_that_does_not_hold_is_no_receipt(index: Assistant) -> None:
    class Shifted(Writes):
        def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
            best = reading.evidence[0]
            chunk = type(best.chunk)(**{**fields(best.chunk), "text": best.chunk.text.upper()})
            return [Draft("CATS PURR SOFTLY.", (Evidence(chunk, best.start, best.end, best.score),))]

    index._answerer = replaced(index, Shifted(""))
    answer = index.ask("Do cats purr softly?")
    assert (answer.text, len(answer.dropped)) == ("Cats purr softly. Cats purr softly.", 1)


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


def replaced(index: Assistant, generator: Writes) -> Answerer:
    return with_parts(index, generator=generator)


def with_parts(index: Assistant, **changed: Any) -> Answerer:
    """The index's answerer with some parts changed."""
    return replace(index._answerer, components=replace(index._answerer.components, **changed))


def judging(index: Assistant, relevance: Callable[[str, str], float]) -> MultipartReader:
    """The index's own reader, with another view of what a statement by itself answers."""

    class Judging(MultipartReader):
        def relevance(self, question: str, statement: str) -> float:
            return relevance(question, statement)

    reader = index._answerer.components.reader
    return Judging(reader._reader, reader._threshold)
