"""The gate bites: each way to spoil the system closes it, and the run names the metric that broke."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from typer.testing import CliRunner, Result

import rag
from eval.__main__ import app
from eval.datasets import cases
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import FakeAssistant, FakeVerifier

pytestmark = pytest.mark.usefixtures("few_resamples")

CASES = cases.load(cases.ALL)
Evaluate = Callable[..., Result]


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant(CASES, verifier=FakeVerifier(fakes.TRUTH))


@pytest.fixture
def evaluate(assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """`python -m eval` in this process, on the fake assistant."""
    monkeypatch.setitem(vars(rag), "Assistant", assistant)
    return lambda *options: CliRunner().invoke(app, list(map(str, options)))


def broken_in(result: Result) -> set[str]:
    lines = [line for line in result.output.splitlines() if line.startswith("BROKEN ")]
    return {line.removeprefix("BROKEN ").split(":")[0] for line in lines}


@pytest.mark.parametrize("half", ["dev", "test", "all"])
def test_a_system_without_mistakes_passes(half: str, evaluate: Evaluate) -> None:
    result = evaluate("--set", half)
    assert (result.exit_code, broken_in(result)) == (0, set()), result.output
    assert "PASSED" in result.output


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (fakes.offsets_shifted_by_one, {"span_validity"}),
        (fakes.of_an_older_version, {"span_validity"}),
        (fakes.quote_of_another_document, {"span_validity", "citation_precision", "answered_right"}),
        (fakes.exact_but_of_another_document, {"citation_precision", "citation_recall", "statement_support"}),
        (fakes.wrong_sentences, {"citation_precision", "citation_recall", "answered_right"}),
        (fakes.the_whole_document, {"citation_focus"}),
        (fakes.no_citations, {"statements_cited", "citation_precision", "statement_support"}),
        (fakes.refusal_off, {"refusal_recall", "refusal_auroc", "calibration_error"}),
        (fakes.refuses_all, {"over_refusal", "answered_right", "citation_precision"}),
        (
            fakes.retrieval_shuffled,
            {"retrieval_hit_at_1", "retrieval_hit_at_5", "retrieval_mrr", "retrieval_ndcg_at_10"},
        ),
        (fakes.sentences_shuffled, {"evidence_hit_at_1", "evidence_hit_at_3", "evidence_mrr"}),
        (fakes.confidence_upside_down, {"refusal_auroc", "calibration_error"}),
    ],
)
def test_a_spoiled_system_breaks_the_gate_by_name(
    spoil: fakes.Spoil, broken: set[str], assistant: FakeAssistant, evaluate: Evaluate
) -> None:
    assistant.spoil = spoil
    result = evaluate()
    assert result.exit_code == 1
    assert broken <= broken_in(result)


def test_offsets_that_are_off_by_one_break_only_the_promise_of_exactness(
    assistant: FakeAssistant, evaluate: Evaluate
) -> None:
    assistant.spoil = fakes.offsets_shifted_by_one
    assert broken_in(evaluate()) == {"span_validity"}


@pytest.mark.parametrize("always", [1.0, 0.0])
def test_a_verifier_that_says_the_same_to_all_breaks_the_gate(
    always: float, assistant: FakeAssistant, evaluate: Evaluate
) -> None:
    assistant.verifier = FakeVerifier(fakes.TRUTH, always)
    result = evaluate()
    assert (result.exit_code, broken_in(result)) == (1, {"verifier_balanced_accuracy", "verifier_auroc"})


def test_a_verifier_that_is_not_there_breaks_the_gate(assistant: FakeAssistant, evaluate: Evaluate) -> None:
    assistant.verifier = None
    result = evaluate()
    assert (result.exit_code, broken_in(result)) == (1, {"verifier_balanced_accuracy", "verifier_auroc"})


def test_a_question_that_fails_is_unscored_and_fails_the_run(assistant: FakeAssistant, evaluate: Evaluate) -> None:
    assistant.spoil = fakes.fails
    result = evaluate("--set", "dev")
    assert result.exit_code == 3
    assert "UNSCORED lexical-01: CitespanError: The disk is on fire. Put it out." in result.output


def test_a_bug_is_a_failure_and_not_a_broken_threshold(
    assistant: FakeAssistant, evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeAssistant, "documents", lambda self: 1 / 0)
    result = evaluate()
    assert result.exit_code == 3
    assert "ZeroDivisionError" in result.output


def test_an_empty_case_file_is_a_failure(evaluate: Evaluate, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    result = evaluate("--cases", empty, "--index", tmp_path)
    assert result.exit_code == 3
    assert f"{empty} holds no cases" in result.output


def test_gold_that_is_not_in_the_index_is_a_failure(evaluate: Evaluate, tmp_path: Path) -> None:
    first = cases.DEV.read_text(encoding="utf-8").splitlines()[0]
    mine = tmp_path / "mine.jsonl"
    mine.write_text(first.replace('"start": 163', '"start": 162'), encoding="utf-8")
    result = evaluate("--cases", mine, "--index", tmp_path)
    assert result.exit_code == 3
    assert "The gold does not fit the index" in result.output


def test_a_half_measured_set_does_not_pass(evaluate: Evaluate, tmp_path: Path) -> None:
    only_answerable = tmp_path / "mine.jsonl"
    lines = [line for line in cases.DEV.read_text(encoding="utf-8").splitlines() if '"gold": []' not in line]
    only_answerable.write_text("\n".join(line for line in lines if '"half"' not in line), encoding="utf-8")
    result = evaluate("--cases", only_answerable, "--index", tmp_path)
    assert (result.exit_code, broken_in(result)) == (1, {"refusal_precision", "refusal_recall", "refusal_auroc"})


def test_json_and_junit_name_what_broke(assistant: FakeAssistant, evaluate: Evaluate, tmp_path: Path) -> None:
    assistant.spoil = fakes.offsets_shifted_by_one
    evaluate("--json", tmp_path / "run.json", "--junit", tmp_path / "run.xml")
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    verdicts = {one["metric"]: one["holds"] for one in record["judgement"]["verdicts"]}
    failures = Xml.parse(tmp_path / "run.xml").findall(".//testcase[failure]")
    assert record["passed"] is False
    assert [metric for metric, holds in verdicts.items() if not holds] == ["span_validity"]
    assert [case.get("name") for case in failures] == ["span_validity"]


def test_compare_names_every_question_that_got_worse(
    assistant: FakeAssistant, evaluate: Evaluate, tmp_path: Path
) -> None:
    evaluate("--set", "dev", "--json", tmp_path / "before.json")
    assistant.spoil = fakes.refuses_all
    result = evaluate("--set", "dev", "--compare", tmp_path / "before.json")
    assert "worse  who-01 over_refusal 0.00 → 1.00: Who published the leaks?" in result.output


@pytest.mark.parametrize("name", ["tset", ""])
def test_a_set_that_is_not_there_is_a_wrong_command_line(name: str, evaluate: Evaluate) -> None:
    assert evaluate("--set", name).exit_code == 2


def test_your_own_cases_and_their_index_go_together(evaluate: Evaluate, tmp_path: Path) -> None:
    assert evaluate("--cases", tmp_path / "mine.jsonl").exit_code == 2


def test_the_seed_is_asked_in_default_settings(assistant: FakeAssistant, evaluate: Evaluate) -> None:
    evaluate("--limit", 2)
    assert assistant.opened == {
        "folder": assistant.opened["folder"],
        "base": fakes.SEED.parent,
        "generator": "extractive",
        "settings": None,
        "ingested": [fakes.SEED.parent],
    }
