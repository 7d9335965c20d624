"""How closely a statement keeps to one sentence of its evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.alignment import keeping
from rag.verification.grounding import unfounded

BOARD = "In spite of a bad start, the Russians were able to outplay the Danes, who had won in May."


@pytest.mark.parametrize(
    ("statement", "share"),
    [
        ("The Russians were able to outplay the Danes.", 1.0),
        ("The Russian team was able to outplay the Danes.", 0.0),
        ("The Danes, who had won in May, outplayed the Russians.", 0.6),
        ("Nobody plays chess.", 0.0),
        ("The Russians will outplay the Danes.", 0.0),
        ("The Russians outplay the Danes, as the Russians outplay everybody.", 0.0),
    ],
)
def test_how_closely_a_statement_keeps_to_a_sentence(statement: str, share: float) -> None:
    assert keeping(statement, ["Nothing else matters.", BOARD]) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    ("statement", "evidence", "kept"),
    [
        ("The assembly elects citizens.", "The council and the assembly (elected by citizens) agree.", False),
        ("The assembly is elected by citizens.", "The assembly (elected by citizens) agrees.", True),
        ("The trove was published.", "The trove was published by the Post.", True),
        ("There is a need for a path.", "This precludes the need for a path.", False),
        ("Coins lack a date.", "Coins that lack a date are old.", True),
        ("35,000 people came.", "Some 16,000 to 35,000 people came.", False),
        ("16,000 to 35,000 people came.", "Some 16,000 to 35,000 people came.", True),
        ("The war was between 1980 and 1988.", "They fought a war between 1980 and 1988.", True),
        ("The war began in 1980.", "The war of 1980–1988 began.", False),
        ("The Danes won the war.", "The Danes fought and lost the war.", False),
        ("Vitamin D prevents scurvy.", "Vitamin C prevents scurvy.", False),
        ("He doesn't play.", "He, who is old, doesn't play.", True),
        ("All members voted.", "Members voted.", False),
        ("The law passed after the war.", "The law passed before the war.", False),
        ("Wheat came from France.", "Wheat came to France.", False),
        ("Wheat came from France.", "Wheat came to France, oil from France.", True),
        ("The bridge was opened in 1932.", "The bridge was to be opened by 1932.", False),
        ("The bridge was opened in 1932.", "In May 1932 the bridge was opened.", True),
        ("Taxes fell.", "The minister claimed that taxes fell.", False),
        ("The minister claimed that taxes fell.", "The minister claimed in May that taxes fell.", True),
        ("They assassinated the king.", "They attempted to assassinate the king.", False),
        ("The king took bribes.", "The king allegedly took bribes.", False),
        ("The plan works.", "The plan is said to work.", False),
        ("The king was essential.", "He believed that complete imitation of the king was essential.", False),
        ("The members complained.", "The members are reported to have complained.", False),
        ("Members voted.", "Few members voted.", False),
        ("The strife will continue.", "We must agree, or else the strife will continue.", False),
        ("The match is off.", "If it rains long enough for the grass to be wet, the match is off.", False),
        ("If it rains, the match is off.", "If it rains, the match is off.", True),
        ("The leaks were published in 2003.", "The published leaks are about the 2003 war.", False),
        ("The leaks are about the 2003 war.", "The published leaks are about the 2003 war.", True),
        ("The leaks were published on the war.", "The leaks were published after the war.", False),
        ("The trove is 700.", "The trove is 700 pages long.", False),
        ("Smith left in 1832.", "In 1832 Smith left.", True),
        ("Smith left in 1832.", "One of 700 in 1832 Smith left.", True),
        ("Smith left in May 1832.", "In May 1832 Smith left.", True),
        ("The court does not have the last word.", "They do not accept that the court has the last word.", False),
        ("The court has the last word.", "Despite these disputes, the court has the last word.", True),
        ("The plan was made.", "The plan was made, but never proposed in public.", True),
    ],
)
def test_what_a_word_denies_places_claims_halves_frees_or_turns_round_is_not_kept_to(
    statement: str, evidence: str, kept: bool
) -> None:
    assert (keeping(statement, [evidence]) > 0) is kept


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("Killer T cells find antigens of class I.", True),
        ("Killer B cells find antigens of class I.", False),
        ("Killer T cells find antigens of class II.", False),
        ("Four killer T cells find antigens.", False),
        ("Four B cells meet antigens of class II.", True),
    ],
)
def test_a_number_or_a_letter_from_another_sentence_is_not_kept_to(statement: str, kept: bool) -> None:
    evidence = ["Killer T cells find antigens of class I.", "Four B cells meet antigens of class II."]
    assert (keeping(statement, evidence) > 0) is kept


def test_a_people_and_its_country_are_one_name() -> None:
    evidence = ["In spite of a bad start, the Iranians outplayed Iraq."]
    assert keeping("Iran outplayed the Iraqis.", evidence) == 1.0
    assert "(iraq outplayed iran)" in unfounded("Iraq outplayed Iran.", evidence)


def test_a_word_of_the_question_that_no_sentence_has_is_not_kept_to_however_long_the_rest() -> None:
    rest = "answer to this particular instance is of little use for solving other instances of the same hard problem"
    assert keeping(f"The quantitative {rest}.", [f"The quantitative {rest}."]) == 1.0
    assert keeping(f"The qualitative {rest}.", [f"The quantitative {rest}."]) == 0.0


def test_a_part_of_a_word_is_not_that_word() -> None:
    invasion = ["The Danes gained from the chaos sparked by the US-led invasion of Norway."]
    assert keeping("The chaos was sparked by the US-led invasion.", invasion) == 1.0
    assert keeping("The Danes gained from the US-led invasion.", invasion) == 0.0
    assert keeping("The Danes led the invasion of Norway.", invasion) == 0.0
    assert keeping("The well-fed Danes gained.", ["The Danes, fed well, gained."]) == 0.5
    flight = ["Dissidents fled Hussein’s persecution and sought refuge in Iran."]
    assert keeping("Dissidents fled Hussein's persecution.", flight) == 1.0
    assert keeping("Hussein sought refuge in Iran.", flight) == 0.0
    assert keeping("Susan is Greg's mother.", ["Susan is Greg 's mother ."]) == 1.0


def test_a_duty_is_no_fact() -> None:
    assert keeping("The measures were limited.", ["We must think about limiting the measures."]) == 0.0


WORDS = "Ann Bob won't don’t I'd D. 's by was led US-led May '90s 1,200 £3 not said only to “who” - ; . 北京".split()


@given(*[st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)] * 2)
def test_no_words_in_any_order_make_a_check_fail(statement: str, evidence: str) -> None:
    assert 0 <= keeping(statement, [evidence]) <= 1
    assert all(unfounded(statement, [evidence]))
