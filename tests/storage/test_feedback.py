"""Votes on answers: kept with the answer, changed, withdrawn, and no part of what is in the index."""

from pathlib import Path

import pytest

from rag.errors import IndexDamagedError
from rag.storage.feedback import COMMENT_CHARACTERS
from tests import fakes
from tests.conftest import write_files


def test_a_vote_is_kept_with_its_answer_and_a_second_one_takes_its_place(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "Cats purr softly."})
    with fakes.assistant(tmp_path / "index") as assistant:
        assistant.ingest(tmp_path / "docs")
        answer = assistant.ask("Do cats purr softly?")
        id_ = assistant.feedback.keep(answer, "up")
        assert assistant.feedback.keep(answer, "down", comment="Which cats?", id_=id_) == id_
        (entry,) = assistant.feedback.entries()
    assert (entry.id, entry.vote, entry.comment) == (id_, "down", "Which cats?")
    assert (entry.question, entry.answer) == ("Do cats purr softly?", answer.to_dict())
    assert entry.time.endswith("+00:00")


def test_votes_come_oldest_first_and_can_be_withdrawn(tmp_path: Path) -> None:
    with fakes.assistant(tmp_path / "index") as assistant:
        answer = assistant.ask("Anything?")
        kept = [assistant.feedback.keep(answer, "up") for _ in range(3)]
        entries = assistant.feedback.entries()
        assert [(entry.time, entry.id) for entry in entries] == sorted((entry.time, entry.id) for entry in entries)
        for id_ in (kept[0], kept[1], "no such vote"):
            assistant.feedback.withdraw(id_)
        assert [entry.id for entry in assistant.feedback.entries()] == [kept[2]]


def test_a_vote_changes_neither_the_index_nor_its_answers(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.txt": "Cats purr softly."})
    with fakes.assistant(tmp_path / "index") as assistant:
        assistant.ingest(tmp_path / "docs")
        answer = assistant.ask("Do cats purr softly?")
        assistant.feedback.keep(answer, "down")
        assert assistant.ask("Do cats purr softly?").index_version == answer.index_version
        assistant.rebuild()
        assistant.remove(["a.txt"])
        assert len(assistant.feedback.entries()) == 1


def test_a_comment_is_cut_and_a_vote_is_up_or_down(tmp_path: Path) -> None:
    with fakes.assistant(tmp_path / "index") as assistant:
        answer = assistant.ask("Anything?")
        assistant.feedback.keep(answer, "up", comment="x" * 9999)
        assert len(assistant.feedback.entries()[0].comment) == COMMENT_CHARACTERS
        with pytest.raises(IndexDamagedError):
            assistant.feedback.keep(answer, "sideways")  # type: ignore[arg-type]
