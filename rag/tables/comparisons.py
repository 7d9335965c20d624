"""Comparisons in a question: `more than 500 euros`, `in March`, `after 2024-03-01`, `in the first quarter of 2025`.

Values are parsed as those of cells are. Which column is compared is not decided here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.tables.values import CURRENCIES, MONTHS, SECONDS, Value, month_end, parse, year_span

Comparator = Literal[">", ">=", "<", "<=", "during"]

# The closed class of words that compare, in English and German; the longest that stands before a value counts.
_PHRASES: dict[Comparator, str] = {
    ">": "more than/over/above/greater than/longer than/larger than/higher than/older than/exceeding/exceed/beyond/"
    "after/later than/mehr als/über/nach/>",
    ">=": "at least/from/since/starting/no less than/not less than/between/mindestens/ab/seit/zwischen/≥/>=",
    "<": "less than/under/below/fewer than/shorter than/smaller than/lower than/cheaper than/younger than/before/"
    "earlier than/weniger als/unter/vor/<",
    "<=": "at most/up to/until/till/by/no more than/not more than/to/höchstens/bis/≤/<=",
    "during": "in/during/on/for/of/im/am/within",
}
_WORDS = {words: comparator for comparator, phrases in _PHRASES.items() for words in phrases.split("/")}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_UNITS = "|".join(re.escape(unit) for unit in sorted({*CURRENCIES, *SECONDS, "%"} - {"d", "h", "s"}, key=len)[::-1])
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PERIOD = re.compile(
    r"\b(?:q(?P<q>[1-4])|(?P<nth>first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) (?P<what>quarter|half))\b"
    r"(?: (?:of )?(?P<y>\d{4}))?",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|\.)? (?:{_MONTH})\b(?: \d{{4}})?|\b(?:{_MONTH})\b \d{{1,2}}(?:, \d{{4}})?(?!\d)"
    rf"|\b(?:{_MONTH})\b(?: \d{{4}})?",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?:[€$£¥] ?)?(?<![\w-])\d[\d.,' ]*(?<=\d)(?: ?(?:thousand|million|billion|k|m)\b)?(?: ?(?:{_UNITS})(?!\w))?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.-])(?:1[89]|20)\d\d(?![\w.-]\w|\d)")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparator, the value compared with, and the span of both in the question."""

    comparator: Comparator
    value: Value
    start: int
    end: int
    text: str

    @property
    def dated(self) -> bool:
        """Whether it compares with a day, a month, a quarter or a year."""
        return self.value.kind == "date"

    @property
    def monthly(self) -> bool:
        """Whether no year is named: `in March`, `in the first quarter`."""
        return self.dated and self.value.number is not None and self.value.number < 366


def comparisons(question: str) -> list[Comparison]:
    """The comparisons of a question, in its order. A date always is one; a number, where it is compared with."""
    found: list[Comparison] = []
    end_before = 0
    for start, end, value in sorted(_values(question), key=lambda item: (item[0], -item[1])):
        if start < end_before:
            continue
        comparator, first = _comparator(question, start)
        if found and comparator is None and _ends_range(question, found[-1], start):
            comparator = "<="
        if comparator or value.kind == "date":
            found.append(Comparison(comparator or "during", value, first, end, question[first:end]))
        end_before = end
    return found


def _values(question: str) -> Iterator[tuple[int, int, Value]]:
    for match in _PERIOD.finditer(question):
        yield *match.span(), _period(match)
    for match in _DATE.finditer(question):
        if match[0].lower() not in ("may", "mar", "dec", "jan", "sun") or match[0][0].isupper():
            value = parse(match[0])
            if value.kind == "date":
                yield *match.span(), value
    for match in _YEAR.finditer(question):
        first, last = year_span(int(match[0]))
        yield *match.span(), Value("date", first, "year", last)
    for match in _QUANTITY.finditer(question):
        value = parse(match[0].strip())
        if value.number is not None:
            yield match.start(), match.end(), value


def _period(match: re.Match[str]) -> Value:
    year = int(match["y"] or 1)
    nth = int(match["q"]) if match["q"] else _QUARTERS[match["nth"].lower()]
    months = 6 if match["what"] and match["what"].lower() == "half" else 3
    nth = min(nth, 12 // months)
    first = month_end(year, (nth - 1) * months + 1).replace(day=1)
    return Value("date", float(first.toordinal()), "", float(month_end(year, nth * months).toordinal()))


def _comparator(question: str, start: int) -> tuple[Comparator | None, int]:
    """The comparator before a value and where it begins; articles and prepositions between them are skipped."""
    before = re.sub(r"\s+(?:the|a|an|den|dem|der|die)\s*$", " ", question[:start].rstrip() + " ").rstrip().lower()
    for words in sorted(_WORDS, key=len, reverse=True):
        if before.endswith(words) and not before[: -len(words)][-1:].isalnum():
            return _WORDS[words], before.rfind(words)
    return None, start


def _ends_range(question: str, earlier: Comparison, start: int) -> bool:
    """Whether a value ends what an earlier comparison begins: `between 10 and 20 kg`."""
    ranges = earlier.text.lower().startswith(("between", "zwischen"))
    return ranges and question[earlier.end : start].strip().lower() in ("and", "und")
