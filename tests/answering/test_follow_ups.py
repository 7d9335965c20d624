"""Follow-ups made whole: by rule, by a model, and never with anything that was not said."""

import pytest

from rag.answering.follow_ups import Turn, is_follow_up, readings, resolve, rewritten, turns
from rag.errors import SettingsError
from rag.types import Answer

MINISTER = Turn(
    "Who is the Iraqi prime minister?", "Politicians included current Iraqi Prime Minister Adil Abdul Mahdi."
)


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        ("What is MOIS?", "And who leads it?", "Who leads MOIS?"),
        ("How many pages does the trove have?", "Who published it?", "Who published the trove?"),
        ("What did Iran do in the vacuum?", "What were its aims?", "What were Iran’s aims?"),
        ("How many people live in Oslo?", "And in Bergen?", "How many people live in Bergen?"),
        ("How many people live in Oslo?", "What about Bergen?", "How many people live in Bergen?"),
        ("What happened in 1980?", "And in 1988?", "What happened in 1988?"),
        ("Who invaded Iraq?", "When?", "Who invaded Iraq, and when?"),
        ("Who invaded Iraq?", "And why?", "Who invaded Iraq, and why?"),
        ("What is MOIS?", "In which year did the war end?", "In which year did the war end?"),
        ("What is MOIS?", "What did Iran say of its agents?", "What did Iran say of its agents?"),
        ("What is MOIS?", "Which war killed a million people?", "Which war killed a million people?"),
        ("Is there snow?", "Is it cold?", "Is it cold?"),
    ],
)
def test_a_follow_up_is_made_whole_by_rule(earlier: str, question: str, whole: str) -> None:
    assert resolve(question, [Turn(earlier, "")]) == whole


def test_a_follow_up_may_be_meant_in_several_ways() -> None:
    turn = Turn("Who digs up the north yard?", "Kern digs, as the drains leak.")
    assert readings("How long will it stay shut?", [turn]) == (
        "How long will the north yard stay shut?",
        "How long will Kern stay shut?",
        "Who digs up the north yard – How long will it stay shut?",
    )
    assert readings("Who is the treasurer?", [turn]) == ("Who is the treasurer?",)


def test_a_person_is_looked_for_in_the_answer() -> None:
    assert resolve("Who held sway over him?", [MINISTER]) == "Who held sway over Iraqi Prime Minister Adil Abdul Mahdi?"


def test_without_earlier_turns_a_question_stays_as_it_is() -> None:
    assert resolve("And who leads it?", ()) == "And who leads it?"


def test_a_model_is_asked_about_follow_ups_alone() -> None:
    def never(question: str, earlier: object) -> str:
        raise AssertionError("it was asked")

    assert rewritten("Who is the treasurer?", [MINISTER], never) == "Who is the treasurer?"
    assert rewritten("And who leads it?", (), never) == "And who leads it?"


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("Where was Adil Abdul Mahdi born", "Where was Adil Abdul Mahdi born?"),
        ("Where was Saddam Hussein born?", "by rule"),
        ("Where was Adil Abdul Mahdi born in 1942?", "by rule"),
        ("Where was he born?", "by rule"),
        ("", "by rule"),
        ("Where was Adil Abdul Mahdi born? " * 9, "by rule"),
    ],
)
def test_a_model_may_name_only_what_the_conversation_names(written: str, whole: str) -> None:
    found = rewritten("Where was he born?", [MINISTER], lambda question, earlier: written)
    assert found == (resolve("Where was he born?", [MINISTER]) if whole == "by rule" else whole)


def test_turns_come_as_answers_as_json_or_as_pairs() -> None:
    answer = Answer("And it?", "answered", "Cats.", (), None, 1.0, None, "What purrs?", (), "told", "0")
    expected = Turn("What purrs?", "Cats.")
    assert turns([answer]) == turns([answer.to_dict()]) == turns([("And it?", answer)]) == (expected,)
    assert turns([("What purrs?", "Cats.")]) == turns([{"question": "What purrs?", "text": "Cats."}]) == (expected,)
    assert len(turns([("What?", "That.")] * 9)) == 3


def test_a_refusal_said_nothing() -> None:
    refused = {"question": "Who?", "text": "The documents do not say.", "refusal": {"reason": "not_stated"}}
    assert turns([refused]) == (Turn("Who?", ""),)


@pytest.mark.parametrize("item", ["Who?", 3, {}, {"question": 1}, ("Who?",)])
def test_what_is_no_turn_is_told(item: object) -> None:
    with pytest.raises(SettingsError, match="A turn of the history"):
        turns([item])  # type: ignore[list-item]


def test_the_seeds_own_follow_up_needs_nothing_else() -> None:
    assert [is_follow_up(text) for text in ("Who leads it?", "And then?", "Who leads Iran?")] == [True, True, False]
