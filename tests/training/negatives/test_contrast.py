"""Statements made of a sentence are labelled as a reader would. Needs a parser: `pip install -e ".[contrast]"`."""

from __future__ import annotations

import importlib.util
from random import Random
from typing import TYPE_CHECKING

import pytest

from training.negatives import contrast
from training.negatives.contrast import PARSERS
from training.negatives.perturbation import finished
from training.negatives.statements import reply, statement
from training.negatives.voice import Inflections, regular

if TYPE_CHECKING:
    from spacy.language import Language

FORMS = Inflections({("VBN", "write"): "written", ("VBD", "write"): "wrote", ("VBD", "take"): "took"})
needs_parser = pytest.mark.skipif(
    not any(importlib.util.find_spec(name) for name in PARSERS), reason="no English parser is installed"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return contrast.parser()


def test_a_sentence_is_finished() -> None:
    assert finished("the ferry ,  which is old,. ") == "The ferry, which is old."


def test_regular_verbs_get_their_past() -> None:
    assert [regular(verb) for verb in ("carry", "stay", "love", "walk")] == ["carried", "stayed", "loved", "walked"]


@needs_parser
@pytest.mark.parametrize(
    ("text", "statement", "supported"),
    [
        ("Ann Lund wrote the letter in May.", "The letter was written by Ann Lund in May.", True),
        ("Ann Lund wrote the letter in May.", "The letter wrote Ann Lund in May.", False),
        ("The letter was written by Ann Lund.", "Ann Lund wrote the letter.", True),
        ("Visitors must not open the gate.", "Visitors must open the gate.", False),
        ("The tenant must pay the fee.", "The tenant is required to pay the fee.", True),
        ("Most rooms have a window.", "All rooms have a window.", False),
        ("If it rains, the match takes place in the hall.", "The match takes place in the hall.", False),
        ("If it rains, the match takes place in the hall.", "The match takes place in the hall if it rains.", True),
        ("The critics say that the bridge is too narrow.", "The bridge is too narrow.", False),
        ("The house was built by the mayor.", "The house was built for the mayor.", False),
        ("In 1969, the company moved to Oden.", "The company moved to Oden.", True),
    ],
)
def test_statements_of_a_sentence(nlp: Language, text: str, statement: str, supported: bool) -> None:
    seeds = range(12)  # some rules draw one of several words
    sentence = next(iter(nlp(text).sents))
    found = {(one.text, one.supported) for seed in seeds for one in contrast.perturbed(sentence, FORMS, Random(seed))}
    assert (statement, supported) in found


@needs_parser
@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Who wrote the letter?", "Ann", "Ann wrote the letter."),
        ("What did Ann write?", "a letter", "Ann wrote a letter."),
        ("When did Ann take the ferry?", "1969", "Ann took the ferry in 1969."),
        ("How many people live in Oden?", "400", "400 people live in Oden."),
        ("How is the weather?", "fine", None),
    ],
)
def test_a_question_and_its_answer_as_a_statement(
    nlp: Language, question: str, answer: str, expected: str | None
) -> None:
    assert statement(nlp(question), answer, FORMS) == expected


@needs_parser
@pytest.mark.parametrize(
    ("affirmed", "expected"), [(True, "Ann wrote the letter."), (False, "Ann did not write the letter.")]
)
def test_a_reply_as_a_statement(nlp: Language, affirmed: bool, expected: str) -> None:
    assert reply(nlp("Did Ann write the letter?"), affirmed=affirmed, forms=FORMS) == expected


@needs_parser
def test_true_and_false_statements_are_as_many(nlp: Language) -> None:
    docs = [nlp("Ann Lund wrote the letter in May. The mayor of Oden read the letter to the council on Monday.")]
    rows = list(contrast.contrast_claims(docs, FORMS, Random(1)))
    assert [row.supported for row in rows].count(True) == [row.supported for row in rows].count(False) > 0
