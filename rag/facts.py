"""The particulars of a statement that its evidence must hold: numbers, dates, names, negation. Rules only, no model.

A statement that passes may still be false: words can be put in for others. That is for a `Verifier` to see; this finds
what a language model invents most and a similarity of words sees least. English only.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from rag.words import CONTRACTED, STOP_WORDS, stems, words

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_NUMBERS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS)} | {
    word: str(number)
    for number, word in zip(range(30, 100, 10), "thirty forty fifty sixty seventy eighty ninety".split(), strict=True)
}
_SPEAKERS = frozenset("i me my mine we our ours you your yours".split())  # who speaks to whom is a particular as well
_MAGNITUDES = frozenset("hundred thousand million billion trillion half double twice dozen percent".split())
_CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_AMBIGUOUS = frozenset({"may", "march"})  # a verb where they open a sentence, unless a number follows
_NEGATIONS = frozenset(
    "not no never none nobody nothing nor neither without cannot unable refused denied failed lacked".split()
)
_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:['’]\w+)?")
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
_NOT = re.compile(r"(?i)n['’]t\b")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+)['\"“‘(]*$")
# Words that open a sentence with a capital and are no names, beyond the function words of `rag.words`.
_OPENERS = frozenset(
    """according although despite however moreover therefore thus also since unless within without among across along
    around behind beside besides beyond throughout toward towards upon via like unlike many much several various some
    members people officials experts reports documents sources today yesterday one two three four five six seven eight
    nine ten""".split()
)
_COMMON_ENDINGS = ("ing", "ed", "ly", "tion", "tions", "ment", "ments", "ness", "ings")
_DEMONYMS = ("i", "n", "an", "ian", "ese", "s")  # Iraq, Iraqi; Iran, Iranian: neither adds a fact
_PEOPLE = re.compile(rf"(?<=\w{{4}})(?:{'|'.join(sorted(_DEMONYMS, key=len, reverse=True))})s?$")
_LOST_WITHIN = 3  # how many words after a negation it is taken to deny
# How many words after each of these it is taken to turn: what is claimed may be all that follows.
_TURNING = {
    _HEDGES: _LOST_WITHIN,
    _PREVENTING: _LOST_WITHIN,
    _SCARCE: _LOST_WITHIN,
    _CLAIMING: None,
    _CONDITIONS: None,
}


def unfounded(statement: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """The particulars of a statement that its evidence does not hold, as the statement has them; empty when all are.

    Numbers count in figures or words, names by their stem or as the name of a people. A negation that only one of the
    two has is named as well, the evidence being the sentence most like the statement, and so is who did what to whom
    where the evidence has it the other way round. Everything of a statement without evidence is unfounded.
    """
    there = " ".join(evidence)
    turned = list(_turned(statement, _nearest(statement, evidence), _NEGATIONS))
    if " ".join(statement.split()) in " ".join(there.split()):
        return tuple(dict.fromkeys(turned))  # a quotation has its particulars, but what denies it may be left out
    swapped = _swapped_roles(statement, evidence)
    speakers = [word for word in words(statement) if word in _SPEAKERS - set(words(there))]
    missing = [*_missing_numbers(statement, there), *_missing_names(statement, there), *speakers]
    return tuple(dict.fromkeys([*missing, *swapped, *turned]))


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
    nearest = _nearest(statement, evidence)
    strays = (
        not set(said).issubset(chain.from_iterable(there))
        or set(words(statement)) & _TELLING - set(chain.from_iterable(map(words, evidence)))
        or (_repeats(statement) and not any(map(_repeats, evidence)))
        or any(chain.from_iterable(_turned(statement, nearest, *turning) for turning in _TURNING.items()))
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
    said = set(_figures(statement))
    ranges = (set(_figures(found.group())) for found in _RANGE.finditer(there))
    return any(len(ends) == 2 and len(ends & said) == 1 for ends in ranges)


def _marks(text: str) -> set[str]:
    """Its numbers, and the letters and Roman numerals that tell one of its kind from another."""
    return {*_figures(text), *_DESIGNATOR.findall(text)}


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
        dates = before.lower() in _PLACING | _CALENDAR or not after or after.lower() in STOP_WORDS
        (free if dates else bound).add(_figure(number))
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
            keys += [_base(stem) + ("'s" if possessive else "") for stem in stems(word)]
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


def _missing_numbers(statement: str, there: str) -> Iterator[str]:
    known = set(_figures(there))
    return (word for word in _number_words(statement) if _figure(word) not in known)


def _figures(text: str) -> Iterator[str]:
    return (_figure(word) for word in _number_words(text))


def _number_words(text: str) -> list[str]:
    """Words that are numbers; `one` is as a rule none."""
    found = words(text.replace("-", " "))
    return [w for w in found if any(c.isdigit() for c in w) or (w in _NUMBERS and w != "one") or w in _MAGNITUDES]


def _figure(word: str) -> str:
    """A number in one form: `1,200` and `1200`, `seven` and `7`, `3rd` and `3` are the same, `1980s` and `1980` not."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", word)
    return _NUMBERS.get(plain, re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", plain))


def _missing_names(statement: str, there: str) -> Iterator[str]:
    known = {word.lower() for word in _plain_words(there)}
    bases = set(stems(there))
    for name in names(statement):
        low = name.lower()
        if low not in known and not (set(stems(low)) & bases) and not _is_people_of(low, known):
            yield name


def _is_people_of(word: str, known: set[str]) -> bool:
    return any(
        len(short) >= 4 and long.startswith(short) and long[len(short) :] in _DEMONYMS
        for other in known
        for short, long in [sorted((word, other), key=len)]
    )


def names(text: str) -> list[str]:
    """The words of a text that are names, by their capitals; months and days of the week are among them."""
    found = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    after = [word for _, word in [*found, (0, "")][1:]]
    return [
        _bare(word) for (start, word), next_ in zip(found, after, strict=True) if _is_name(text, start, word, next_)
    ]


def _is_name(text: str, start: int, word: str, following: str) -> bool:
    low, capitals = _bare(word).lower(), sum(character.isupper() for character in _bare(word))
    if not word[0].isupper() or (low in STOP_WORDS - _CALENDAR and capitals < 2):  # US is a name, us is not
        return False
    if not _SENTENCE_START.search(text[:start]):
        return True
    if low in _AMBIGUOUS:
        return following[:1].isdigit()
    if capitals > 1 or following[:1].isupper():
        return True
    return low not in _OPENERS and low not in STOP_WORDS and not low.endswith(_COMMON_ENDINGS)


def _nearest(statement: str, evidence: Sequence[str]) -> str:
    """The sentence that shares most words with a statement: a negation in another denies something else."""
    said = set(stems(statement))
    return max(evidence, key=lambda sentence: len(said & set(stems(sentence))), default="")


def _turned(statement: str, there: str, turning: frozenset[str], within: int | None = _LOST_WITHIN) -> Iterator[str]:
    """Words that turn what follows: those the statement adds, and those before words it repeats that it leaves out."""
    denies, denied = _turns(statement, turning, within), _turns(there, turning, within)
    if denies and not denied:
        yield denies[0][0]
    if denied and not denies:
        said = set(stems(statement))
        yield from (f"({negation})" for negation, after in denied if said & set(stems(" ".join(after))))


def _turns(text: str, turning: frozenset[str], within: int | None) -> list[tuple[str, list[str]]]:
    """Each word that turns with what it is taken to turn: the words `within` so many after it, or all of them."""
    found = [word if word == "May" else word.lower() for word in _plain_words(_NOT.sub(" not", text))]
    return [
        (word, [w for w in found[at + 1 :][:within] if w not in STOP_WORDS])
        for at, word in enumerate(found)
        if word in turning
    ]


def _swapped_roles(statement: str, evidence: Sequence[str]) -> Iterator[str]:
    """Who did what to whom, where the evidence has it the other way round and nowhere so."""
    there = {role for sentence in evidence for _, role in _roles(sentence)}
    for verb, (first, stem, second) in _roles(statement):
        if verb.endswith("ed") and (second, stem, first) in there and (first, stem, second) not in there:
            yield f"({first} {verb} {second})"


def _roles(text: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """For every word between two names: the last name before it, its stem, the first name after; turned if passive."""
    named = set(names(text))
    found = [(word, _base(word) if word in named else "") for word in _plain_words(text)]
    for at, (word, name) in enumerate(found):
        before = next((other for _, other in reversed(found[:at]) if other), "")
        after = next((place for place in range(at + 1, len(found)) if found[place][1]), None)
        stem = next(iter(stems(word)), "")  # a contraction has none
        if name or not before or after is None or not stem or word.lower() in STOP_WORDS:
            continue
        passive = any(between.lower() == "by" for between, _ in found[at + 1 : after])
        first, second = (found[after][1], before) if passive else (before, found[after][1])
        if first != second:
            yield word.lower(), (first, stem, second)


def _base(name: str) -> str:
    """A name without the endings that make it that of a people; four letters stay."""
    return _PEOPLE.sub("", name.lower())


def _plain_words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text)]


def _bare(word: str) -> str:
    """A word without its possessive."""
    return re.sub(r"['’]s?$", "", word)
