"""The particulars of a statement: what its grounds must hold, however it is put."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.verification.grounding import unfounded

PAGES = "A trove of classified documents 700 pages long reveals the workings of Iran’s ministry in Iraq."
POPULATION = "Shia Muslims made up around 60 percent of the 1,200 people in May 1980."


@pytest.mark.parametrize(
    ("statement", "evidence", "missing"),
    [
        ("The trove is 700 pages long.", PAGES, ()),
        ("The trove is 701 pages long.", PAGES, ("701",)),
        ("The trove is seven hundred pages long.", PAGES, ()),
        ("Seven ministers met.", "All 7 ministers met.", ()),
        ("7 ministers met.", "All seven ministers met.", ()),
        ("There were 1200 people.", POPULATION, ()),
        ("It was in the 1980s.", POPULATION, ("1980s",)),
        ("It was in June 1980.", POPULATION, ("June",)),
        ("May 1980 it was.", POPULATION, ()),
        ("It was on Monday.", POPULATION, ("Monday",)),
        ("Around 60 million were Shia.", POPULATION, ("60 million",)),
        ("60 per cent were Shia.", POPULATION, ()),
        ("It lasts 3 years.", "Replaced every: 3 months", ("3",)),
        ("It lasts 3 years.", "Replaced every: 3", ()),
        ("It costs £45.", "It costs 45 euros.", ("45",)),
        ("It costs 3.4 million euros.", "The price is €3,400,000.", ()),
        ("The 21st it was.", "It was on 21 May.", ()),
        ("The ministry of Iran is in Iraq.", PAGES, ()),
        ("The Iranian ministry worked on Iraqi soil.", PAGES, ()),
        ("The ministry of Syria is in Iraq.", PAGES, ("Syria",)),
        ("Paula met Paula.", "Paul met the minister.", ("Paula",)),
        ("The ministry is the MIS.", "The Ministry of Intelligence and Security met.", ()),
        ("The head of the Ministry of Intelligence and Security met.", "The head of MIS met.", ()),
        ("According to the documents, Iran has a ministry.", PAGES, ()),
        ("Anything at all in 1980.", "", ("1980",)),
    ],
)
def test_numbers_dates_and_names_must_be_in_the_grounds(
    statement: str, evidence: str, missing: tuple[str, ...]
) -> None:
    assert unfounded(statement, [evidence]) == missing


WORDS = "Ann Bob won't don’t I'd D. 's by was led US-led May '90s 1,200 £3 1.2.3 ½ not said to “who” - ; . 北京".split()


@settings(deadline=None)
@given(*[st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)] * 2)
def test_no_words_in_any_order_make_a_check_fail(statement: str, evidence: str) -> None:
    assert all(unfounded(statement, [evidence]))
    assert unfounded(statement, [statement]) == ()
