"""What is asked, and where: an index that is there, or one that is made from texts and kept or gone afterwards."""

import json
from pathlib import Path

import pytest

import rag
from eval.datasets import cases, jsonl, tasks
from eval.datasets.tasks import Target
from eval.errors import CasesError
from eval.runner import claims
from eval.runner.run import Plan
from eval.scoring import thresholds
from tests.fakes.evaluation import FakeAssistant

CASE = cases.load_dev()[0]
QUESTION = {"question": "When?", "answers": ["1973"], "starts": [3], "answerable": True}
QUESTIONS = [{"id": str(number), "context": f"In 1973, {number}.", **QUESTION} for number in range(5)]
CLAIMS = [
    {"id": "short", "claim": "It rains.", "evidence": "It is raining.", "label": 1, "label_raw": "SUPPORTS"},
    {"id": "page", "claim": "It rained.", "evidence": "It was dry. " * 100, "label": 0},
]


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    fake = FakeAssistant([])
    monkeypatch.setitem(vars(rag), "Assistant", fake)
    return fake


def test_the_seed_is_held_to_the_thresholds_that_ship(tmp_path: Path) -> None:
    plan = Plan("test", cases.load_test(), claims.load())
    assert tasks.seed("test", tmp_path) == Target(plan, thresholds.shipped_thresholds(), folder=tmp_path)


def test_a_reading_set_is_held_to_the_promises_alone(tmp_path: Path) -> None:
    found = tasks.public("mini", write_rows(tmp_path / "set.jsonl", QUESTIONS))
    assert (found.thresholds, list(found.texts.values())[:1]) == (thresholds.PROMISES, ["In 1973, 0."])
    assert (found.plan.name, found.plan.benchmark, len(found.plan.cases)) == ("mini", "mini", 5)


def test_a_sample_is_asked_of_the_paragraphs_of_the_whole_set(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "set.jsonl", QUESTIONS)
    found, again = (tasks.public("mini", path, limit=2) for _ in range(2))
    assert (found.plan.name, len(found.plan.cases), len(found.texts)) == ("mini, 2 of 5 at random", 2, 5)
    assert found == again


def test_a_question_asked_open_looks_in_every_paragraph_and_has_no_published_figures(tmp_path: Path) -> None:
    found = tasks.public("squad2", write_rows(tmp_path / "set.jsonl", QUESTIONS), open_=True)
    assert ({case.documents for case in found.plan.cases}, found.plan.benchmark) == ({()}, "")


def test_a_claim_set_indexes_the_pages_of_the_claims_it_asks(tmp_path: Path) -> None:
    found = tasks.public("mini", write_rows(tmp_path / "set.jsonl", CLAIMS))
    (page,) = found.texts
    assert found.texts[page] == CLAIMS[1]["evidence"]
    assert [(claim.evidence, claim.page, claim.true) for claim in found.plan.claims] == [
        (("It is raining.",), "", True),
        ((), page, False),
    ]


def test_open_is_for_reading_sets(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="--open is for reading sets"):
        tasks.public("mini", write_rows(tmp_path / "set.jsonl", CLAIMS), open_=True)


def test_an_index_of_your_own_is_opened_and_never_made(assistant: FakeAssistant, tmp_path: Path) -> None:
    with tasks.opened(Target(Plan("mine", (CASE,)), {}, index=tmp_path), "extractive"):
        pass
    assert assistant.opened == {"folder": tmp_path, "generator": "extractive", "create": False}


def test_texts_are_ingested_byte_for_byte_and_gone_afterwards(assistant: FakeAssistant) -> None:
    texts = {"a.txt": "one\r\ntwo\n", "b.txt": "“three”"}
    with tasks.opened(Target(Plan("mini", (CASE,)), {}, texts=texts), "extractive"):
        (folder,) = assistant.opened["ingested"]  # type: ignore[misc]
        assert {path.name: path.read_bytes().decode() for path in folder.iterdir()} == texts
        assert assistant.opened["base"] == folder
    assert not folder.exists()


def test_an_index_that_is_kept_is_found_again_by_its_content(assistant: FakeAssistant, tmp_path: Path) -> None:
    def opened(texts: dict[str, str]) -> Path:
        with tasks.opened(Target(Plan("mini", (CASE,)), {}, texts=texts, indexes=tmp_path), "extractive"):
            folder = assistant.opened["folder"]
            assert isinstance(folder, Path)
            return folder

    first = opened({"a.txt": "one"})
    assert first.is_relative_to(tmp_path) and (first.parent / "texts" / "a.txt").is_file()
    assert (opened({"a.txt": "one"}), opened({"a.txt": "two"}) == first) == (first, False)


def test_claims_without_pages_need_no_index(assistant: FakeAssistant, tmp_path: Path) -> None:
    target = tasks.public("mini", write_rows(tmp_path / "set.jsonl", CLAIMS[:1]))
    with tasks.opened(target, "extractive"):
        assert "ingested" not in assistant.opened


def test_a_retrieval_set_gets_all_that_the_rankings_put_forward(assistant: FakeAssistant) -> None:
    with tasks.opened(Target(Plan("mini", (CASE,), ranked=True), {}, texts={"a.txt": "one"}), "extractive"):
        settings = assistant.opened["settings"]
        assert settings.passages == 2 * settings.candidates  # type: ignore[attr-defined]


def test_a_sample_keeps_the_order_and_is_the_same_each_time() -> None:
    drawn = jsonl.sample(range(1000), 10)
    assert (len(set(drawn)), list(drawn), jsonl.sample(range(1000), 10)) == (10, sorted(drawn), drawn)
    assert jsonl.sample([1, 2], 5) == jsonl.sample([1, 2], None) == (1, 2)
