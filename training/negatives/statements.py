"""A question and its answer as a statement: the question's words put into a sentence.

By rules over spaCy's parse; where they do not reach there is no statement. With the answer of a near miss the
statement is not supported. After the idea of QA2D (Demszky et al. 2018).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.negatives.perturbation import finished, subtree, upper_first

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from training.negatives.voice import Inflections

HELPERS = ("aux", "auxpass")
AUXILIARIES = frozenset("is are was were can could will would has have had do does did should may must".split())
TIMES = re.compile(
    r"(in|on|at|during|after|before|since|by|from|until|between|around|when|while|the day|every|each)\b", re.IGNORECASE
)
PLACES = re.compile(
    r"(in|on|at|to|from|near|along|under|within|outside|inside|through|across|between|around|throughout)\b",
    re.IGNORECASE,
)
REASONS = re.compile(r"(because|due to|for|so|in order|since|as)\b", re.IGNORECASE)
DAY = re.compile(r"\d{1,2},? \d{4}|day\b|\d{1,2} [A-Z]")


def statement(question: Doc, answer: str, forms: Inflections) -> str | None:
    """The question with its answer as a sentence; None where no rule reaches."""
    asking = next((token for token in question[:5] if token.tag_ in ("WP", "WDT", "WRB")), None)
    sentences = list(question.sents)
    if asking is None or len(sentences) != 1 or question[-1].text != "?" or not answer.strip():
        return None
    phrase = _asked_phrase(asking)
    if phrase is None:
        return None
    answer = _completed(answer.strip(" .,;"), asking, phrase)
    rest = question[phrase.end : len(question) - 1]
    if not len(rest):
        return None
    if phrase.root.dep_ in ("nsubj", "nsubjpass") and phrase.start == 0:
        return finished(f"{upper_first(answer)} {rest.text}")
    return _turned(question, asking, phrase, answer, forms)


def _asked_phrase(asking: Token) -> Span | None:
    """`what river`, `how many people`, `who`; None for `how` alone."""
    head = asking
    if asking.lower_ in ("what", "which") and asking.dep_ == "det":
        head = asking.head
    elif asking.lower_ == "how":
        amount = asking.doc[asking.i + 1] if asking.i + 1 < len(asking.doc) else asking
        if amount.lower_ not in ("many", "much"):
            return None
        head = amount.head if amount.dep_ == "amod" and amount.head.i > amount.i else amount
    return asking.doc[min(asking.i, head.left_edge.i) : head.i + 1]


def _completed(answer: str, asking: Token, phrase: Span) -> str:
    """The answer with what it counts, or with the preposition that its kind of answer has."""
    if asking.lower_ == "how":
        counted = phrase.doc[phrase.start + 2 : phrase.end].text
        return f"{answer} {counted}" if counted and counted.lower() not in answer.lower() else answer
    if asking.lower_ == "when" and not TIMES.match(answer):
        return f"{'on' if DAY.search(answer) else 'in'} {answer}"
    if asking.lower_ == "where" and not PLACES.match(answer):
        return f"in {answer}"
    if asking.lower_ == "why" and not REASONS.match(answer):
        return f"because {'of ' if len(answer.split()) < 5 else ''}{answer}"
    return answer


def _turned(question: Doc, asking: Token, phrase: Span, answer: str, forms: Inflections) -> str | None:
    """`What did X write?`: subject, verb as a statement has it, answer."""
    end = len(question) - 1
    helper = question[phrase.end]
    if helper.dep_ not in HELPERS and helper.lemma_ != "be":
        return None
    subject = next((subtree(child) for child in _subjects(helper) if subtree(child).start == helper.i + 1), None)
    if subject is None:
        return None
    verb = next((token for token in question[subject.end : end] if token.pos_ == "VERB"), None)
    if verb is None:
        plain = subject.end == end and helper.lemma_ == "be"
        return finished(f"{subject.text} {helper.text} {answer}") if plain else None
    form = verb_form(helper, verb, forms)
    before, behind = question[subject.end : verb.i].text, question[verb.i + 1 : end]
    before_phrase = question[0 : phrase.start].text
    answer = f"{before_phrase.lower()} {answer}" if before_phrase else answer
    stranded = len(behind) and behind[-1].dep_ == "prep" and not list(behind[-1].children)
    last = stranded or before_phrase or asking.lower_ in ("when", "where", "why")
    tail = f"{behind.text} {answer}" if last else f"{answer} {behind.text}"
    return finished(f"{subject.text} {form.format(before)} {tail}")


def _subjects(helper: Token) -> list[Token]:
    found = [child for child in (*helper.head.children, *helper.children) if child.i > helper.i]
    return [child for child in found if child.dep_ in ("nsubj", "nsubjpass", "expl")]


def verb_form(helper: Token, verb: Token, forms: Inflections) -> str:
    """The verb as a statement has it, with `{}` for what stands between helper and verb."""
    if helper.lower_ == "did":
        return "{} " + ("had" if verb.lemma_ == "have" else forms.past(verb.lemma_))
    if helper.lower_ == "does":
        return "{} " + forms.third_person(verb.lemma_)
    return "{} " + verb.text if helper.lower_ == "do" else f"{helper.text} {{}} {verb.text}"


def reply(question: Doc, *, affirmed: bool, forms: Inflections) -> str | None:
    """A yes/no question as the statement that the reply makes; None where no rule reaches."""
    helper, end = question[0], len(question) - 1
    if helper.lower_ not in AUXILIARIES or question[end].text != "?":
        return None
    subjects = [subtree(token) for token in question if token.dep_ in ("nsubj", "nsubjpass", "expl")]
    subject = next((phrase for phrase in subjects if phrase.start == 1), None)
    if subject is None or subject.end >= end:
        return None
    rest = question[subject.end : end]
    verb = next((token for token in rest if token.tag_ in ("VB", "VBP")), None)
    if not affirmed:
        return finished(f"{subject.text} {helper.lower_} not {rest.text}")
    if helper.lower_ not in ("do", "does", "did"):
        return finished(f"{subject.text} {helper.lower_} {rest.text}")
    if verb is None:
        return None
    form = verb_form(helper, verb, forms).format(question[subject.end : verb.i].text)
    return finished(f"{subject.text} {form} {question[verb.i + 1 : end].text}")
