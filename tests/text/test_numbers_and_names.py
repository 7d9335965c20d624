"""Numbers with their units in one form, and names by their capitals."""

from decimal import Decimal

import pytest

from rag.text.english.clauses import clauses
from rag.text.english.names import initials, names
from rag.text.english.numbers import quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.4 million euros", [(3_400_000, "€")]),
        ("€3,400,000", [(3_400_000, "€")]),
        (".5 to 0.5", [(Decimal("0.5"), ""), (Decimal("0.5"), "")]),
        ("twenty-one days", [(21, "day")]),
        ("the 21st of May", [(21, "")]),
        ("6 per cent and 7%", [(6, "percent"), (7, "percent")]),
        ("two hundred and half a dozen", [(200, ""), (Decimal("0.5"), ""), (12, "")]),
        ("no numbers at all", []),
    ],
)
def test_a_number_has_a_value_and_a_unit(text: str, expected: list[tuple[int | Decimal, str]]) -> None:
    assert [(q.value, "percent" if q.unit == "%" else q.unit.rstrip("s")) for q in quantities(text)] == expected


def test_names_are_found_by_their_capitals_but_not_where_any_sentence_begins() -> None:
    assert names("Working with the US, Adil Abdul Mahdi said: “People wait.”") == ["US", "Adil", "Abdul", "Mahdi"]
    assert names("Soleimani led. Officials agreed in March.") == ["Soleimani", "March"]


def test_a_run_of_names_has_its_initials() -> None:
    assert {"mis", "mi"} <= initials("the Ministry of Intelligence and Security")
    assert initials("the ministry of intelligence") == frozenset()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The board meets on Mondays; the clerk takes the minutes.", 2),
        ("The board met in the mill, but it took no decision.", 2),
        ("The board and the clerk met in the mill.", 1),
        ("Cats purr and the dogs bark.", 1),
        ("The leaks were published by the Intercept and the New York Times.", 1),
    ],
)
def test_a_sentence_is_cut_where_another_could_begin(sentence: str, expected: int) -> None:
    assert len(clauses(sentence)) == expected
