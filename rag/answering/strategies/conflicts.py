"""Documents that give different values for one thing, as the reader's words for it show.

Two answers are at odds when both are figures of one kind (dates, times, shares, plain numbers) and neither has all the
figures of the other. It judges what the reader marked, and reads nothing itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rag.text.english.numbers import quantities
from rag.text.english.questions import turned
from rag.text.english.tokens import stems
from rag.types import Evidence, Reading

# Chosen on questions about a clinic's documents, half of which disagree: docs/lab/questions.md.
LIKELY = 0.5  # of the best sentence's score, from which another document's counts as an answer too
POSSIBLE = 0.15  # of it, from which one counts that answers by itself
ANSWERS = 0.5  # the least relevance of such a sentence under its headings

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})\.?"
_CALENDAR = frozenset(stem for name in _MONTHS for stem in stems(name))
_DATES = (
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
)
_NAMED_MONTH = re.compile(rf"\b{_MONTH}\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b\d{1,2}[:.]\d\d\b(?!\s*(?:%|€|\$|£|euro|million))|\b\d{1,2}\s*(?:a\.?m|p\.?m|o['’]clock)\b", re.IGNORECASE
)
_SHARE = re.compile(r"%|\bper\s?cent\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """What one document says: the sentence, and the words in it that answer."""

    sentence: Evidence
    words: Evidence


def sides(question: str, reading: Reading, relevance: Callable[[str, str], float]) -> tuple[Side, ...]:
    """What other documents say that is at odds with the best answer, after that one; none when they agree.

    `relevance` tells how likely it is that a text by itself answers a question; it is asked only of what is at odds.
    """
    found = [side for words in reading.answers if (side := _side(words, reading))]
    best = found[0] if found else None
    others: dict[str, Side] = {}
    for side in found[1:]:
        doc_id = side.sentence.chunk.doc_id
        if best and doc_id not in others and doc_id != best.sentence.chunk.doc_id and _differs(question, best, side):
            share = side.sentence.score / best.sentence.score
            if share >= LIKELY or (share >= POSSIBLE and relevance(question, _under_headings(side)) >= ANSWERS):
                others[doc_id] = side
    return (best, *others.values()) if best and others else ()


def at_odds(one: str, other: str) -> bool:
    """Whether two answers are figures of one kind that exclude each other: `2 June` and `16 June 2025` do."""
    here, there = set(_figures(one)), set(_figures(other))
    return bool(here and there) and not (here <= there or there <= here) and _kind(one) == _kind(other)


def dated(text: str) -> date | None:
    """The first date in a text, such as the beginning of a document; None without one."""
    found = (match for pattern in _DATES for match in pattern.finditer(text))
    dates = [(match.start(), read) for match in found if (read := _read(match))]
    return min(dates)[1] if dates else None


def _read(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = int(parts["number"]) if "number" in parts else _month(parts["month"])
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(at for at, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower()[:3]))


def _kind(words: str) -> tuple[bool, bool, bool]:
    """Whether it names a month, a time of day, a share."""
    return tuple(bool(pattern.search(words)) for pattern in (_NAMED_MONTH, _TIME, _SHARE))  # type: ignore[return-value]


def _side(words: Evidence, reading: Reading) -> Side | None:
    """The words with the sentence that they are in."""
    sentences = (
        item for item in reading.evidence if item.chunk.id == words.chunk.id and item.start <= words.start < item.end
    )
    sentence = next(sentences, None)
    return Side(sentence, words) if sentence else None


def _differs(question: str, best: Side, other: Side) -> bool:
    """Whether two sentences speak of one thing and give it different values.

    They do when they share a word, or when the other mentions the value of the best: `on 16 June, not on 2 June`.
    """
    if other.sentence.score < POSSIBLE * best.sentence.score or not at_odds(best.words.quote, other.words.quote):
        return False
    if turned(question, other.sentence.quote):
        return False
    here, there = (_thing(side) for side in (best, other))
    named = set(_figures(best.words.quote)) <= set(_figures(other.sentence.quote))
    return named or bool(here & there - _CALENDAR)


def _figures(text: str) -> list[str]:
    """The numbers of a text, in figures or words, in one form."""
    return [f"{quantity.value.normalize():f}" for quantity in quantities(text)]


def _thing(side: Side) -> set[str]:
    """The stems of a sentence beside the words that answer: what it speaks of."""
    said = {stem for stem in stems(side.sentence.quote) if stem.isalpha()}
    return said - set(stems(side.words.quote))


def _under_headings(side: Side) -> str:
    return " › ".join([*(span.quote for span in side.sentence.context), side.sentence.quote])
