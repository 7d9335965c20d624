"""The clauses of a sentence that could stand alone, cut where a conjunction or a semicolon joins them. English only.

A rule over words, no parser: it cuts only where a pronoun opens what follows, and leaves the rest whole. `The Post and
the Times` are no two clauses.
"""

import re

from rag.text.english.tokens import words

_JOINT = re.compile(
    r";\s+|(?<=[.!?])\s+(?=[A-Z\"“'])|,?\s+(?:and|but|while|whereas|yet)\s+(?=(?:it|they|he|she|we|there)\s)"
)
_SHORTEST = 4  # words of a clause that is judged by itself


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence that say something by themselves, in its order; the sentence itself if it is one."""
    pieces = [piece.strip(" ,;") for piece in _JOINT.split(sentence.strip())]
    if len(pieces) < 2 or any(len(words(piece)) < _SHORTEST for piece in pieces):
        return [sentence.strip()]
    return pieces
