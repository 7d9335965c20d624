"""How closely a statement keeps to its evidence. Rules only, no model; English only.

`rag.verification.grounding` says which particulars are missing; this, whether those that are there are put together as
they are there.
"""

import re
from collections.abc import Sequence
from itertools import chain, pairwise

from rag.text.english.tokens import CONTRACTED, STOP_WORDS, stems, words
from rag.verification.grounding import (
    CALENDAR,
    TURNED_WITHIN,
    closest_sentence,
    figure,
    figures,
    name_stem,
    turning_words,
)

_WHOLE = re.compile(r"(\w+(?:[-.,]\w+)*)(['’]s\b)?")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_SPACED_POSSESSIVE = re.compile(r"\s+(['’]s)\b")  # as tokenised text has them
_HEDGES = frozenset("must should could would may might will shall can".split())
# Verbs that say of something that it is not so, without a word of denial.
_PREVENTING = frozenset(
    """precludes preclude precluded prevents prevent prevented avoids avoid avoided excludes exclude excluded prohibits
    prohibit prohibited forbids forbid forbidden rejects reject rejected eliminates eliminate eliminated lacks lack
    opposes oppose opposed""".split()
)
# What somebody says, thinks, wants or accepts is not so for that.
_CLAIMING = frozenset(
    """accept accepted accepts agree agreed agrees alleged alleges allegedly apparently argued argues attempted attempts
    believed believes claimed claims denied denies deny disputed doubted expected expects feared fears hoped hopes
    intended intends planned plans proposed proposes purportedly reported reportedly rumored rumoured said sought
    suggested suggests supposed supposedly suspected suspects thought threatened tried tries wanted wants""".split()
)
# Nor is what is so if, or if not, something else is; and what is so of few is not so of all.
_CONDITIONS = frozenset("else if lest otherwise unless".split())
_SCARCE = frozenset("barely few hardly rarely scarcely seldom".split())
_FIGURE_AND_AROUND = re.compile(r"(?:(\w+)\s+)?(?<![\w.,-])(\d+(?:[.,]\d+)*)(?!\w)(?:(?=[\s-]+([^\W\d_]\w*)))?")
# What tells one of its kind from another: `B cells`, `class II`. `A` is an article too.
_DESIGNATOR = re.compile(r"(?<![\w.])(?:[B-Z]|[IVX]{2,})(?![\w'’]|\.\w)")
_RANGE = re.compile(
    r"(\d[\d.,]*)\s*(?:to|-|–|—)\s*(\d[\d.,]*)|between\s+(\d[\d.,]*)\s+and\s+(\d[\d.,]*)", re.IGNORECASE
)
# Words that search passes over, but that say when, where, how many or which: as little to be added as any other.
_TELLING = frozenset(
    """after all any before between both down during each few more most off only other out over own same since some
    through under until up while""".split()
)
# Words that place what follows them: `to France` is not `from France`, `by 1932` not `in 1932`.
_PLACING = frozenset(
    "after against at before between by during for from in into of on over since through to under until with".split()
)
_DONE_BY = re.compile(r"(\w+)\s+by\b((?:\W+\w+){1,4})")
# How many words after each of these it is taken to turn: what is claimed may be all that follows.
_TURNING = {
    _HEDGES: TURNED_WITHIN,
    _PREVENTING: TURNED_WITHIN,
    _SCARCE: TURNED_WITHIN,
    _CLAIMING: None,
    _CONDITIONS: None,
}


def keeping(statement: str, evidence: Sequence[str]) -> float:
    """How closely a statement keeps to one sentence of its evidence: the share of its words there, in their order.

    0 when a word that carries meaning, or a small one that tells, is in none of them; when it says something twice that
    no sentence does, or as a fact what a sentence has as a wish, a duty, a claim, a possibility, conditional, prevented
    or so of few, or the other way round; when a word stands after another preposition than there; when it has one end
    of a range of numbers, or by itself a number that counts or dates something there; when it takes a number, a
    letter or a Roman numeral from another sentence; or when who was acted upon acts.
    What a small verifier takes for support without being it, is mostly reworded, or has a word of the question that the
    evidence does not have.
    """
    there = [_keys(sentence) for sentence in evidence]
    said = _keys(statement, frozenset(chain.from_iterable(there)))
    nearest = closest_sentence(statement, evidence)
    strays = (
        not set(said).issubset(chain.from_iterable(there))
        or set(words(statement)) & _TELLING - set(chain.from_iterable(map(words, evidence)))
        or (_repeats(statement) and not any(map(_repeats, evidence)))
        or any(chain.from_iterable(turning_words(statement, nearest, *turning) for turning in _TURNING.items()))
        or _placed_otherwise(statement, nearest)
        or _halves_a_range(statement, nearest)
        or _frees_a_number(statement, nearest)
        or _marks(statement) - _marks(nearest)
        or _made_active(statement, nearest)
    )
    if strays:
        return 0.0
    return max((_in_order(said, sentence) for sentence in there), default=0.0)


def _halves_a_range(statement: str, there: str) -> bool:
    """Whether a statement has one of the two numbers between which the evidence places something."""
    said = set(figures(statement))
    ranges = (set(figures(found.group())) for found in _RANGE.finditer(there))
    return any(len(ends) == 2 and len(ends & said) == 1 for ends in ranges)


def _marks(text: str) -> set[str]:
    """Its numbers, and the letters and Roman numerals that tell one of its kind from another."""
    return {*figures(text), *_DESIGNATOR.findall(text)}


def _frees_a_number(statement: str, there: str) -> bool:
    """Whether a number stands alone that the evidence has only before a word that it counts or dates.

    `The 2003 invasion` and `700 pages` are no date and no number of anything else.
    """
    bound, free = _bound_and_free(there)
    return bool(_bound_and_free(statement)[1] & bound - free)


def _bound_and_free(text: str) -> tuple[set[str], set[str]]:
    """The numbers in figures that a word follows which carries meaning, and those that stand alone or date."""
    bound, free = set[str](), set[str]()
    for before, number, after in _FIGURE_AND_AROUND.findall(text):
        dates = before.lower() in _PLACING | CALENDAR or not after or after.lower() in STOP_WORDS
        (free if dates else bound).add(figure(number))
    return bound, free


def _placed_otherwise(statement: str, there: str) -> bool:
    """Whether a word that both have stands after other words of placing, and nowhere in the evidence after those."""
    known = _placed(there)
    return any(word in known and not places & known[word] for word, places in _placed(statement).items())


def _placed(text: str) -> dict[str, set[str]]:
    """For each word the words of placing that it stands after, with none but function words between; by its stem."""
    placed: dict[str, set[str]] = {}
    place = ""
    for word in words(text):
        if word in _PLACING:
            place = word
        elif word not in STOP_WORDS:
            if place:
                placed.setdefault(stems(word)[0], set()).add(place)
            place = ""
    return placed


def _made_active(statement: str, there: str) -> bool:
    """Whether a statement has, without `by`, the word for what was done and, after it, by whom."""
    if "by" in words(statement):
        return False
    said = stems(statement)
    done_by = ((stems(done), set(stems(agent))) for done, agent in _DONE_BY.findall(there))
    return any(
        [word] == done and agent & set(said[at + 1 :]) for done, agent in done_by for at, word in enumerate(said)
    )


def _repeats(text: str) -> bool:
    """Whether two words that carry meaning stand side by side more than once."""
    pairs = list(pairwise(stems(text)))
    return len(set(pairs)) < len(pairs)


def _keys(text: str, known: frozenset[str] | None = None) -> list[str]:
    """The words that carry meaning as they are compared: stems, without the endings of peoples' names.

    What is part of another word is none itself: `US-led` is one word, and `Hussein's` is not `Hussein`. Of a
    statement, compounds that are not among `known` are read as the words that they are made of.
    """
    keys = []
    for word, possessive in _WHOLE.findall(CONTRACTED.sub(" ", _SPACED_POSSESSIVE.sub(r"\1", text))):
        if _COMPOUND.fullmatch(word) and (known is None or word.lower() in known):
            keys.append(word.lower())
        elif word.lower() not in STOP_WORDS:
            keys += [name_stem(stem) + ("'s" if possessive else "") for stem in stems(word)]
    return keys


def _in_order(said: Sequence[str], there: Sequence[str]) -> float:
    """The longest common subsequence, as a share of what is said (Hunt & McIlroy 1976)."""
    row = [0] * (len(there) + 1)
    for word in said:
        last = row
        row = [0]
        for place, other in enumerate(there):
            row.append(last[place] + 1 if word == other else max(last[place + 1], row[place]))
    return row[-1] / len(said) if said else 0.0
