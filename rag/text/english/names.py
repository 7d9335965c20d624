"""Names in a text, by their capitals, and when two words are one name. English only.

Where a sentence begins, a capital tells nothing: a word is a name there unless it is known in small letters. Which
words are, Punkt's model says (Kiss & Strunk 2006), which llama-index-core bundles.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from rag.text.english.tokens import STOP_WORDS, stems

CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:['’]\w+)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+)['\"“‘(]*$")
_PEOPLE = re.compile(r"(?<=\w{4})(?:ians?|ans?|eses?|ese|is?|ns?|s)$")  # Iraq, Iraqi; Iran, Iranian: one name
_SHORTEST = 4  # letters that two forms of one name share
_ORDINARY = 0b1110000  # Punkt's flags for words seen in small letters: where a sentence begins, within one, elsewhere
_ORTHOGRAPHY = "core/_static/nltk_cache/tokenizers/punkt_tab/english/ortho_context.tab"


def names(text: str) -> list[str]:
    """The words of a text that are names, by their capitals; months and days of the week are among them."""
    found = [(match.start(), _bare(match.group())) for match in _WORD.finditer(text)]
    return [
        word
        for (start, word), (_, following) in pairwise([*found, (len(text), "")])
        if _is_name(text, start, word, following)
    ]


def _is_name(text: str, start: int, word: str, following: str) -> bool:
    capitals = sum(character.isupper() for character in word)
    if not word[:1].isupper() or word in {"A", "I"}:
        return False
    if word.lower() in STOP_WORDS - CALENDAR and capitals < 2:  # US is a name, us is not
        return False
    if not _SENTENCE_START.search(text[:start]):
        return True
    named_on = following[:1].isupper() and following.lower() not in STOP_WORDS
    return capitals > 1 or named_on or not _ORDINARY & _orthography().get(word.lower(), 0)


def is_named(name: str, words: Iterable[str], initials: frozenset[str] = frozenset()) -> bool:
    """Whether one of some words, in lower case, is the name, another form of it, or the name of its people.

    `initials` are the acronyms that the words stand for, in lower case.
    """
    low, stemmed = name.lower(), stems(name)
    return low in initials or any(low == word or stemmed == stems(word) or _one_people(low, word) for word in words)


def plain_words(text: str) -> list[str]:
    """The words of a text as they are written, without possessives."""
    return [_bare(word) for word in _WORD.findall(text)]


def initials(text: str) -> frozenset[str]:
    """The acronyms that runs of names in a text stand for: `MIS`, also for `Ministry of Intelligence and Security`."""
    words = plain_words(text)
    letters = [word[0].lower() if word[:1].isupper() else "" if word.lower() in STOP_WORDS else " " for word in words]
    runs = "".join(letters).split(" ")
    return frozenset(run[first:last] for run in runs for first, last in _windows(run))


@cache
def _orthography() -> dict[str, int]:
    """For each word of Punkt's English model, in lower case, how it was seen written."""
    spec = find_spec("llama_index")
    places = (Path(place, _ORTHOGRAPHY) for place in (spec and spec.submodule_search_locations) or ())
    lines = next(place for place in places if place.is_file()).read_text(encoding="utf-8").splitlines()
    return {word: int(flags) for word, _, flags in (line.partition("\t") for line in lines)}


def _windows(run: Sequence[str]) -> list[tuple[int, int]]:
    return [(first, last) for first in range(len(run)) for last in range(first + 2, min(len(run), first + 6) + 1)]


def _one_people(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORTEST or one[:_SHORTEST] != other[:_SHORTEST]:
        return False
    return _PEOPLE.sub("", one) == _PEOPLE.sub("", other)


def _bare(word: str) -> str:
    """A word without its possessive."""
    return re.sub(r"['’]s?$", "", word)
