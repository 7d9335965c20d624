"""What is a quotation: whole sentences, less what they say without as well."""

import pytest

from rag.verification.alignment import is_quotation

SALE = "Sale items (blue label) can be exchanged, but not refunded, unless they are faulty. Keep the receipt."


@pytest.mark.parametrize(
    ("statement", "quotes"),
    [
        (SALE, True),
        ("Keep the\nreceipt.", True),
        ("keep the receipt", True),
        ("Keep the receipt .", True),
        ("Sale items can be exchanged, but not refunded, unless they are faulty.", True),
        ("Sale items (blue label) can be exchanged, but not refunded.", False),
        ("Sale items can be refunded.", False),
        ("The receipt.", False),
        ("", False),
    ],
)
def test_a_quotation_is_whole_sentences_less_insertions(statement: str, quotes: bool) -> None:
    assert is_quotation(statement, ["Nothing else matters.", SALE]) is quotes


def test_no_sentence_ends_at_an_abbreviation() -> None:
    evidence = ["Loud works are allowed until 5 p.m. except on Sundays."]
    assert not is_quotation("Loud works are allowed until 5 p.m.", evidence)


def test_a_relative_clause_between_commas_is_an_insertion() -> None:
    evidence = ["The bridge, which the mayor opened, was closed on 8 August."]
    assert is_quotation("The bridge was closed on 8 August.", evidence)


def test_an_item_of_a_list_is_quoted_without_its_mark() -> None:
    assert is_quotation("Turn off the gas.", ["- Turn off the gas"])
