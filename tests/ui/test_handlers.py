"""What the page's events do, without a page."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexLockedError
from rag.reports import FileFailure
from rag.types import Statement
from tests.ui.fakes import FakeAssistant, answered, document, quoted, seeded
from ui.examples import candidates
from ui.handlers import CHANGED, FAULT, GONE, Chat, ended
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


def test_ending_touches_only_a_turn_that_is_working() -> None:
    done = Turn("a", answer=answered("a"))
    assert ended(()) == ()
    assert ended((done,)) == (done,)
    assert ended((done, Turn("b"))) == (done, Turn("b", stopped=True))
    assert ended((Turn("b"),), problem=FAULT) == (Turn("b", problem=FAULT),)


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


def test_uploads_are_kept_beside_the_index_and_failures_are_named(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("Good.", encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "evil.exe").write_bytes(b"MZ")
    assistant = FakeAssistant(name=str(tmp_path / "index"))
    done = Chat(assistant).add([str(tmp_path / name) for name in ("good.md", "bad.txt", "evil.exe")])
    kept = tmp_path / "index" / "uploads"
    assert done.added == (str(kept / "good.md"),)
    assert done.failed == (
        FileFailure("bad.txt", "bad.txt is not UTF-8: byte 0"),
        FileFailure("evil.exe", "only .txt and .md files, 50 at once at the most"),
    )
    assert [path.name for path in kept.iterdir()] == ["good.md"]


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
