"""What the page's events do, without a page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

import pytest

from rag.errors import IndexLockedError
from rag.types import Answer, Event, Statement
from tests.fakes.chat import FakeAssistant, answered, document, quoted, seeded
from ui.examples import candidates
from ui.handlers import CHANGED, FAULT, GONE, Chat, failed
from ui.types import Mark, Turn

QUESTION = "How many pages long is the trove of classified documents?"
ECHO = document("echo.txt", "Same words. Other words.\nSame words. Last words.\n")


def told(chat: Chat, question: str) -> tuple[Turn, ...]:
    *_, turns = chat.ask(question, ())
    return turns


def test_asking_shows_the_question_then_evidence_then_statements_then_the_answer() -> None:
    stages = [turns[-1] for turns in Chat(seeded()).ask(f"  {QUESTION} ", (Turn("before"),))]
    assert {stage.question for stage in stages} == {QUESTION}
    assert [(len(s.evidence), len(s.statements), s.working) for s in stages] == [
        (0, 0, True),
        (3, 0, True),
        (3, 1, True),
        (3, 1, False),
    ]
    assert stages[-1].answer and "700 pages" in stages[-1].answer.text


def test_a_known_error_becomes_the_turns_problem() -> None:
    chat = Chat(FakeAssistant(fault=IndexLockedError("Locked by process 12. Wait for it.")))
    assert told(chat, "Anything?")[-1].problem == "Locked by process 12. Wait for it."


def test_an_unknown_error_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        told(Chat(FakeAssistant(fault=ZeroDivisionError())), "Anything?")


def test_a_fault_ends_only_a_turn_that_is_working() -> None:
    done = Turn("a", answer=answered("a"))
    assert failed(()) == ()
    assert failed((done,)) == (done,)
    assert failed((done, Turn("b"))) == (done, Turn("b", problem=FAULT))


def test_a_stopped_answer_ends_with_what_is_there() -> None:
    stopped = Flag()
    stages = Chat(seeded()).ask(QUESTION, (), stopped)
    assert next(stages)[-1].working
    found = next(stages)[-1]
    stopped.set()
    assert found.evidence
    assert list(stages) == [(replace(found, stopped=True),)]


def test_a_citation_opens_its_own_occurrence_of_a_repeated_sentence() -> None:
    second = quoted(ECHO, "Same words.", occurrence=1)
    other = quoted(ECHO, "Other words.")
    answer = answered("Which?", Statement("Same.", (other, second), 1.0))
    view = Chat(FakeAssistant([ECHO])).cite((Turn("Which?", answer=answer),), 0, 2)
    assert view
    assert view.marks == (Mark(other.start, other.end, 1, False), Mark(25, 36, 2, True))
    assert (view.line, view.count, view.text) == (2, 2, ECHO.text)


def test_a_number_the_page_made_up_opens_nothing() -> None:
    chat = Chat(seeded())
    turns = told(chat, QUESTION)
    assert [chat.cite(turns, *place) for place in ((0, 0), (0, 9), (5, 1), (-1, 1))] == [None] * 4
    assert chat.show("no such document") is None


def test_a_changed_or_removed_document_is_never_highlighted() -> None:
    assistant = FakeAssistant([ECHO])
    chat = Chat(assistant)
    answer = answered("Which?", Statement("Other.", (quoted(ECHO, "Other words."),), 1.0))
    turns = (Turn("Which?", answer=answer),)
    assistant.texts = [document("echo.txt", "Rewritten.")]
    changed = chat.cite(turns, 0, 1)
    assert changed and (changed.problem, changed.text, changed.marks, changed.length) == (CHANGED, "", (), 10)
    assert chat.checked(turns) == (replace(turns[0], stale=frozenset({1})),)
    assistant.texts = []
    gone = chat.cite(turns, 0, 1)
    assert gone and (gone.problem, gone.length) == (GONE, 0)


def test_a_long_document_is_read_window_by_window() -> None:
    chat = Chat(FakeAssistant([document("log.txt", "a line of a log\n" * 1_000_000)]))
    first = chat.show("id-log.txt")
    assert first and first.start == 0 and len(first.text) < 10_000 and first.length == 16_000_000
    second = chat.more(first, before=False)
    assert second.start == 0 and len(first.text) < len(second.text) < 30_000


def test_earlier_answers_go_with_a_question() -> None:
    asked: list[object] = []

    class Remembering(FakeAssistant):
        def stream(self, question: str, *, history: Sequence[Answer] = ()) -> Iterator[Event]:
            asked.append(history)
            return super().stream(question, history=history)

    chat = Chat(Remembering(seeded().texts))
    *_, turns = chat.ask(QUESTION, ())
    *_, turns = chat.ask("And who?", (*turns, Turn("Why?", stopped=True)))
    assert turns[0].answer and turns[2].answer
    assert turns[2].answer.standalone_question == f"{QUESTION} And who?"
    assert asked == [[], [turns[0].answer]]


def test_a_vote_is_kept_changed_and_taken_back() -> None:
    assistant = seeded()
    chat = Chat(assistant)
    turns = chat.vote(told(chat, QUESTION), 0, "up")
    assert (turns[0].vote, assistant.feedback.votes) == ("up", {"vote-0": (QUESTION, "up", "")})
    turns = chat.comment(chat.vote(turns, 0, "down"), 0, " Which pages? ")
    assert (turns[0].thanked, assistant.feedback.votes) == (True, {"vote-0": (QUESTION, "down", "Which pages?")})
    turns = chat.vote(turns, 0, "down")
    assert (turns[0].vote, turns[0].thanked, assistant.feedback.votes) == (None, False, {})


def test_a_vote_that_the_page_made_up_is_none() -> None:
    assistant = seeded()
    chat = Chat(assistant)
    turns = (*told(chat, QUESTION), Turn("Why?", stopped=True))
    made_up = ((0, "sideways"), (1, "up"), (-1, "up"), (9, "up"))
    assert [chat.vote(turns, *sent) for sent in made_up] == [turns] * 4
    assert [chat.comment(turns, number, "Words.") for number in (0, 1, 9)] == [turns] * 3
    assert assistant.feedback.votes == {}


def test_lines_are_counted_as_the_command_line_counts_them() -> None:
    mixed = document("mixed.txt", "One.\r\nTwo.\rThree.\nFour.")
    four = quoted(mixed, "Four.")
    view = Chat(FakeAssistant([mixed])).cite((Turn("?", answer=answered("?", Statement("4", (four,), 1.0))),), 0, 1)
    assert view and view.line == 4


def test_examples_come_from_the_documents_and_are_known_to_be_answered() -> None:
    text = "We met Ada Lovelace and Ada Lovelace spoke. We saw the Royal Society in London. Then Nobody Knows came."
    assert candidates(text) == ["What is said about Ada Lovelace?", "What is said about the Royal Society?"]
    chat = Chat(seeded())
    assert all(chat.answer(example)["status"] == "answered" for example in chat.examples())
    assert len(chat.examples()) == 3
    assert Chat(FakeAssistant()).examples() == ()


def test_an_index_that_cannot_be_asked_has_no_examples() -> None:
    chat = Chat(replace(seeded(), fault=IndexLockedError("Locked by process 12. Wait for it.")))
    assert chat.examples() == ()


def test_examples_are_found_once_until_the_documents_change() -> None:
    assistant = seeded()
    chat = Chat(assistant)
    found = chat.examples()
    assistant.fault = AssertionError("asked again")
    assert chat.examples() == found
