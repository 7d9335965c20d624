"""The gate over an invented organisation's documents: what it measures, and that sabotage fails it by name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.errors import EvalError
from eval.workplace.documents import write_documents
from eval.workplace.gate import ask_all, figures, load_least
from eval.workplace.questions import Question, Quoted, judged, load_questions
from rag import Answer, Citation, Document
from rag.types import Block, ContextSpan, Statement

TEXT = "Fares\n\nTicket | Price\n\nSingle | 9\n\nReturn | 14"
HEADING = Block("heading", 0, 5, level=1)
DOCUMENT = Document("d", "fares.md", "v", TEXT, blocks=(HEADING,))
LEAST = {"statements_cited": 1.0, "span_validity": 1.0, "heading_context": 1.0, "table": 1.0, "computed": 1.0}


def cited(quote: str) -> Citation:
    """A citation of the document, under its heading."""
    start = TEXT.index(quote)
    context = (ContextSpan("heading", 0, 5, "Fares"),)
    return Citation("d", "fares.md", "v", start, start + len(quote), quote, 1.0, context=context)


def answered(text: str, *citations: Citation, status: str = "answered") -> Answer:
    """An answer of one statement."""
    return Answer(
        question="",
        status=status,  # type: ignore[arg-type]
        text=text,
        statements=(Statement(text, citations, 1.0),),
        refusal=None,
        confidence=0.9,
        short_answer=None,
        standalone_question="",
        dropped=(),
        generator="extractive",
        index_version="",
    )


QUESTIONS = (
    Question("1", "table", "dev", "What is a single?", "answer", (("9",),), ("14",), (Quoted("fares.md", "9"),)),
    Question("2", "computed", "dev", "What do both cost?", "answer", (("23",),), (), (Quoted("fares.md", "14"),)),
    Question("3", "overview", "dev", "What is it about?", "answer", (("ticket", "fares"),)),
)
ANSWERS = {
    "What is a single?": answered("Single, price: 9.", cited("Single"), cited("9")),
    "What do both cost?": answered("Sum of Price: 23 (2 of 2 rows).", cited("9"), cited("14")),
    "What is it about?": answered("Fares.", cited("Single | 9")),
}
QUESTIONS = (*QUESTIONS[:2], replace(QUESTIONS[2], gold=(Quoted("fares.md", "Single"),)))


class Told:
    """A subject that answers what it was told to, changed by a saboteur."""

    def __init__(self, change: Callable[[str, Answer], Answer] = lambda question, answer: answer) -> None:
        self.change = change

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        return self.change(question, ANSWERS[question])

    def document(self, name: str) -> Document:
        return DOCUMENT


def broken(change: Callable[[str, Answer], Answer] = lambda question, answer: answer) -> list[str]:
    """The names of the figures that do not hold."""
    subject = Told(change)
    return [figure.name for figure in figures(ask_all(QUESTIONS, subject), subject, LEAST) if not figure.holds]


def test_right_answers_pass() -> None:
    assert broken() == []


def test_table_shifted_by_a_row_fails_by_name() -> None:
    def shifted(question: str, answer: Answer) -> Answer:
        return answered("Single, price: 14.", cited("Single"), cited("14")) if "single" in question else answer

    assert broken(shifted) == ["table"]


def test_lost_heading_fails_by_name() -> None:
    def lost(question: str, answer: Answer) -> Answer:
        (statement,) = answer.statements
        bare = tuple(replace(citation, context=()) for citation in statement.citations)
        return replace(answer, statements=(replace(statement, citations=bare),))

    assert broken(lost) == ["heading_context"]


def test_computed_value_off_by_one_fails_by_name() -> None:
    def off(question: str, answer: Answer) -> Answer:
        return replace(answer, text=answer.text.replace("23", "24"))

    assert broken(off) == ["computed"]


def test_overview_with_an_uncited_statement_fails_by_name() -> None:
    def uncited(question: str, answer: Answer) -> Answer:
        if "about" not in question:
            return answer
        return replace(answer, statements=(*answer.statements, Statement("It is cheap.", (), 1.0)))

    assert broken(uncited) == ["statements_cited"]


def test_context_that_is_not_exact_fails_by_name() -> None:
    def moved(question: str, answer: Answer) -> Answer:
        (statement,) = answer.statements
        off = tuple(
            replace(citation, context=(ContextSpan("heading", 1, 6, "Fares"),)) for citation in statement.citations
        )
        return replace(answer, statements=(replace(statement, citations=off),))

    assert broken(moved) == ["span_validity"]


def test_threshold_that_nothing_measures_is_an_error() -> None:
    subject = Told()
    with pytest.raises(EvalError, match="'list'"):
        figures(ask_all(QUESTIONS, subject), subject, {"list": 0.5})


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("It costs 9 pounds.", "right"), ("It costs 19 pounds.", "wrong"), ("9, and a return 14.", "wrong")],
)
def test_numbers_are_found_whole(text: str, verdict: str) -> None:
    assert judged(QUESTIONS[0], answered(text, cited("9"))) == verdict


def test_questions_are_held_out_by_half() -> None:
    dev, test = load_questions("dev"), load_questions("test")
    assert abs(len(dev) - len(test)) <= 2
    assert {one.id for one in dev}.isdisjoint(one.id for one in test)


def test_documents_are_in_eight_formats(tmp_path: Path) -> None:
    endings = {path.suffix for path in write_documents(tmp_path)}
    assert endings == {".md", ".html", ".csv", ".eml", ".xlsx", ".docx", ".pptx", ".pdf"}


def test_thresholds_hold_the_promises() -> None:
    least = load_least()
    assert [least[name] for name in ("statements_cited", "span_validity", "heading_context")] == [1.0, 1.0, 1.0]
