"""Verification: whether what a statement cites bears it out. It fails closed.

A statement that stands word for word in its evidence is supported. Any other is judged by its words: every number and
every name must be in the evidence, and the score is the share of its stems that are. That misses negation and swapped
roles, so nothing but quotations should be let through on it alone; a trained verifier takes its place behind the same
Protocol. It does not look for other evidence and does not change a statement.
"""

import re
from collections.abc import Sequence

from rag.types import Draft, Verifier
from rag.words import STOP_WORDS, stems, words

THRESHOLD = 0.9  # the least support with which a statement is shown
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z]\w+")


class LexicalVerifier:
    """A `Verifier` that compares words."""

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How well the evidence supports the statement, 0..1; 0 when it lacks one of its numbers or names."""
        cited = " ".join(" ".join(evidence).split())
        said = " ".join(statement.split())
        if not said or not cited:
            return 0.0
        if said in cited:
            return 1.0
        known = set(words(cited))
        if any(word not in known for word in _particulars(said)):
            return 0.0
        return _share(stems(said), set(stems(cited)))


def supported(draft: Draft, verifier: Verifier) -> float:
    """The support of a draft by the evidence it names; 0 when it names none."""
    if not draft.evidence:
        return 0.0
    return verifier.support(draft.text, [item.quote for item in draft.evidence])


def _particulars(text: str) -> list[str]:
    """The numbers and names of a statement, in lower case."""
    names = (word for name in _NAME.findall(text) for word in words(name))
    numbers = (word for word in words(text) if any(character.isdigit() for character in word))
    return [word for word in [*names, *numbers] if word not in STOP_WORDS]


def _share(wanted: Sequence[str], there: set[str]) -> float:
    return sum(stem in there for stem in wanted) / len(wanted) if wanted else 0.0
