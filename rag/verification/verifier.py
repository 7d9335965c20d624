"""Verification: whether what a statement cites bears it out. It fails closed.

A statement that stands word for word in its evidence is supported. Any other is judged by the trained model, which
reads statement and evidence together, and by what rules find: particulars that the evidence lacks, opposites, how many
of its words are there. They were weighed on development claims; docs/lab/reader-log.md has what each is worth alone. It
does not look for other evidence and does not change a statement.
"""

from collections.abc import Sequence

from rag.models.calibration import Logistic
from rag.models.cross_encoder import SpanModel
from rag.protocols import Verifier
from rag.text.english.questions import turned
from rag.text.english.tokens import stems
from rag.types import Draft
from rag.verification.grounding import unfounded

# The least support with which a statement is shown. On the development claims the trained verifier then passes 10 % of
# FoolMeTwice's false ones, 13 % of WiCE's, 16 % of FEVER-symmetric's, before the rules of `rag.verification.grounding`
# have their say.
THRESHOLD = 0.65
_ENOUGH = 0.9  # the share of a statement's stems that word comparison alone asks for
CHECKS = ("unfounded", "words", "turned")
SUPPORT = ("model", *CHECKS, "length", "model by length", "words by length")
_LONG = 100  # words of evidence, beyond which more make no difference
_UNFOUNDED = 3  # particulars beyond which more tell no more


class TrainedVerifier:
    """A `Verifier` that weighs the trained model's word with what rules find."""

    def __init__(self, model: SpanModel, support: Logistic) -> None:
        self._model = model
        self._support = support

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """The probability that the evidence bears out the statement; 1 if it is in it word for word, 0 if empty."""
        cited, said = _flat(" ".join(evidence)), _flat(statement)
        if not said or not cited:
            return 0.0
        if said in cited:
            return 1.0
        return self._support(support_values(said, cited, self._model.support([(said, cited)])[0]))


class LexicalVerifier:
    """A `Verifier` that compares words, for use without a model; nothing but quotations should pass on it alone."""

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How well the one best sentence supports the statement, by the share of its stems; 0 when a particular lacks.

        A share under nine in ten stays below the threshold. Sentences are not taken together: the words of two that are
        true make many that are not.
        """
        return max((_alone(_flat(statement), _flat(one)) for one in evidence), default=0.0)


def _alone(statement: str, evidence: str) -> float:
    if not statement or not evidence:
        return 0.0
    if statement in evidence:
        return 1.0
    found = checks(statement, evidence)
    if found["unfounded"]:
        return 0.0
    return found["words"] if found["words"] >= _ENOUGH else found["words"] * THRESHOLD


def checks(statement: str, evidence: str) -> dict[str, float]:
    """What rules find, each 0..1: particulars the evidence lacks, the share of stems it has, a clash of opposites."""
    there = set(stems(evidence))
    said = stems(statement)
    return {
        "unfounded": min(len(unfounded(statement, [evidence])), _UNFOUNDED) / _UNFOUNDED,
        "words": sum(stem in there for stem in said) / len(said) if said else 1.0,
        "turned": float(turned(statement, evidence)),
    }


def support_values(statement: str, evidence: str, model: float) -> dict[str, float]:
    """The numbers that tell support, by the names of `SUPPORT`; `model` is the model's logit.

    The longer the evidence, the less the model's word is worth, and the more the words it shares with the statement.
    """
    found = checks(statement, evidence)
    length = min(len(evidence.split()), _LONG) / _LONG
    by_length = {"length": length, "model by length": model * length, "words by length": found["words"] * length}
    return {"model": model, **found, **by_length}


def supported(draft: Draft, verifier: Verifier) -> float:
    """The support of a draft by the evidence it names; 0 when it names none."""
    if not draft.evidence:
        return 0.0
    return verifier.support(draft.text, [item.quote for item in draft.evidence])


def _flat(text: str) -> str:
    return " ".join(text.split())
