"""What a statement claims and on what terms: negation, modals, quantifiers, conditions, reasons, who says so.

Works on spaCy's parse of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from training.negatives.perturbation import Perturbed, finished, inside, left_out, replaced, subtree, upper_first
from training.negatives.voice import SAYING, is_plural, plain

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

OTHER_MODALS = {
    "may": ("must", "will", "cannot"),
    "might": ("will", "must"),
    "could": ("must", "will"),
    "should": ("need not", "must not"),
    "must": ("may", "need not"),
    "can": ("must", "cannot"),
    "shall": ("may", "shall not", "need not"),
    "will": ("may not", "will not"),
    "would": ("would not",),
}
SAME_MODALS = {"must": "is required to", "can": "is able to", "might": "may", "shall": "must", "may": "might"}
# pattern, replacement, whether the sentence still supports it
QUANTIFIERS = (
    (r"\bat least (?=\w)", "exactly ", False),
    (r"\bmore than (?=\w)", "less than ", False),
    (r"\bup to (?=\w)", "", False),
    (r"\bless than (?=\w)", "more than ", False),
    (r"\bfewer than (?=\w)", "more than ", False),
    (r"\b(?:some|most|many|several) (?!of\b)(?=[a-z]+s\b)", "all ", False),
    (r"\ball (?=[a-z]+s\b)", "some ", True),
    (r"\bmost (?=[a-z]+s\b)", "many ", True),
    (r"\bfew (?=[a-z]+s\b)", "many ", False),
    (r"\b(?:usually|often|sometimes|generally|typically|mostly) ", "always ", False),
    (r"\b(?:almost|nearly) ", "", False),
)
MARKS = ("if", "unless", "because", "before", "after", "when", "although", "since", "once", "until")
LIMITING = ("if", "unless", "once", "until")
TURNED = {"if": "unless", "unless": "if"}


def negated(sentence: Span, rng: Random) -> Iterator[Perturbed]:
    """A negation taken out or put in."""
    root = sentence.root
    negations = [token for token in sentence if token.dep_ == "neg" and token.lower_ in ("not", "n't", "never")]
    helpers = [child for child in root.children if child.dep_ in ("aux", "auxpass")]
    helpers = helpers or ([root] if root.lemma_ == "be" else [])
    if negations:
        yield Perturbed(_word(sentence, rng.choice(negations), ""), False, True, "negation-dropped")
    elif helpers:
        yield Perturbed(_word(sentence, helpers[0], f"{helpers[0].text} not"), False, True, "negation")
    elif root.tag_ in ("VBD", "VBZ"):
        helper = "did" if root.tag_ == "VBD" else "does"
        yield Perturbed(_word(sentence, root, f"{helper} not {root.lemma_}"), False, True, "negation")


def _word(sentence: Span, word: Token, new: str) -> str:
    return finished(replaced(sentence, [word.doc[word.i : word.i + 1]], [new]))


def modals(sentence: Span, rng: Random) -> Iterator[Perturbed]:
    """Another modal, and one that means the same."""
    for token in sentence:
        others = OTHER_MODALS.get(token.lower_, ())
        if token.tag_ != "MD" or not others or any(child.dep_ == "neg" for child in token.head.children):
            continue
        other, same = rng.choice(others), SAME_MODALS.get(token.lower_)
        yield Perturbed(_word(sentence, token, other), False, True if "not" in other else None, "modal")
        subjects = [child for child in token.head.children if child.dep_ in ("nsubj", "nsubjpass")]
        many = any(is_plural(subtree(subject)) for subject in subjects)
        if same and not (same.startswith("is ") and many):
            yield Perturbed(_word(sentence, token, same), True, False, "modal-kept")


def quantifiers(sentence: Span) -> Iterator[Perturbed]:
    """Another quantity, and a weaker one that follows."""
    for pattern, new, supported in QUANTIFIERS:
        text, count = re.subn(pattern, new, sentence.text, count=1, flags=re.IGNORECASE)
        if count:
            kind = "quantifier-kept" if supported else "quantifier"
            yield Perturbed(finished(text), supported, False if supported else None, kind)


def subordinate(sentence: Span) -> Iterator[Perturbed]:
    """A clause moved (true), a condition dropped or turned, cause and effect or the order in time exchanged."""
    for token in sentence:
        marks = [child for child in token.children if child.lower_ in MARKS and child.i == token.left_edge.i]
        if token.dep_ != "advcl" or token.head != sentence.root or not marks:
            continue
        mark, clause = marks[0].lower_, subtree(token)
        rest = left_out(sentence, [clause]).rstrip(".")
        within = clause.text[len(mark) :].strip()
        if len(rest.split()) < 4 or len(within.split()) < 2:
            continue
        small = rest if sentence[0].pos_ == "PROPN" else rest[:1].lower() + rest[1:]
        in_front = clause.start == sentence.start
        moved = f"{rest} {mark} {within}" if in_front else f"{upper_first(mark)} {within}, {small}"
        yield from _terms(mark, moved, rest)
        if mark in ("because", "before", "after"):
            turned = finished(f"{within} {mark} {small}")
            yield Perturbed(turned, False, None if mark == "because" else True, "clauses-turned")


def _terms(mark: str, moved: str, rest: str) -> Iterator[Perturbed]:
    yield Perturbed(finished(moved), True, False, "clause-moved")
    if mark in LIMITING:
        yield Perturbed(finished(rest), False, None, "condition-dropped")
    if mark in TURNED:
        turned = re.sub(rf"\b{mark}\b", TURNED[mark], moved, count=1, flags=re.IGNORECASE)
        yield Perturbed(finished(turned), False, None, "condition-turned")


def attributed(sentence: Span) -> Iterator[Perturbed]:
    """What somebody says, as a fact (not supported), and said by them in other words."""
    root = sentence.root
    said = [child for child in root.children if child.dep_ == "ccomp" and child.i > root.i]
    speakers = [child for child in root.children if child.dep_ == "nsubj"]
    if root.lemma_ not in SAYING or not said or not speakers or any(c.dep_ == "neg" for c in root.children):
        return
    words = re.sub(r"^that ", "", subtree(said[0]).text)
    if len(words.split()) > 4 and subtree(said[0])[0].pos_ != "PRON":
        yield Perturbed(finished(words), False, False, "attribution-dropped")
        if plain(subtree(speakers[0])):
            text = finished(f"According to {inside(subtree(speakers[0]))}, {words}")
            yield Perturbed(text, True, False, "attribution-kept")
