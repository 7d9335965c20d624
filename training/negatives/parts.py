"""Parts of a sentence left out, moved or exchanged: names, numbers, prepositions, adjuncts, restrictions.

Works on spaCy's parse of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from training.negatives.perturbation import NEGATIONS, Perturbed, finished, inside, left_out, replaced, subtree
from training.negatives.voice import plain

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

NAMES = ("PERSON", "ORG", "GPE", "NORP", "LOC")
NUMBERS = ("DATE", "CARDINAL", "MONEY", "PERCENT", "QUANTITY")
OTHER_PREPOSITIONS = {
    "by": ("from", "for", "against"),
    "from": ("by", "to", "for"),
    "to": ("from", "by"),
    "for": ("against", "by"),
    "against": ("for", "by"),
    "with": ("without", "against"),
    "before": ("after",),
    "after": ("before",),
    "above": ("below",),
    "below": ("above",),
    "under": ("over",),
    "over": ("under",),
    "within": ("after",),
    "since": ("until",),
    "until": ("since", "after"),
    "during": ("before", "after"),
    "inside": ("outside",),
    "outside": ("inside",),
}
NEEDED = ("to", "of", "without", "from", "by", "into", "against", "as", "like")  # a verb may need these
ALL = ("all", "every", "each", "any", "no")
PARAPHRASES = (
    (r"\bUnited States\b", "US"),
    (r"\bthe US\b", "the United States"),
    (r"\bbecause of\b", "due to"),
    (r"\bdue to\b", "because of"),
    (r"\bapproximately\b", "about"),
    (r"\bprior to\b", "before"),
    (r"\bbegan\b", "started"),
    (r"\bin order to\b", "to"),
    (r" percent\b", "%"),
    (r"(\d)%", r"\1 percent"),
    (r"\bpurchased\b", "bought"),
    (r"\bis required to\b", "must"),
    (r"\bsuch as\b", "like"),
    (r"\bconstructed\b", "built"),
    (r"\bestablished\b", "founded"),
    (r"\bnumerous\b", "many"),
    (r"\bemployees\b", "staff"),
    (r"\bannually\b", "each year"),
    (r"\breceived\b", "got"),
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


def prepositions(sentence: Span, rng: Random) -> Iterator[Perturbed]:
    """`from` for `by`, and the like."""
    for token in sentence:
        others = OTHER_PREPOSITIONS.get(token.text, ())
        if others and token.dep_ in ("prep", "agent") and any(child.dep_ == "pobj" for child in token.children):
            text = replaced(sentence, [token.doc[token.i : token.i + 1]], [rng.choice(others)])
            yield Perturbed(finished(text), False, None, "preposition")


def particulars_exchanged(sentence: Span, rng: Random) -> Iterator[Perturbed]:
    """Two names, or two numbers, in each other's places."""
    for kinds, kind in ((NAMES, "names-swapped"), (NUMBERS, "numbers-moved")):
        named = [entity for entity in sentence.ents if entity.label_ in kinds]
        pairs = [(one, two) for at, one in enumerate(named) for two in named[at + 1 :] if _differ(one, two)]
        for one, two in rng.sample(pairs, min(1, len(pairs))):
            yield Perturbed(finished(replaced(sentence, [one, two], [two.text, one.text])), False, None, kind)


def _differ(one: Span, two: Span) -> bool:
    alike = one.text in two.text or two.text in one.text or one.label_ != two.label_
    listed = (
        two.root.dep_ in ("conj", "appos") or one.root.head in (two.root, two.root.head) or two.root.head == one.root
    )
    return not alike and not listed


def adjuncts(sentence: Span, rng: Random) -> Iterator[Perturbed]:
    """What does not limit the statement, left out or moved behind it: both stay true."""
    if NEGATIONS.search(sentence.text):
        return
    parts = [part for token in sentence if _adjunct(token) and 1 <= len(part := subtree(token)) < 14]
    if parts:
        text = left_out(sentence, [rng.choice(parts)])
        if len(text.split()) > 3:
            yield Perturbed(text, True, False, "part-left-out")
    for part in parts:
        if part.start == sentence.start and part.root.dep_ in ("prep", "npadvmod"):
            text = f"{left_out(sentence, [part]).rstrip('.')} {inside(part)}"
            yield Perturbed(finished(text), True, False, "part-moved")


def _adjunct(token: Token) -> bool:
    of_verb = bool(token.head.pos_ == "VERB" and token.head.dep_ in ("ROOT", "conj"))
    if token.dep_ in ("prep", "npadvmod"):
        return of_verb and str(token.lower_) not in NEEDED
    if token.dep_ in ("relcl", "appos"):
        before = token.doc[token.left_edge.i - 1].text if token.left_edge.i else ""
        return bool(before == "," and token.head.dep_ != "ROOT")
    return bool(token.dep_ == "advmod" and of_verb and token.text.endswith("ly"))


def restrictions(sentence: Span) -> Iterator[Perturbed]:
    """`All who have served two years may …` without who they are."""
    for token in sentence:
        if token.dep_ not in ("relcl", "acl") or token.left_edge.i <= token.head.i:
            continue
        everyone = any(child.dep_ == "det" and child.lower_ in ALL for child in token.head.children)
        if everyone and token.doc[token.left_edge.i - 1].text != ",":
            yield Perturbed(left_out(sentence, [subtree(token)]), False, None, "restriction-dropped")


def joined(one: Span, two: Span) -> Iterator[Perturbed]:
    """The subject of one sentence with the predicate of the other (false), and both joined by `and` (true)."""
    if len(one) + len(two) < 45 and one.text.endswith("."):
        yield Perturbed(finished(f"{one.text.rstrip('.')}, and {inside(two)}"), True, False, "joined")
    subjects = [_subject(sentence) for sentence in (one, two)]
    if subjects[0] is None or subjects[1] is None:
        return
    first, second = (subject.text.lower() for subject in subjects if subject is not None)
    if first not in second and second not in first:
        predicate = two.doc[subjects[1].end : two.end].text
        yield Perturbed(finished(f"{subjects[0].text} {predicate}"), False, None, "joined-falsely")


def _subject(sentence: Span) -> Span | None:
    """The subject that begins the sentence, when it is a plain noun phrase."""
    found = [subtree(child) for child in sentence.root.children if child.dep_ in ("nsubj", "nsubjpass")]
    return found[0] if len(found) == 1 and found[0].start == sentence.start and plain(found[0]) else None


def paraphrased(text: str, rng: Random) -> str:
    """The text in other words that mean the same, where there are some."""
    for pattern, new in rng.sample(PARAPHRASES, len(PARAPHRASES)):
        if rng.random() < 0.6:
            text = re.sub(pattern, new, text, count=1)
    return re.sub(rf"\b(\d{{1,2}}) ({MONTHS}) (\d{{4}})\b", r"\2 \1, \3", text)
