"""Claim sets: short evidence is judged as it is, of a page the nearest sentences are found first."""

import json
from pathlib import Path

import pytest

from eval.datasets import claim_sets
from eval.errors import CasesError
from eval.runner.claims import Claim
from eval.runner.run import Plan, run
from eval.scoring import thresholds
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import FakeAssistant, FakeVerifier, Reply, answer, refusal

PAGE = "The embargo began in 1973. " * 50
ROWS = [
    {"id": "1", "claim": "It rains.", "evidence": "It is raining.", "label": 1, "label_raw": "SUPPORTS"},
    {"id": "2", "claim": "It was in 1974.", "evidence": PAGE, "label": 0, "gold_lines": [[1]]},
]


def set_in(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_claim_keeps_the_sets_own_name_of_its_label(tmp_path: Path) -> None:
    found = claim_sets.load(set_in(tmp_path, ROWS))
    (page,) = found.texts
    assert found.claims == (
        Claim("1", "It rains.", ("It is raining.",), true=True, rule="SUPPORTS"),
        Claim("2", "It was in 1974.", (), true=False, rule="not supported", page=page),
    )


def test_a_label_is_yes_or_no(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="line 1: label"):
        claim_sets.load(set_in(tmp_path, [ROWS[0] | {"label": 2}]))


@pytest.mark.parametrize("refused", [False, True])
def test_of_a_page_a_claim_is_judged_by_the_evidence_the_assistant_shows(refused: bool) -> None:
    shown = (fakes.cite(0, 20), fakes.cite(30, 60))
    claim = Claim("2", "It was in 1974.", (), true=False, rule="not supported", page="page.txt")

    class Asked(FakeAssistant):
        def _reply(self, question: str) -> Reply:
            no = refusal(question, 0.1, shown)
            return Reply(no, ()) if refused else Reply(answer(question, "answered", shown, 0.9), shown)

    assistant = Asked([])
    found = run(Plan("mini", claims=(claim,)), assistant, verifier=FakeVerifier({claim.text: False}), clock=lambda: 0.0)
    assert found.judged[0].claim.evidence == tuple(citation.quote for citation in shown)
    assert assistant.looked_in == [["page.txt"]]


def test_a_run_over_claims_measures_the_verifier_and_nothing_else(tmp_path: Path) -> None:
    claims = (Claim("1", "yes", ("x",), True, "a"), Claim("2", "no", ("x",), False, "b"))
    truth = FakeVerifier({"yes": True, "no": False})
    found = run(Plan("mini", claims=claims), FakeAssistant([]), verifier=truth, clock=lambda: 0.0)
    measured = {one.metric: one.measured.value for one in thresholds.judge(found, {}).verdicts if one.measured}
    assert measured == {"verifier_balanced_accuracy": 1.0, "verifier_auroc": 1.0}
