"""What people and CI servers read of a run, and the file that keeps it."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from eval.datasets import cases
from eval.datasets.cases import Case
from eval.errors import RunFileError
from eval.reports import terminal
from eval.runner import comparison, record
from eval.runner.claims import Claim
from eval.runner.comparison import Change, Comparison
from eval.runner.record import Record
from eval.runner.run import Plan, Run, run
from eval.scoring import thresholds
from eval.scoring.results import Score
from eval.scoring.thresholds import Threshold
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import FakeAssistant, FakeVerifier

pytestmark = pytest.mark.usefixtures("few_resamples")

CASES = {case.id: case for case in cases.load_dev()}
LIMITS = {"span_validity": Threshold(minimum=1.0), "over_refusal": Threshold(maximum=0.2)}


def record_of(*asked: Case, spoil: fakes.Spoil = lambda reply: reply) -> Record:
    found = run(Plan("dev", asked), FakeAssistant(asked, spoil=spoil), verifier=None, clock=lambda: 0.0)
    return record.recorded(found, thresholds.judge(found, LIMITS))


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = record_of(*CASES.values(), spoil=fakes.refusal_off)
    (tmp_path / "run.json").write_text(record.dumps(written), encoding="utf-8")
    assert record.load(tmp_path / "run.json") == written


def test_an_unscored_question_comes_back_as_unscored(tmp_path: Path) -> None:
    written = record_of(CASES["who-01"], CASES["not_stated-01"], spoil=fakes.fails)
    (tmp_path / "run.json").write_text(record.dumps(written), encoding="utf-8")
    assert record.load(tmp_path / "run.json").run.unscored == written.run.unscored


@pytest.mark.parametrize(("text", "message"), [("{", "Invalid JSON"), ("{}", "run: Field required")])
def test_a_file_that_is_no_record_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RunFileError, match=message):
        record.load(tmp_path / "run.json")


def test_a_missing_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match="No such file"):
        record.load(tmp_path / "run.json")


def test_the_table_shows_value_interval_n_and_threshold() -> None:
    console = Console(width=120, file=StringIO())
    console.print(terminal.table(record_of(CASES["who-01"]).judgement, "dev"))
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert "span_validity 1.000 1.000–1.000 1 ≥ 1 holds" in lines
    assert "over_refusal 0.000 0.000–0.000 1 ≤ 0.2 holds" in lines


def test_the_page_of_documentation_has_a_row_a_metric() -> None:
    table = terminal.sheet(record_of(CASES["who-01"]), "a machine")
    assert table.title == "dev: 1 questions, in 0 s on a machine"
    assert ("`over_refusal`", "0.000", "", "1", "≤ 0.2", "holds") in table.rows


def test_the_summary_names_what_broke_and_the_questions_that_say_why() -> None:
    broken = record_of(CASES["who-01"], CASES["why-01"], spoil=fakes.refuses_all)
    assert [line.plain for line in terminal.summary(broken)] == [
        "BROKEN over_refusal: 1.000 (threshold ≤ 0.2)",
        "       who-01 'Who published the leaks?': refused (not_stated), and there is an answer",
        "       why-01 'Why was there so little force left to keep order in Iraq?': "
        "refused (not_stated), and there is an answer",
        "FAILED: 2 questions in 0.0 s",
    ]


def test_junit_counts_broken_thresholds_as_failures_and_unscored_questions_as_errors() -> None:
    broken = record_of(CASES["who-01"], CASES["not_stated-01"], spoil=fakes.fails)
    root = Xml.fromstring(terminal.junit(broken))
    suites = {suite.get("name"): (suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in root}
    assert suites == {"thresholds": ("2", "1", "0"), "questions": ("2", "0", "1")}


def test_junit_can_hold_any_characters() -> None:
    odd = replace(CASES["who-01"], question="a\x00b\ud800 <&> \x1b[31m 👍")
    root = Xml.fromstring(terminal.junit(record_of(odd)))
    assert root.find(".//testcase[@classname='eval.who']").get("name") == "who-01: a�b� <&> �[31m 👍"  # type: ignore[union-attr]


def test_a_comparison_says_which_questions_got_better_and_which_worse() -> None:
    asked = (CASES["who-01"], CASES["why-01"])
    good, bad = record_of(*asked).run, record_of(*asked, spoil=fakes.wrong_sentences).run
    worse, better = comparison.compare(good, bad), comparison.compare(bad, good)
    after = Score("citation_precision", 0.0, "not gold: 'Fight against Daesh'")
    assert Change("who-01", "Who published the leaks?", "citation_precision", 1.0, after) in worse.changes
    assert {one.better for one in worse.changes} == {False}
    assert {one.better for one in better.changes} == {True}
    assert dict(worse.differences)["citation_precision"].value == -1.0


def test_a_metric_over_all_questions_at_once_is_compared_too() -> None:
    asked = tuple(CASES.values())
    good, bad = record_of(*asked).run, record_of(*asked, spoil=fakes.confidence_upside_down).run
    found = dict(comparison.compare(good, bad).differences)
    assert found["refusal_auroc"].value == -1.0 and found["refusal_auroc"].n == len(asked)
    assert found["calibration_error"].value > 0.5


def test_claims_are_compared_one_by_one() -> None:
    def judged(support: float) -> Run:
        claims = (
            Claim("c-1", "Iran.", ("Iran.",), True, "paraphrase"),
            Claim("c-2", "Iraq.", ("Iran.",), False, "name"),
        )
        verifier = FakeVerifier({"Iran.": True, "Iraq.": False}, always=support)
        return run(Plan("claims", claims=claims), FakeAssistant([]), verifier=verifier, clock=lambda: 0.0)

    found = comparison.compare(judged(1.0), judged(0.0))
    assert [(one.case, one.metric, one.better) for one in found.changes] == [
        ("c-1", "verifier_accuracy", False),
        ("c-2", "verifier_accuracy", True),
    ]


def test_a_comparison_of_a_run_with_itself_has_nothing_to_say() -> None:
    good = record_of(CASES["who-01"]).run
    assert comparison.compare(good, good) == Comparison(shared=1, differences=(), changes=())


def test_refusing_more_is_worse_where_there_is_an_answer() -> None:
    good = record_of(CASES["who-01"]).run
    found = comparison.compare(good, record_of(CASES["who-01"], spoil=fakes.refuses_all).run)
    assert {one.metric: one.better for one in found.changes}["over_refusal"] is False


def test_runs_without_a_question_in_common_cannot_be_compared() -> None:
    reworded = replace(CASES["who-01"], question="Who?")
    with pytest.raises(RunFileError, match="no question in common"):
        comparison.compare(record_of(CASES["who-01"]).run, record_of(reworded).run)
