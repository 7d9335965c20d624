"""Claims with known truth: enough of them, on spans that are there, false in one place each."""

from collections import Counter
from pathlib import Path

import pytest

from eval.datasets import cases, perturbations
from eval.errors import CasesError
from eval.runner import claims
from rag.verification import verifier
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import SEED, SEED_TEXT


def test_there_are_at_least_two_hundred_claims_and_of_every_rule_some() -> None:
    rules = Counter(claim.rule for claim in claims.load())
    assert rules.total() >= 200 and rules["paraphrase"] >= 100
    assert set(rules) == {"paraphrase", *perturbations.RULES}


def test_the_evidence_of_every_claim_is_in_the_text() -> None:
    spans = [span for one in claims.load_paraphrases() for span in one.evidence]
    assert cases.misfits(spans, {SEED.name: SEED_TEXT}) == []


def test_every_claim_has_its_own_id_and_wording() -> None:
    found = claims.load()
    assert len({claim.id for claim in found}) == len({claim.text for claim in found}) == len(found)


def test_no_falsehood_says_what_the_text_says() -> None:
    assert [claim.text for claim in claims.load() if not claim.true and claim.text in SEED_TEXT] == []


@pytest.mark.parametrize(
    ("rule", "true", "false"),
    [
        ("number", "The classified documents run to 700 pages.", "The classified documents run to 70 pages."),
        ("number", "A million people died.", "A thousand people died."),
        ("number", "It happened in 2003.", None),
        ("date", "Between 1980 and 1988.", "Between 1990 and 1998."),
        ("date", "In the 1980s, 700 pages.", "In the 1990s, 700 pages."),
        ("date", "700 pages.", None),
        ("name", "The Intercept published the leaks.", "The Guardian published the leaks."),
        ("name", "The country was shattered.", None),
        ("negation", "The documents were classified.", "The documents were not classified."),
        ("negation", "Iran had ties with them.", "Iran did not have ties with them."),
        ("negation", "It did not last.", None),
        ("roles", "The Iranians outmaneuvered the Americans.", "The Americans outmaneuvered the Iranians."),
        ("roles", "Tensions between MOIS and the IRGC.", None),
        ("roles", "Iran and Iraq fought a war.", None),
        ("overgeneralisation", "Some groups were disgruntled.", "All groups were disgruntled."),
        ("overgeneralisation", "It was so in many cases.", "It was so in all cases."),
        ("overgeneralisation", "Iran trained militias.", None),
    ],
)
def test_a_rule_changes_one_thing_or_does_not_apply(rule: str, true: str, false: str | None) -> None:
    assert perturbations.RULES[rule](true) == false


@pytest.mark.parametrize(("always", "accuracy"), [(None, 1.0), (1.0, 0.5), (0.0, 0.5)])
def test_a_verifier_that_says_the_same_to_all_is_right_half_the_time(always: float | None, accuracy: float) -> None:
    judged = [
        claims.judge(fakes.FakeVerifier(fakes.TRUTH, always), claim, choose=lambda _: ()) for claim in fakes.CLAIMS
    ]
    assert claims.balanced_accuracy(judged) == accuracy


def test_what_counts_as_yes_is_what_citespan_shows() -> None:
    assert claims.SUPPORTED == verifier.THRESHOLD


def test_a_file_without_statements_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    with pytest.raises(CasesError, match="holds no statements"):
        claims.load(tmp_path / "none.jsonl")
