"""Drafts are a start: their spans are exact, and no run scores them until a person has completed them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import rag
from eval.__main__ import app
from eval.datasets import cases, drafts
from eval.errors import CasesError
from tests.fakes.evaluation import SEED_DOCUMENT, SEED_TEXT, FakeAssistant, document


def test_drafts_lie_evenly_over_the_documents_on_exact_spans() -> None:
    made = drafts.drafts([SEED_DOCUMENT], 5)
    starts = [case.gold_spans[0].start for case in made]
    assert len(made) == 5 and starts == sorted(starts) and starts[-1] > len(SEED_TEXT) / 2
    assert cases.misfits((span for case in made for span in case.gold_spans), {SEED_DOCUMENT.source: SEED_TEXT}) == []


def test_there_are_no_more_drafts_than_sentences() -> None:
    only = document("a.txt", "Title\n\nThis is the only sentence long enough to ask about, it seems.\nNo.")
    assert [case.gold_spans[0].text for case in drafts.drafts([only], 9)] == [only.text[7:-4]]


def test_documents_without_a_sentence_have_no_drafts() -> None:
    with pytest.raises(CasesError, match="no sentence to ask about"):
        drafts.drafts([document("a.txt", "Title")], 5)


def test_a_draft_is_refused_until_a_person_has_confirmed_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(drafts.lines(drafts.drafts([SEED_DOCUMENT], 1)), encoding="utf-8")
    with pytest.raises(CasesError, match="'draft-001' is a draft"):
        cases.load(path)
    (made,) = drafts.drafts([SEED_DOCUMENT], 1)
    completed = replace(made, question="Who?", answers=("Iran",), draft=False)
    path.write_text(drafts.lines([completed]), encoding="utf-8")
    assert cases.load(path) == (completed,)


def test_init_writes_a_new_file_and_never_over_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(rag), "Assistant", FakeAssistant([]))
    command = ["init", str(tmp_path / "mine.jsonl"), "--index", str(tmp_path), "--count", "3"]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    rows = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (first.exit_code, second.exit_code, [row["draft"] for row in rows]) == (0, 3, [True] * 3)
    assert {row["gold"][0][0]["source"] for row in rows} == {SEED_DOCUMENT.source}
