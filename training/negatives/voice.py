"""Who did what to whom: a clause in the other voice (true), and with its roles exchanged (false).

Works on spaCy's parse of a sentence; yields statements, decides no mixture.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.negatives.perturbation import NEGATIONS, Perturbed, finished, inside, subtree, upper_first

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

# Verbs whose subject and object may change places, or that have no passive.
SYMMETRIC = frozenset(
    "marry meet resemble border equal join include have be share match mean involve become remain reach contain fight "
    "face overlap".split()
)
SAYING = frozenset(
    "say claim argue believe think suggest allege hope expect propose predict speculate assert contend deny insist "
    "doubt fear hypothesize assume accuse".split()
)
LONGEST_PHRASE = 12  # tokens
MARKS = frozenset('()[]"“”;:—–,')
_PAST = {"was", "were"}
_PRESENT = {"is", "are"}


@dataclass(slots=True)
class Inflections:
    """Verb forms by (tag, lemma), learnt from parsed text: tags VBD, VBN and VBZ."""

    forms: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def learnt(cls, docs: Iterable[Doc]) -> Inflections:
        """The form seen most often of each verb."""
        counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for doc in docs:
            for token in doc:
                if token.tag_ in ("VBD", "VBN", "VBZ"):
                    counts[token.tag_, token.lemma_][token.lower_] += 1
        return cls({key: count.most_common(1)[0][0] for key, count in counts.items()})

    def participle(self, verb: Token) -> str | None:
        """`taken` of `takes`; None where it isn't known."""
        if verb.tag_ == "VBN":
            return str(verb.lower_)
        known = self.forms.get(("VBN", verb.lemma_))
        return known or (regular(verb.lemma_) if verb.lower_ == regular(verb.lemma_) else None)

    def past(self, lemma: str) -> str:
        """`took` of `take`."""
        return self.forms.get(("VBD", lemma)) or regular(lemma)

    def third_person(self, lemma: str) -> str:
        """`takes` of `take`."""
        if known := self.forms.get(("VBZ", lemma)):
            return known
        if lemma.endswith(("s", "sh", "ch", "x", "z", "o")):
            return f"{lemma}es"
        return f"{lemma[:-1]}ies" if lemma.endswith("y") and lemma[-2:-1] not in "aeiou" else f"{lemma}s"


def regular(lemma: str) -> str:
    """The regular past form."""
    if lemma.endswith("e"):
        return f"{lemma}d"
    return f"{lemma[:-1]}ied" if lemma.endswith("y") and lemma[-2:-1] not in "aeiou" else f"{lemma}ed"


@dataclass(frozen=True, slots=True)
class Clause:
    """A transitive clause: who does it, to whom, what stands behind it; `passive` as the text has it."""

    verb: Token
    agent: Span
    patient: Span
    tail: str
    tense: str
    passive: bool


def clauses(sentence: Span) -> Iterator[Clause]:
    """The clauses whose subject and object are plain noun phrases, outside conditions and reported speech."""
    for verb in sentence:
        kids = {child.dep_: child for child in verb.children}
        if verb.pos_ != "VERB" or verb.dep_ not in ("ROOT", "conj") or "neg" in kids or verb.lemma_ in SYMMETRIC:
            continue
        if "nsubj" in kids and "dobj" in kids and kids["dobj"].i > verb.i and "prt" not in kids:
            yield from _clause(verb, kids["nsubj"], kids["dobj"], passive=False)
        by = [child for child in kids["agent"].children if child.dep_ == "pobj"] if "agent" in kids else []
        if "nsubjpass" in kids and by:
            yield from _clause(verb, by[0], kids["nsubjpass"], passive=True)


def _clause(verb: Token, agent: Token, patient: Token, *, passive: bool) -> Iterator[Clause]:
    doer, done = subtree(agent), subtree(patient)
    tense = _tense(verb)
    if tense is None or not plain(doer) or not plain(done) or doer.text.lower() == done.text.lower():
        return
    last = max(doer.end, done.end) - 1
    behind = [
        subtree(child).text
        for child in verb.children
        if child.i > last and child.dep_ in ("prep", "npadvmod", "advmod") and len(subtree(child)) < 9
    ]
    yield Clause(verb, doer, done, " ".join(behind), tense, passive)


def plain(phrase: Span) -> bool:
    """Whether it is a short noun phrase without pronouns, clauses, lists or marks."""
    bad = any(
        token.pos_ == "PRON" or token.tag_ in ("WDT", "WP", "WRB") or token.dep_ == "relcl" or token.text in MARKS
        for token in phrase
    )
    noun = phrase.root.pos_ in ("NOUN", "PROPN")
    return noun and not bad and len(phrase) <= LONGEST_PHRASE and not NEGATIONS.search(phrase.text)


def is_plural(phrase: Span) -> bool:
    """By its head's tag, or because it joins two with `and`."""
    head = phrase.root
    joined = any(child.dep_ == "conj" for child in head.children)
    return head.tag_ in ("NNS", "NNPS") or (joined and any(child.lower_ == "and" for child in head.children))


def _tense(verb: Token) -> str | None:
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    words = [helper.lower_ for helper in helpers]
    modal = [helper.lower_ for helper in helpers if helper.tag_ == "MD"]
    if modal:
        return f"modal {modal[0]}" if set(words) - {"be"} == set(modal) else None
    if not words:
        return {"VBD": "past", "VBZ": "present", "VBP": "present"}.get(verb.tag_)
    first, rest = words[0], words[1:]
    if first in ("has", "have", "had") and rest in ([], ["been"]):
        return "pluperfect" if first == "had" else "perfect"
    if rest:
        return None
    return "past" if first in _PAST else "present" if first in _PRESENT else None


def passive(clause: Clause, agent: Span, patient: Span, forms: Inflections) -> str | None:
    """`patient` was done by `agent`, as a sentence; None where the participle isn't known."""
    participle = forms.participle(clause.verb)
    if participle is None:
        return None
    many = is_plural(patient)
    helper = {
        "past": "were" if many else "was",
        "present": "are" if many else "is",
        "perfect": "have been" if many else "has been",
        "pluperfect": "had been",
    }.get(clause.tense) or f"{clause.tense.removeprefix('modal ')} be"
    return finished(f"{upper_first(inside(patient))} {helper} {participle} by {inside(agent)} {clause.tail}")


def active(clause: Clause, agent: Span, patient: Span, forms: Inflections, tail: str | None = None) -> str:
    """`agent` does it to `patient`, as a sentence."""
    lemma, many = clause.verb.lemma_, is_plural(agent)
    participle = forms.participle(clause.verb) or forms.past(lemma)
    verb = {
        "past": forms.past(lemma),
        "present": lemma if many else forms.third_person(lemma),
        "perfect": f"{'have' if many else 'has'} {participle}",
        "pluperfect": f"had {participle}",
    }.get(clause.tense) or f"{clause.tense.removeprefix('modal ')} {lemma}"
    behind = clause.tail if tail is None else tail
    return finished(f"{upper_first(inside(agent))} {verb} {inside(patient)} {behind}")


def exchanged(sentence: Span, forms: Inflections) -> Iterator[Perturbed]:
    """Each clause in both voices, and in both with its roles exchanged."""
    for clause in clauses(sentence):
        doer, done = clause.agent, clause.patient
        right, wrong = passive(clause, doer, done, forms), passive(clause, done, doer, forms)
        if right and wrong:
            yield Perturbed(right, True, False, "role-kept" if clause.passive else "voice-passive")
            yield Perturbed(wrong, False, True, "role-swap")
        kept = active(clause, doer, done, forms)
        yield Perturbed(kept, True, False, "voice-active" if clause.passive else "role-kept")
        yield Perturbed(active(clause, done, doer, forms), False, True, "role-swap")
        if clause.tail:
            yield Perturbed(active(clause, doer, done, forms, tail=""), True, False, "clause")
