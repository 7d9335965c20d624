"""Verification: whether what a statement cites bears it out. It fails closed.

The trained model reads statement and evidence together; its word is weighed with what rules find: particulars that the
evidence lacks, opposites, how many of its words are there. They were weighed on development claims;
docs/lab/reader-log.md has what each is worth alone. Quotations are for `rag.verification.gate` to tell: a part of a
sentence may leave out the condition on which it holds. It does not look for other evidence and changes no statement.
"""

from collections.abc import Sequence

from rag.models.calibration import Calibration, Logistic
from rag.models.cross_encoder import SpanModel
from rag.protocols import Verifier
from rag.text.english.questions import turned
from rag.text.english.tokens import PERSONS, denies, stems, words
from rag.verification.grounding import unfounded

# The least support with which a statement is shown. On the development claims the trained verifier then passes 10 % of
# FoolMeTwice's false ones, 13 % of WiCE's, 16 % of FEVER-symmetric's, before the rules of `rag.verification.grounding`
# have their say.
THRESHOLD = 0.65
# The share of unsupported statements that may pass, of those that the calibration has a threshold for. Chosen on the
# development half of eval/data/written.jsonl: none of its 44 false statements is shown.
RISK = "0.02"
LEAST_DOUBTFUL = 0.3  # below it a statement is not even doubtful
_ENOUGH = 0.9  # the share of a statement's stems that word comparison alone asks for
CHECKS = ("unfounded", "words", "turned")
SUPPORT = ("model", *CHECKS, "length", "model by length", "words by length")
_LONG = 100  # words of evidence, beyond which more make no difference
_UNFOUNDED = 3  # particulars beyond which more tell no more


def threshold_of(verifier: Verifier) -> float:
    """The least support with which a verifier's statements are shown: its own, or THRESHOLD."""
    return float(getattr(verifier, "threshold", THRESHOLD))


class TrainedVerifier:
    """A `Verifier` that weighs the trained model's word with what rules find.

    `threshold` is the least support with which a statement is shown.
    """

    def __init__(self, model: SpanModel, support: Logistic, threshold: float = THRESHOLD) -> None:
        self._model = model
        self._support = support
        self.threshold = threshold

    @classmethod
    def calibrated(cls, model: SpanModel, calibration: Calibration) -> "TrainedVerifier":
        """The verifier at the threshold whose rate of false passes was measured, where it was."""
        measured = calibration.support_risks.get(RISK, {})
        return cls(model, calibration.support, measured.get("threshold", THRESHOLD))

    def contradicts(self, statement: str, evidence: Sequence[str]) -> bool | None:
        """Whether the evidence speaks against the statement; None for a model that was not trained to tell."""
        logit = self._model.judge([(_flat(statement), _flat(" ".join(evidence)))])[0].contradiction
        return None if logit is None else logit >= 0

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """The probability that the evidence supports the statement; 0 if either is empty."""
        cited, said = _flat(" ".join(evidence)), _flat(statement)
        if not said or not cited:
            return 0.0
        return self._support(support_values(said, cited, self._model.support([(said, cited)])[0]))


class LexicalVerifier:
    """A `Verifier` that compares words, for use without a model; nothing but quotations should pass on it alone."""

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How well the one best sentence supports the statement, by the share of its stems that stand there in order.

        It is 0 when a particular lacks, or one of the two denies. A share under nine in ten stays below the threshold.
        Sentences are not taken together: the words of two that are true make many that are not.
        """
        return max((_alone(_flat(statement), _flat(one)) for one in evidence), default=0.0)


def _alone(statement: str, evidence: str) -> float:
    if not statement or not evidence:
        return 0.0
    found = checks(statement, evidence)
    if found["unfounded"] or denies(statement) != denies(evidence) or PERSONS & _new(statement, evidence):
        return 0.0
    share = _in_order(stems(statement), stems(evidence))
    return share if share >= _ENOUGH else share * THRESHOLD


def _new(statement: str, evidence: str) -> set[str]:
    """The words of a statement that its evidence has not."""
    return set(words(statement)) - set(words(evidence))


def _in_order(said: Sequence[str], there: Sequence[str]) -> float:
    """The longest common subsequence, as a share of what is said (Hunt & McIlroy 1976)."""
    row = [0] * (len(there) + 1)
    for word in said:
        last, row = row, [0]
        for place, other in enumerate(there):
            row.append(last[place] + 1 if word == other else max(last[place + 1], row[place]))
    return row[-1] / len(said) if said else 0.0


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


def _flat(text: str) -> str:
    return " ".join(text.split())
