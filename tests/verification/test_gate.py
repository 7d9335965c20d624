"""The three steps of the gate: quotations, particulars, the verifier."""

from collections.abc import Sequence

import pytest

from rag.types import ContextSpan, Draft, Reading
from rag.verification.gate import Grounds, judge, settle
from tests.fakes import evidence_of

SALE = "Sale items can be exchanged but not refunded, unless they are faulty."


class Says:
    """A verifier that says one thing, and remembers what it was asked."""

    def __init__(self, support: float, *, of: str = "") -> None:
        self.value, self.of = support, of
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        self.asked.append((statement, tuple(evidence)))
        return self.value if self.of in " ".join(evidence) else 0.0


def test_a_quotation_needs_no_verifier() -> None:
    verifier = Says(0.0)
    assert judge(SALE, Grounds([SALE]), verifier).support == 1.0
    assert verifier.asked == []


@pytest.mark.parametrize("statement", ["Sale items are refunded for 30 euros.", "Sale items are refunded by Larch."])
def test_no_verifier_is_asked_about_a_particular_that_is_not_there(statement: str) -> None:
    verifier = Says(1.0)
    ruling = judge(statement, Grounds([SALE]), verifier)
    assert (ruling.support, ruling.ground, verifier.asked) == (0.0, "particulars", [])
    assert ruling.missing in {("30",), ("Larch",)}


def test_context_and_question_hold_particulars_too() -> None:
    verifier = Says(0.8)
    evidence, context = ["Replaced every: 3 years"], ["Laptops", "Field crew"]
    ruling = judge("Larch replaces laptops of the field crew every 3 years.", Grounds(evidence, context), verifier)
    assert ruling.missing == ("Larch",)
    asked = "How often does Larch replace laptops?"
    ruling = judge("Larch replaces laptops every 3 years.", Grounds(evidence, context, asked), verifier)
    assert (ruling.support, ruling.ground) == (0.8, "verifier")
    assert verifier.asked[-1][1] == ("Laptops › Field crew", "Replaced every: 3 years")


def test_a_name_may_stand_in_the_passage_and_a_number_may_not() -> None:
    passage = ["Larch Ltd was founded in 1998. It makes maps."]
    assert (
        judge("Larch makes all kinds of maps.", Grounds(["It makes maps."], passages=passage), Says(0.8)).support == 0.8
    )
    ruling = judge("It has made maps since 1998.", Grounds(["It makes maps."], passages=passage), Says(0.8))
    assert ruling.missing == ("1998",)


def test_a_statement_is_worth_no_more_than_its_weakest_claim() -> None:
    verifier = Says(0.9)
    judge("Sale items can be exchanged, and they are refunded by post too.", Grounds([SALE]), verifier)
    assert [said for said, _ in verifier.asked] == [
        "Sale items can be exchanged",
        "they are refunded by post too.",
    ]


@pytest.mark.parametrize("statement", ["", "?!", "Sale.", "Can sale items be refunded at all?"])
def test_what_states_nothing_has_no_support(statement: str) -> None:
    assert judge(statement, Grounds([SALE]), Says(1.0)).support == 0.0


@pytest.mark.parametrize("support", [float("nan"), float("inf"), -1.0])
def test_a_verifier_that_says_nonsense_supports_nothing(support: float) -> None:
    assert judge("Sale items can be swapped for others.", Grounds([SALE]), Says(support)).support == 0.0
    assert judge("Sale items can be swapped for others.", Grounds([]), Says(1.0)).support == 0.0


def test_a_statement_gets_the_evidence_that_supports_it_and_no_more() -> None:
    wrong, right, beside = (evidence_of(text) for text in ("Cats purr.", "Dogs bark at night.", "Dogs eat."))
    reading = Reading((wrong, right, beside), 0.9, True)
    settled = settle(Draft("The dogs are barking at night.", (wrong, beside)), reading, Says(0.9, of="bark"))
    assert [item.quote for item in settled.draft.evidence] == ["Dogs bark at night."]
    assert settled.ruling.ground == "verifier"


def test_the_context_of_a_citation_is_read_with_it() -> None:
    heading = ContextSpan("heading", 0, 7, "Laptops")
    item = evidence_of("Replaced every: 3 years", context=(heading,))
    verifier = Says(0.9)
    settle(Draft("Laptops are replaced every 3 years.", (item,)), Reading((item,), 0.9, True), verifier)
    assert verifier.asked[0][1] == ("Laptops", "Replaced every: 3 years")
