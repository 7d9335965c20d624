"""Claims' twins and statements carry the label that their edit earns."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import cast

import pytest

from rag.models.cross_encoder import SpanModel
from training.calibration import support
from training.data import claims
from training.data.development import Claim, Reading, plain

CLAIM = Claim("c", "Ann Lee opened the Oslo office in 1990.", "In 1990 Ann Lee opened the Oslo office.", True)
POOL = {"name": ["Bob Ray"], "place": ["Rome"]}


@pytest.mark.parametrize("seed", range(8))
def test_a_twin_is_true_only_if_both_sides_changed(seed: int) -> None:
    made = claims._twin(CLAIM, POOL, Random(seed))
    assert made is not None
    changed = (made.claim != CLAIM.claim, made.evidence != CLAIM.evidence)
    assert made.supported == (changed == (True, True))
    assert any(changed)


def test_a_claim_of_two_parts_is_supported_by_the_evidence_of_both_alone() -> None:
    other = Claim("d", "The office closed in 1995.", "It was closed in 1995.", True)
    made = claims.joined([CLAIM, other], Random(0), count=4)
    assert {row.supported for row in made} == {True, False}
    for row in made:
        assert all(part in row.claim for part in ("Ann Lee opened the Oslo office in 1990", "he office closed in 1995"))
        assert row.supported == (CLAIM.evidence in row.evidence and other.evidence in row.evidence)
    assert claims.joined([CLAIM], Random(0), count=4) == []


def test_evidence_among_other_sentences_is_there_word_for_word() -> None:
    company = [CLAIM.evidence, "Boats pass by.", "Birds fly over it."]
    for seed in range(20):
        made = claims.among(CLAIM, company, Random(seed))
        assert made.evidence.count(CLAIM.evidence) == 1
        assert (made.claim, made.supported) == (CLAIM.claim, CLAIM.supported)


def test_a_subject_question_becomes_a_true_statement_and_a_false_one(tower: Reading) -> None:
    text = tower.passage.text.replace("Visitors from Norway", "Visitors with Sophie Germain")
    row = Reading("s", "g", "Who led the largest team of engineers?", type(tower.passage)(text, tower.passage.answer))
    made = claims.statements([row], Random(0))
    assert ("Gustave Eiffel led the largest team of engineers.", True) in [(c.claim, c.supported) for c in made]
    assert [c.supported for c in made] == [True, False]


def test_tokenised_text_reads_as_prose_again() -> None:
    assert plain("He ( Bob ) said `` no '' , -LRB- twice -RRB- .") == 'He (Bob) said " no ", (twice).'


def test_the_sentences_that_share_rare_words_are_looked_at_in_their_order() -> None:
    pieces = ["The club met.", "The club won the Ashburton cup.", "The club lost."]
    assert support.sharing_words("The Ashburton club lost", pieces, 2) == pieces[1:]


class Likes:
    """A `SpanModel` that finds a statement supported by evidence with a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [float(self.word in evidence) for _, evidence in pairs]


def test_the_sentences_of_a_page_that_support_a_claim_most_are_its_evidence_in_the_pages_order() -> None:
    page = "The club was old. The club met in May. The cup was lost in May. The club won the cup."
    found = support.chosen(replace(CLAIM, evidence=page), cast(SpanModel, Likes("May")), count=2)
    assert found == replace(CLAIM, evidence="The club met in May. The cup was lost in May.")
    short = support.chosen(replace(CLAIM, evidence="Too short."), cast(SpanModel, Likes("May")))
    assert short.evidence == "Too short."
