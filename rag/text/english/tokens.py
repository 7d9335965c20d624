"""Words as search and checks compare them: lower case, stemmed, without those that carry no meaning of their own.

English only: other languages are compared word by word as they stand.
"""

import re
from functools import cache, lru_cache
from typing import Protocol, cast

_WORD = re.compile(r"\w+(?:[.,]\d+)*")
# Contractions whose parts are words of their own elsewhere: who won, Don Quixote, vitamin D.
CONTRACTED = re.compile(r"\b(?:wo|do)n['’]t\b|['’][dmt]\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s\b")
PERSONS = frozenset("i me my mine we us our ours you your yours".split())  # who speaks and who is spoken to
STOP_WORDS = frozenset(
    """a about after again all also am an and any are aren as at be because been before being between both but by can
    could couldn did didn do does doesn doing down during each few for from further had hadn has hasn have haven
    having he her here hers herself him himself his how i if in into is isn it its itself just ll me more most my
    myself no nor not now of off on once only or other our ours ourselves out over own re same shan she should
    shouldn so some such than that the their theirs them themselves then there these they this those through to too
    under until up us ve very was wasn we were weren what when where which while who whom whose why will with would
    wouldn you your yours yourself yourselves please tell""".split()
)


NEGATIONS = frozenset("not no never none nobody nothing nor neither without cannot".split())
_NOT = re.compile(r"n['’]t\b", re.IGNORECASE)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


def words(text: str) -> list[str]:
    """The words and numbers of a text, in lower case, in order. `1,200.5` is one word, a possessive's *s* none."""
    return _WORD.findall(_POSSESSIVE.sub(" ", CONTRACTED.sub(" ", text.lower())))


def denies(text: str) -> bool:
    """Whether a text has a word of denial."""
    return _NOT.search(text) is not None or not NEGATIONS.isdisjoint(words(text))


def content_words(text: str) -> list[str]:
    """The words that carry meaning; all of them when none does."""
    found = words(text)
    return [word for word in found if word not in STOP_WORDS] or found


def stems(text: str) -> list[str]:
    """The stems (Snowball English) of the words that carry meaning, in order."""
    return [_stem(word) for word in content_words(text)]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return _stemmer().stemWord(word)


@cache
def _stemmer() -> _Stemmer:
    import snowballstemmer

    return cast(_Stemmer, snowballstemmer.stemmer("english"))
