"""Statements with known truth, to measure a verifier: paraphrases by people, and falsehoods made by rule.

A verifier that says yes to everything, or no, has a balanced accuracy of 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Protocol

from eval.datasets.cases import DATA, Span, read_rows
from eval.datasets.perturbations import RULES
from eval.errors import CasesError
from eval.scoring import metrics

PARAPHRASES = DATA / "seed.paraphrases.jsonl"
SUPPORTED = 0.65  # the least support with which Citespan shows a statement


class Verifier(Protocol):
    """Judges a statement by the texts it rests on."""

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How well the evidence supports the statement, 0..1."""


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A true statement in other words, and the spans it follows from."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    id: str
    text: str
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, the texts it is to be judged by, whether they support it, and the rule or label it comes from.

    Where `page` names a document, the evidence is that document, of which sentences have to be chosen first.
    """

    id: str
    text: str
    evidence: tuple[str, ...]
    true: bool
    rule: str
    page: str = ""


Chooser = Callable[[Claim], Sequence[str]]
"""A claim about a page in, the sentences of the page that come nearest to it out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim and the support a verifier gave it."""

    claim: Claim
    support: float

    @property
    def said_true(self) -> bool:
        """Whether the verifier took the claim as supported."""
        return self.support >= SUPPORTED

    @property
    def right(self) -> bool:
        """Whether that is what the claim is."""
        return self.said_true == self.claim.true


def load(path: Path = PARAPHRASES) -> tuple[Claim, ...]:
    """Every paraphrase, every falsehood made from one, and every falsehood made from a sentence of the text itself.

    Raises CasesError when the file cannot be read or holds nothing.
    """
    paraphrases = load_paraphrases(path)
    claims = [claim for one in paraphrases for claim in _claims(one.id, one.text, one.evidence, "paraphrase")]
    sentences = {span: None for one in paraphrases for span in one.evidence}
    for span in sentences:
        claims += _claims(f"sentence-{span.start}", span.text, (span,), None)
    return tuple(claims)


def load_paraphrases(path: Path = PARAPHRASES) -> tuple[Paraphrase, ...]:
    """The true statements of a JSON Lines file.

    Raises CasesError when the file cannot be read or holds nothing.
    """
    paraphrases = read_rows(path, Paraphrase)
    if not paraphrases:
        raise CasesError(f"{path} holds no statements. A verifier judged on nothing is not proven: add some.")
    return paraphrases


def judge(verifier: Verifier, claim: Claim, *, choose: Chooser) -> Judged:
    """What a verifier makes of a claim; of its page, if it has one, `choose` finds the sentences to judge it by."""
    if claim.page:
        claim = replace(claim, evidence=tuple(choose(claim)))
    return Judged(claim, verifier.support(claim.text, claim.evidence))


def balanced_accuracy(judged: Sequence[Judged]) -> float:
    """The mean of the accuracy on true claims and the accuracy on false ones."""
    return metrics.balanced_accuracy([one.said_true for one in judged], [one.claim.true for one in judged])


def auroc(judged: Sequence[Judged]) -> float:
    """The probability that a true claim has more support than a false one."""
    return metrics.auroc([one.support for one in judged], [one.claim.true for one in judged])


def _claims(id_: str, text: str, evidence: tuple[Span, ...], true_rule: str | None) -> Iterator[Claim]:
    texts = tuple(span.text for span in evidence)
    if true_rule:
        yield Claim(id_, text, texts, true=True, rule=true_rule)
    for name, rule in RULES.items():
        if made := rule(text):
            yield Claim(f"{id_}-{name}", made, texts, true=False, rule=name)
