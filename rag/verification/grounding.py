"""The particulars of a statement that its evidence must hold: numbers, dates, names, negation. Rules only, no model.

A statement that passes may still be false: words can be put in for others. That is for `rag.verification.alignment` and
a `Verifier` to see; this finds what a language model invents most and a similarity of words sees least. English only.
"""

import re
from collections.abc import Iterator, Sequence

from rag.text.english.tokens import STOP_WORDS, stems, words

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
CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday".split()
)
_AMBIGUOUS = frozenset({"may", "march"})  # a verb where they open a sentence, unless a number follows
_NEGATIONS = frozenset(
    "not no never none nobody nothing nor neither without cannot unable refused denied failed lacked".split()
)
_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:['’]\w+)?")
_NOT = re.compile(r"(?i)n['’]t\b")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]['\"”’)]*\s+)['\"“‘(]*$")
# Words that open a sentence with a capital and are no names, beyond the function words of `rag.text.english.tokens`.
_OPENERS = frozenset(
    """according although despite however moreover therefore thus also since unless within without among across along
    around behind beside besides beyond throughout toward towards upon via like unlike many much several various some
    members people officials experts reports documents sources today yesterday one two three four five six seven eight
    nine ten""".split()
)
_COMMON_ENDINGS = ("ing", "ed", "ly", "tion", "tions", "ment", "ments", "ness", "ings")
_DEMONYMS = ("i", "n", "an", "ian", "ese", "s")  # Iraq, Iraqi; Iran, Iranian: neither adds a fact
_PEOPLE = re.compile(rf"(?<=\w{{4}})(?:{'|'.join(sorted(_DEMONYMS, key=len, reverse=True))})s?$")
TURNED_WITHIN = 3  # how many words after a negation it is taken to deny


def unfounded(statement: str, evidence: Sequence[str]) -> tuple[str, ...]:
    """The particulars of a statement that its evidence does not hold, as the statement has them; empty when all are.

    Numbers count in figures or words, names by their stem or as the name of a people. A negation that only one of the
    two has is named as well, the evidence being the sentence most like the statement, and so is who did what to whom
    where the evidence has it the other way round. Everything of a statement without evidence is unfounded.
    """
    there = " ".join(evidence)
    denying = list(turning_words(statement, closest_sentence(statement, evidence), _NEGATIONS))
    if " ".join(statement.split()) in " ".join(there.split()):
        return tuple(dict.fromkeys(denying))  # a quotation has its particulars, but what denies it may be left out
    swapped = _swapped_roles(statement, evidence)
    speakers = [word for word in words(statement) if word in _SPEAKERS - set(words(there))]
    missing = [*_missing_numbers(statement, there), *_missing_names(statement, there), *speakers]
    return tuple(dict.fromkeys([*missing, *swapped, *denying]))


def _missing_numbers(statement: str, there: str) -> Iterator[str]:
    known = set(figures(there))
    return (word for word in _number_words(statement) if figure(word) not in known)


def figures(text: str) -> Iterator[str]:
    """The numbers of a text, in figures or words, each in one form; `one` is as a rule none."""
    return (figure(word) for word in _number_words(text))


def _number_words(text: str) -> list[str]:
    found = words(text.replace("-", " "))
    return [w for w in found if any(c.isdigit() for c in w) or (w in _NUMBERS and w != "one") or w in _MAGNITUDES]


def figure(word: str) -> str:
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
    if not word[0].isupper() or (low in STOP_WORDS - CALENDAR and capitals < 2):  # US is a name, us is not
        return False
    if not _SENTENCE_START.search(text[:start]):
        return True
    if low in _AMBIGUOUS:
        return following[:1].isdigit()
    if capitals > 1 or following[:1].isupper():
        return True
    return low not in _OPENERS and low not in STOP_WORDS and not low.endswith(_COMMON_ENDINGS)


def closest_sentence(statement: str, evidence: Sequence[str]) -> str:
    """The sentence that shares most words with a statement: a negation in another denies something else."""
    said = set(stems(statement))
    return max(evidence, key=lambda sentence: len(said & set(stems(sentence))), default="")


def turning_words(
    statement: str, there: str, turning: frozenset[str], within: int | None = TURNED_WITHIN
) -> Iterator[str]:
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
    found = [(word, name_stem(word) if word in named else "") for word in _plain_words(text)]
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


def name_stem(name: str) -> str:
    """A name without the endings that make it that of a people; four letters stay."""
    return _PEOPLE.sub("", name.lower())


def _plain_words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text)]


def _bare(word: str) -> str:
    """A word without its possessive."""
    return re.sub(r"['’]s?$", "", word)
