"""Generators on the same questions: what each wrote, showed and dropped is counted, and waiting for it is timed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from eval.benchmarks import generators
from eval.benchmarks.generators import Counts, Measured
from eval.datasets import cases, tasks
from eval.errors import NothingToMeasureError
from eval.scoring.results import Unscored
from rag import AnswerDone, EvidenceFound, Statement, StatementVerified
from rag.types import Note
from tests.fakes.evaluation import FakeAssistant, Reply, cite, refuses_all

pytestmark = pytest.mark.usefixtures("few_resamples")

CASES = {case.id: case for case in cases.load_dev()}
ASKED = (CASES["who-01"], CASES["why-01"], CASES["not_stated-01"])


class Announcing(FakeAssistant):
    """Announces each statement before the answer, as an assistant does."""

    def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[object]:
        for event in super().stream(question, documents=documents):
            if isinstance(event, AnswerDone):
                yield from map(StatementVerified, event.answer.statements)
            yield event


def called(name: str, spoil: object = None) -> Announcing:
    def spoiled(reply: Reply) -> Reply:
        reply = spoil(reply) if callable(spoil) else reply
        return replace(reply, answer=replace(reply.answer, generator=name))

    return Announcing(ASKED, spoiled)


def some_dropped(reply: Reply) -> Reply:
    return replace(reply, answer=replace(reply.answer, dropped=(Statement("False.", (cite(0, 5),), 0.1),)))


def all_dropped(reply: Reply) -> Reply:
    reply = some_dropped(reply)
    return replace(
        reply, answer=replace(reply.answer, notes=(Note("fell_back", "Their own.", len(reply.answer.statements)),))
    )


def compared(*subjects: Announcing) -> tuple[Measured, ...]:
    ticks = count()
    return generators.compare(
        {f"/a/folder/{place}": subject for place, subject in enumerate(subjects)},
        ASKED,
        clock=lambda: float(next(ticks)),
        progress=lambda done, total: None,
    )


def test_what_was_written_shown_and_dropped_is_counted() -> None:
    right, some, none = compared(called("right"), called("some", some_dropped), called("none", all_dropped))
    shown = sum(len(observed.answer.statements) for _, observed in right.scored)
    assert generators.counted(right) == Counts(2, shown, 0, 0)
    assert generators.counted(some) == Counts(3, shown, 3, 0)
    assert generators.counted(none) == Counts(3, 0, 3, 2)


def test_the_tables_name_generators_as_answers_do_and_compare_with_the_first() -> None:
    answers, statements, waiting = generators.sheets(compared(called("right"), called("shy", refuses_all)), "three")
    assert answers.columns == ("", "right", "shy")
    rows = {row[0]: row[1:] for row in answers.rows}
    assert rows["span validity"] == ("1.00 (1.00–1.00), n 3", "1.00 (1.00–1.00), n 3")
    assert rows["citation precision"][1] == "–"
    assert rows["answered right, less right's"] == ("–", "-1.00 (-1.00 to -1.00), n 2")
    assert [row[0] for row in statements.rows] == [row[0] for row in waiting.rows] == ["right", "shy"]


def test_waits_are_those_of_the_questions_that_all_answered() -> None:
    *_, waiting = generators.sheets(compared(called("right"), called("again")), "three")
    assert waiting.title == "Waiting, 2 questions"
    assert [row[0] for row in waiting.rows] == ["right", "again"]
    assert all(cell.endswith("1.0×") for cell in waiting.rows[0][1:])


def test_evidence_comes_before_statements_and_those_before_the_end() -> None:
    (found,) = compared(called("right"))
    waits = found.waits[0]
    assert waits and waits.evidence and waits.statement
    assert waits.evidence < waits.statement < waits.answer
    assert found.waits[2] and found.waits[2].statement is None


def test_a_question_that_failed_is_named() -> None:
    class Failing(Announcing):
        def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[object]:
            yield EvidenceFound(())
            raise OSError("no server")

    (found,) = compared(Failing(ASKED))
    assert all(isinstance(outcome, Unscored) for outcome in found.outcomes)
    assert generators.unscored([found])[0] == "/a/folder/0: who-01: OSError: no server"


def test_a_comparison_over_nothing_is_an_error() -> None:
    with pytest.raises(NothingToMeasureError):
        generators.compare({"right": called("right")}, [], clock=float, progress=lambda done, total: None)


def test_all_of_them_are_opened_over_one_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[tuple[str, object, object]] = []

    class Opened(FakeAssistant):
        name = str(tmp_path)

    def opens(folder: object, *, generator: str, create: bool = True, **settings: object) -> FakeAssistant:
        opened.append((generator, str(folder), create))
        return Opened(ASKED)

    monkeypatch.setattr("rag.Assistant.open", opens)
    target = tasks.seed("dev", tmp_path)
    with tasks.each_opened(replace(target, index=tmp_path), ["extractive", "gguf:a", "gguf:b"]) as found:
        assert list(found) == ["extractive", "gguf:a", "gguf:b"]
    assert opened == [(name, str(tmp_path), False) for name in found]
