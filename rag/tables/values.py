"""What the text of a cell holds: a number, money, a percentage, a date, a duration, yes or no, or plain text.

English and German forms. A comma between digits is read as the column's other values have it; `decimal_mark` tells.
Nothing is rounded, and what is not wholly understood stays text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

ValueKind = Literal["number", "money", "percentage", "date", "duration", "boolean", "text", "empty"]

# Closed classes: names of months, currencies, units of time, magnitudes, number words, and the two answers.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jän",
            "february feb februar",
            "march mar märz mrz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
CURRENCIES = {
    name: code
    for code, names in {
        "EUR": "€ eur euro euros",
        "USD": "$ usd dollar dollars",
        "GBP": "£ gbp pound pounds",
        "CHF": "chf franken francs",
        "JPY": "¥ jpy yen",
    }.items()
    for name in names.split()
}
SECONDS = {
    name: seconds
    for seconds, names in {
        1: "s sec secs second seconds sekunde sekunden",
        60: "min mins minute minutes minuten",
        3600: "h hr hrs hour hours stunde stunden",
        86400: "d day days tag tage tagen",
        7 * 86400: "week weeks woche wochen",
        30 * 86400: "month months monat monate monaten",
        365 * 86400: "year years yr yrs jahr jahre jahren",
    }.items()
    for name in names.split()
}
MAGNITUDES = {
    "thousand": 1e3, "k": 1e3, "tausend": 1e3, "tsd": 1e3, "million": 1e6, "millions": 1e6, "m": 1e6, "mio": 1e6,
    "millionen": 1e6, "billion": 1e9, "bn": 1e9, "mrd": 1e9,
}  # fmt: skip
NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)
}
YES = frozenset("yes true y ja wahr x ✓ ✔".split())
NO = frozenset("no false n nein falsch ✗ ✘".split())
EMPTY = frozenset(["", "-", "–", "—", "n/a", "k. a.", "."])

_NUMBER = r"[-+−]?(?:\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WHOLE = re.compile(rf"(?P<before>[^\d\s+−-]*)\s*(?P<number>{_NUMBER})\s*(?P<after>[^\d]*)")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)(?:-(?P<d>\d\d))?(?:[T ]\d\d:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
    re.compile(rf"(?:\w+,? )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<name>{_MONTH})\b\.?(?:,? (?P<y>\d{{4}}))?", re.I),
    re.compile(rf"(?P<name>{_MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?(?!\d)", re.I),
    re.compile(rf"(?P<name>{_MONTH})\b\.?(?: (?P<y>\d{{4}}))?", re.I),
)


@dataclass(frozen=True, slots=True)
class Value:
    """What a text says. `number` is what values of one kind are compared and added by.

    Of a date that is the ordinal of its first day, and `last` that of its last; a month without a year counts as in
    the year 1. Of a duration it is seconds, of yes and no 1 and 0. `unit` is as written; a currency as its code.
    """

    kind: ValueKind
    number: float | None = None
    unit: str = ""
    last: float | None = None


TEXT, NOTHING = Value("text"), Value("empty")


@lru_cache(maxsize=200_000)
def parse(text: str, mark: str = ".") -> Value:
    """The value of a cell's text; `mark` is the decimal mark of its column, a point or a comma."""
    plain = " ".join(text.split()).strip()
    if plain.lower() in EMPTY:
        return NOTHING
    if plain.lower() in YES | NO:
        return Value("boolean", float(plain.lower() in YES))
    for pattern in _DATES:
        if (match := pattern.fullmatch(plain)) and (found := date_of(match)):
            return found
    match = _WHOLE.fullmatch(plain)
    return _quantity(match, mark) if match else TEXT


def date_of(match: re.Match[str]) -> Value | None:
    """The date that a match of one of the forms of dates says, or None when the calendar has no such day."""
    groups = match.groupdict()
    month = int(groups["m"]) if groups.get("m") else MONTHS[groups["name"].lower()]
    year, day = int(groups.get("y") or 1), int(groups.get("d") or 0)
    try:
        first = date(year, month, day or 1)
        last = first if day else month_end(year, month)
    except ValueError:
        return None
    return Value("date", float(first.toordinal()), "", float(last.toordinal()))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def year_span(year: int) -> tuple[float, float]:
    """The ordinals of a year's first and last day."""
    return float(date(year, 1, 1).toordinal()), float(date(year, 12, 31).toordinal())


def _quantity(match: re.Match[str], mark: str) -> Value:
    before, after = match["before"].strip().lower(), match["after"].strip().lower()
    number = to_number(match["number"], mark)
    words = after.rstrip(".").split()
    if words and words[0] in MAGNITUDES and (len(words) > 1 or len(words[0]) > 1 or before in CURRENCIES):
        number, words = number * MAGNITUDES[words[0]], words[1:]
    unit = " ".join(words)
    if before in CURRENCIES and not unit:
        return Value("money", number, CURRENCIES[before])
    if before:
        return TEXT
    return _with_unit(number, unit)


def _with_unit(number: float, unit: str) -> Value:
    if not unit:
        return Value("number", number)
    if unit in ("%", "percent", "per cent", "prozent"):
        return Value("percentage", number, "%")
    if unit in CURRENCIES:
        return Value("money", number, CURRENCIES[unit])
    last = unit.split()[-1]
    if last in SECONDS and len(unit.split()) <= 2:
        return Value("duration", number * SECONDS[last], unit)
    return Value("number", number, unit) if len(unit.split()) <= 2 else TEXT


def to_number(written: str, mark: str = ".") -> float:
    """A number as it is written, with thousands parted or not, as a float. `mark` is the decimal mark."""
    plain = re.sub(r"[ \u00a0\u202f'’]", "", written).replace("−", "-")
    if "," in plain and "." in plain:
        mark = max(".,", key=plain.rfind)  # the later one is the decimal mark
    elif re.search(r"[.,]\d{3}[.,]", plain):  # the same mark twice parts thousands
        mark = "," if "." in plain else "."
    elif not re.search(r"[.,]\d{3}$", plain) or re.match(r"[-+]?0[.,]", plain):
        mark = next((character for character in ".," if character in plain), mark)
    thousands = "," if mark == "." else "."
    return float(plain.replace(thousands, "").replace(mark, "."))


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark of a column, as told by those of its numbers that can be read in one way only."""
    for text in texts:
        if re.search(r"\d,\d{1,2}(?!\d)|\d,\d{4,}|\d\.\d{3},", text):
            return ","
        if re.search(r"(?<!\d)\d+\.\d{1,2}(?!\d|\.)|\d,\d{3}\.", text):
            return "."
    return "."
