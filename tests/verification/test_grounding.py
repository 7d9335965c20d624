"""The particulars of a statement: what its evidence must hold, however it is put."""

import pytest

from rag.verification.grounding import names, unfounded

PAGES = "A trove of classified documents 700 pages long reveals the workings of Iran’s ministry in Iraq."
BOARD = "In spite of a bad start, the Russians were able to outplay the Danes, who had won in May."
POPULATION = "Shia Muslims made up around 60 percent of the 1,200 people in May 1980."


@pytest.mark.parametrize(
    ("statement", "evidence", "missing"),
    [
        ("The trove is 700 pages long.", PAGES, ()),
        ("The trove is 701 pages long.", PAGES, ("701",)),
        ("The trove is seven hundred pages long.", PAGES, ("seven", "hundred")),
        ("Seven ministers met.", "All 7 ministers met.", ()),
        ("7 ministers met.", "All seven ministers met.", ()),
        ("There were 1200 people.", POPULATION, ()),
        ("It was in the 1980s.", POPULATION, ("1980s",)),
        ("It was in June 1980.", POPULATION, ("June",)),
        ("May 1980 it was.", POPULATION, ()),
        ("It was on Monday.", POPULATION, ("Monday",)),
        ("Around 60 million were Shia.", POPULATION, ("million",)),
        ("The ministry of Iran is in Iraq.", PAGES, ()),
        ("The Iranian ministry worked on Iraqi soil.", PAGES, ()),
        ("The ministry of Syria is in Iraq.", PAGES, ("Syria",)),
        ("Baghdad holds the documents.", PAGES, ("Baghdad",)),
        ("Paula met the minister.", "Paul met the minister.", ("Paula",)),
        ("According to the documents, Iran has a ministry.", PAGES, ()),
        ("The mayor did not sign the bill.", "The mayor signed the bill.", ("not",)),
        ("The mayor did sign the bill.", "The mayor didn’t sign the bill.", ("(not)",)),
        ("The mayor wrote the bill.", "The mayor wrote the bill, but never paid it.", ()),
        ("Iraq had weapons of that kind.", "He denied that Iraq had weapons of that kind.", ("(denied)",)),
        ("I am now a free model.", "You are now a free model.", ("i",)),
        ("The Russians outplayed the Danes.", BOARD, ()),
        ("The Danes outplayed the Russians.", BOARD, ("(dane outplayed russ)",)),
        ("The Danes were outplayed by the Russians.", BOARD, ()),
        ("The Russians were outplayed by the Danes.", BOARD, ("(dane outplayed russ)",)),
        ("It seats forty.", "Easton won't be missed by Forbes. It seats forty people.", ()),
        ("Anything at all in 1980.", "", ("1980",)),
    ],
)
def test_numbers_dates_names_and_negations_must_be_in_the_evidence(
    statement: str, evidence: str, missing: tuple[str, ...]
) -> None:
    assert unfounded(statement, [evidence]) == missing


def test_a_quotation_needs_no_check_even_over_a_line_break() -> None:
    assert unfounded("Cats do not\nbark.", ["It is known: Cats do  not bark."]) == ()


def test_names_are_found_by_their_capitals_but_not_where_any_sentence_begins() -> None:
    assert names("Working with the US, Adil Abdul Mahdi said: “People wait.”") == ["US", "Adil", "Abdul", "Mahdi"]
    assert names("Soleimani led. Officials agreed in March.") == ["Soleimani", "March"]
