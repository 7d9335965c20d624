"""Statements held to the sources, in three steps: quoted, particulars missing, and what the verifier says.

A quotation is supported. A statement with a number, a name or a date that neither evidence, its context nor the
question has is not. The trained verifier judges all others, each claim of a statement by itself. Every doubt counts
against a statement.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.protocols import Verifier
from rag.text.english.clauses import clauses
from rag.text.english.tokens import stems, words
from rag.types import Draft, Evidence, Reading
from rag.verification.alignment import is_quotation
from rag.verification.grounding import unfounded
from rag.verification.verifier import threshold_of

LEAST_WORDS = 3  # fewer say nothing that could be checked: the name of a country is in every second sentence
OTHERS = 3  # sentences tried for a statement whose own evidence fails; those that share most words with it

Ground = Literal["quoted", "nothing", "particulars", "verifier"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The support of a statement (0..1), the step that decided, and the particulars that its grounds lack.

    `passes` says whether that is enough for it to be shown.
    """

    support: float
    ground: Ground
    missing: tuple[str, ...] = ()
    passes: bool = False


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a statement may rest on.

    `context` is what the `evidence` stands under (headings, the names of its row and column); it counts as evidence.
    `question` is what was asked, and `passages` are the texts around the evidence: what they name is no invention.
    """

    evidence: Sequence[str]
    context: Sequence[str] = ()
    question: str = ""
    passages: Sequence[str] = ()

    def missing(self, statement: str) -> tuple[str, ...]:
        """The particulars of a statement that are not here."""
        return self._missing(statement, self.evidence)

    def of(self, claim: str) -> list[list[str]]:
        """What a claim may rest on: each sentence that has its particulars, or all together where none has them all.

        Sentences together mislead a small verifier: on 101 statements about three sentences each it told true from
        false with an AUROC of .75 by the best one, and of .56 by all of them at once.
        """
        above = [" › ".join(self.context)] if self.context else []
        alone = [[*above, quote] for quote in self.evidence if not self._missing(claim, [quote])]
        return alone or [[*above, *self.evidence]]

    def _missing(self, statement: str, evidence: Sequence[str]) -> tuple[str, ...]:
        return unfounded(statement, [*self.context, *evidence, self.question], passages=self.passages)


def judge(statement: str, grounds: Grounds, verifier: Verifier) -> Ruling:
    """How well its grounds support a statement."""
    evidence = grounds.evidence
    if not evidence or not words(statement):
        return Ruling(0.0, "nothing")
    if is_quotation(statement, [*evidence, " ".join(evidence)]):
        return Ruling(1.0, "quoted", passes=True)
    if len(words(statement)) < LEAST_WORDS or statement.rstrip().endswith("?"):
        return Ruling(0.0, "nothing")
    if missing := grounds.missing(statement):
        return Ruling(0.0, "particulars", missing)
    asked = [max(_support(claim, texts, verifier) for texts in grounds.of(claim)) for claim in clauses(statement)]
    return Ruling(min(asked), "verifier", passes=min(asked) >= threshold_of(verifier))


@dataclass(frozen=True, slots=True)
class Settled:
    """A draft with the evidence that was settled on, and what the gate says of them."""

    draft: Draft
    ruling: Ruling


def settle(draft: Draft, reading: Reading, verifier: Verifier, question: str = "") -> Settled:
    """The draft with the evidence that supports it.

    That is the evidence it names, less what adds nothing; or, where that fails, another retrieved sentence, alone or
    with those. When nothing does, the draft comes back as it was, with what its own evidence gives.
    """
    own = Settled(draft, _ruled(draft, verifier, question))
    if own.ruling.passes:
        return _lean(own, verifier, question)
    for evidence in _others(draft, reading):
        attempt = Draft(draft.text, evidence)
        ruling = _ruled(attempt, verifier, question)
        if ruling.passes:
            return _lean(Settled(attempt, ruling), verifier, question)
    return own


def _ruled(draft: Draft, verifier: Verifier, question: str) -> Ruling:
    return judge(draft.text, grounds_of(draft.evidence, question), verifier)


def grounds_of(evidence: Sequence[Evidence], question: str = "") -> Grounds:
    """Evidence as grounds, with the context and the passage of each sentence."""
    context = dict.fromkeys(span.quote for item in evidence for span in item.context or item.chunk.context)
    passages = dict.fromkeys(item.chunk.text for item in evidence)
    return Grounds([item.quote for item in evidence], list(context), question, list(passages))


def _support(claim: str, grounds: Sequence[str], verifier: Verifier) -> float:
    support = verifier.support(claim, grounds)
    return min(max(support, 0.0), 1.0) if math.isfinite(support) else 0.0


def _lean(full: Settled, verifier: Verifier, question: str) -> Settled:
    """The draft without evidence whose loss costs no support; the least relevant goes first."""
    for item in sorted(full.draft.evidence, key=_relevance):
        rest = Draft(full.draft.text, tuple(other for other in full.draft.evidence if other is not item))
        if rest.evidence and (without := _ruled(rest, verifier, question)).support >= full.ruling.support:
            full = Settled(rest, without)
    return full


def _others(draft: Draft, reading: Reading) -> Iterator[tuple[Evidence, ...]]:
    """Evidence to try in its place: one sentence, then one beside those it names."""
    said = set(stems(draft.text))
    unnamed = [item for item in reading.evidence if item not in draft.evidence]
    near = sorted(unnamed, key=lambda item: (-len(said & set(stems(item.quote))), *_rank(item)))[:OTHERS]
    yield from ((item,) for item in near)
    if draft.evidence:
        yield from ((*draft.evidence, item) for item in near)


def _relevance(item: Evidence) -> tuple[float, str, int]:
    return item.score, item.chunk.doc_id, -item.start


def _rank(item: Evidence) -> tuple[float, str, int]:
    return -item.score, item.chunk.doc_id, item.start
