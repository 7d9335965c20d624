"""Where questions are asked: an index that is there, or one that is made for them and gone afterwards."""

import json
from pathlib import Path

import pytest

import rag
from eval import cases, gate, targets
from eval.targets import Target
from tests.eval.fakes import FakeAssistant

CASE = cases.load_dev()[0]


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    fake = FakeAssistant([])
    monkeypatch.setitem(vars(rag), "Assistant", fake)
    return fake


def test_the_seed_is_held_to_the_thresholds_that_ship(tmp_path: Path) -> None:
    assert targets.seed("test", tmp_path) == Target("test", cases.load_test(), gate.load_thresholds(), folder=tmp_path)


def test_a_public_set_is_held_to_the_promises_alone(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "context": "In 1973.",
        "question": "When?",
        "answers": ["1973"],
        "starts": [3],
        "answerable": True,
    }
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")
    found = targets.benchmark("mini", tmp_path / "set.jsonl")
    assert (found.thresholds, list(found.texts.values())) == (gate.PROMISES, ["In 1973."])


def test_an_index_of_your_own_is_opened_and_never_made(assistant: FakeAssistant, tmp_path: Path) -> None:
    with targets.opened(Target("mine", (CASE,), {}, index=tmp_path), "extractive"):
        pass
    assert assistant.opened == {"folder": tmp_path, "generator": "extractive", "create": False}


def test_texts_are_ingested_byte_for_byte_and_gone_afterwards(assistant: FakeAssistant) -> None:
    texts = {"a.txt": "one\r\ntwo\n", "b.txt": "“three”"}
    with targets.opened(Target("mini", (CASE,), {}, texts=texts), "extractive"):
        (folder,) = assistant.opened["ingested"]  # type: ignore[misc]
        assert {path.name: path.read_bytes().decode() for path in folder.iterdir()} == texts
        assert assistant.opened["base"] == folder
    assert not folder.exists()
