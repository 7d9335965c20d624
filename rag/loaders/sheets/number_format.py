"""How a spreadsheet shows a value: number formats as in ECMA-376 part 1, 18.8.31, in English.

Colours, padding and column widths are left out. Formats that follow the reader's own settings (`General`, the short
date of the system) are shown in a form that is the same everywhere: dates as ISO 8601 has them. Reads no file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

Value = str | int | float | bool | date | datetime | time | timedelta
"""What a cell holds; empty cells are the empty text."""

GENERAL = "General"
EPOCH = datetime(1899, 12, 30)
_LAST_DAY = 2_958_466  # 31 December 9999 and a day
# Those that a file may name by number alone (18.8.30). 14 and 22 are the system's own: here as ISO 8601 has them.
BUILT_IN = {
    **{0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm"},
    **{37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00"},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
}
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]|(?P<general>general)|(?P<half>am/pm|a/p)"
    r"|(?P<fraction>(?<=s\.)0+|(?<=ss\.)0+)|(?P<exponent>e[+-])|(?P<part>y+|m+|d+|h+|s+)"
    r"|(?P<digits>[0#?][0#?,]*)|(?P<text>@)|(?P<percent>%)|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_NUMERIC = frozenset(("digits", "literal", "exponent"))
_EXACT = 10**15  # a float is a whole number exactly up to there
_DIGITS = 11  # significant digits that `General` shows of a fraction


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def shown(value: Value, code: str = GENERAL) -> str:
    """A value as its cell shows it; dates and times are Python's, whatever number the file has for them."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    sections = _sections(code)
    if isinstance(value, str):
        return _text(value, sections)
    if isinstance(value, date | time | timedelta):
        tokens = _tokens(sections[0])
        return _moment(value, tokens) if shows(code) != "number" else _iso(value)
    return _number(value, sections)


@lru_cache(maxsize=1024)
def shows(code: str) -> Literal["number", "moment", "elapsed"]:
    """What a format shows: a number, a date or time, or a length of time such as `[h]:mm`."""
    kinds = {item.kind for item in _tokens(_sections(code)[0])}
    return "elapsed" if "elapsed" in kinds else "moment" if kinds & {"part", "minutes"} else "number"


def serial(days: float, code: str, *, epoch: datetime = EPOCH) -> Value:
    """What a number stands for in a cell of that format: a spreadsheet counts dates in days from its epoch.

    Excel takes 1900 for a leap year: before 1 March 1900 its days are one ahead.
    """
    kind = shows(code)
    if kind == "number" or not 0 <= days < _LAST_DAY:
        return days
    exact = timedelta(seconds=round(days * 86_400, 3))
    if kind == "elapsed":
        return exact
    return epoch + exact + timedelta(days=1 if 1 <= days < 60 and epoch == EPOCH else 0)


def _text(value: str, sections: tuple[str, ...]) -> str:
    if len(sections) == 4:
        parts = (value if item.kind == "text" else _literal(item) for item in _tokens(sections[3]))
        return "".join(parts).strip() or value
    return value


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[str, ...]:
    """The parts of a format, for numbers above, below and at zero, and for text."""
    found, quoted, last = [""], False, ""
    for character in code:
        quoted ^= character == '"' and last != "\\"
        if character == ";" and not quoted and last != "\\":
            found.append("")
        else:
            found[-1] += character
        last = character
    return tuple(found[:4])


@lru_cache(maxsize=1024)
def _tokens(section: str) -> tuple[_Token, ...]:
    found = [_Token(match.lastgroup, match[match.lastgroup]) for match in _TOKEN.finditer(section) if match.lastgroup]
    return tuple(_minutes(found))


def _minutes(tokens: list[_Token]) -> Iterator[_Token]:
    """The tokens with `m` for minutes told from `m` for months: beside hours or seconds it is minutes."""
    parts = [number for number, item in enumerate(tokens) if item.kind in ("part", "elapsed")]
    for number, item in enumerate(tokens):
        if item.kind == "part" and item.text[0] in "mM" and len(item.text) <= 2:
            here = parts.index(number)
            before = tokens[parts[here - 1]].text[0].lower() if here else ""
            after = tokens[parts[here + 1]].text[0].lower() if here + 1 < len(parts) else ""
            if before == "h" or after == "s":
                item = _Token("minutes", item.text)
        yield item


def _literal(item: _Token) -> str:
    if item.kind in ("quoted", "escaped", "currency", "literal"):
        return item.text
    return "%" if item.kind == "percent" else " " if item.kind == "space" else ""


def _iso(value: date | time | timedelta) -> str:
    """A date or time as ISO 8601 has it; midnight of a date is left out."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, timedelta):
        return _elapsed(value, "h") + _beside_hours(value)
    return value.isoformat() if isinstance(value, date) else value.isoformat("seconds")


def _beside_hours(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f":{seconds // 60 % 60:02}:{seconds % 60:02}"


def _elapsed(value: timedelta, unit: str) -> str:
    return str(int(value.total_seconds() // {"h": 3600, "m": 60, "s": 1}[unit]))


def _moment(value: date | time | timedelta, tokens: tuple[_Token, ...]) -> str:
    moment = _as_datetime(value)
    span = value if isinstance(value, timedelta) else moment - EPOCH
    half = any(item.kind == "half" for item in tokens)
    parts = []
    for item in tokens:
        if item.kind == "elapsed":
            parts.append(_elapsed(span, item.text[0].lower()).rjust(len(item.text), "0"))
        elif item.kind == "minutes":
            parts.append(f"{moment.minute:0{len(item.text)}}")
        elif item.kind == "part":
            parts.append(_part(moment, item.text.lower(), half))
        elif item.kind == "half":
            parts.append("AM" if moment.hour < 12 else "PM")
        elif item.kind == "fraction":
            parts.append(f"{moment.microsecond:06}"[: len(item.text)])
        else:
            parts.append(_literal(item))
    return "".join(parts).strip()


def _as_datetime(value: date | time | timedelta) -> datetime:
    if isinstance(value, timedelta):
        return EPOCH + value
    if isinstance(value, time):
        return datetime.combine(EPOCH.date(), value)
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _part(moment: datetime, part: str, half: bool) -> str:
    """A date's or a time's part, as many letters as it is written with."""
    month, day = _MONTHS[moment.month - 1], _DAYS[moment.weekday()]
    hour = (moment.hour % 12 or 12) if half else moment.hour
    written = {
        "y": f"{moment.year % 100:02}" if len(part) < 3 else f"{moment.year:04}",
        "m": {1: str(moment.month), 2: f"{moment.month:02}", 4: month, 5: month[0]}.get(len(part), month[:3]),
        "d": {1: str(moment.day), 2: f"{moment.day:02}", 3: day[:3]}.get(len(part), day),
        "h": f"{hour:0{min(len(part), 2)}}",
        "s": f"{moment.second:0{min(len(part), 2)}}",
    }
    return written[part[0]]


def _number(value: float, sections: tuple[str, ...]) -> str:
    section, magnitude = _section_for(value, sections)
    if not section and len(sections) > 1:
        return ""  # `0;;` shows nothing of what is not above zero
    tokens = _tokens(section)
    kinds = {item.kind for item in tokens}
    if "part" in kinds or "elapsed" in kinds or not kinds & {"digits", "text"}:
        plain = "general" in kinds or not section.strip() or "text" in kinds
        return _general(value) if plain or kinds & {"part", "elapsed"} else "".join(map(_literal, tokens)).strip()
    if "text" in kinds and "digits" not in kinds:
        return "".join(_general(value) if item.kind == "text" else _literal(item) for item in tokens).strip()
    try:
        return _formatted(Decimal(repr(float(magnitude))), tokens).strip()
    except (InvalidOperation, ValueError, OverflowError):
        return _general(value)


def _section_for(value: float, sections: tuple[str, ...]) -> tuple[str, float]:
    """The part of a format that is for a number, and the number without the sign that the part shows itself."""
    for section in sections[:2]:
        if (match := _CONDITION.search(section)) and _holds(value, match[1], float(match[2])):
            return section, value
    if _CONDITION.search(sections[0]):
        return sections[-1], value
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    return (sections[2], value) if value == 0 and len(sections) > 2 else (sections[0], value)


def _holds(value: float, sign: str, bound: float) -> bool:
    compared = (value > bound) - (value < bound)
    return compared in {"<": (-1,), "<=": (-1, 0), "=": (0,), ">=": (0, 1), ">": (1,), "<>": (-1, 1)}[sign]


def _general(value: float) -> str:
    """A number without a format of its own, as exact as a spreadsheet shows it."""
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    return f"{value:.{_DIGITS - 1}g}"


def _formatted(value: Decimal, tokens: tuple[_Token, ...]) -> str:
    """A number by its digits' places, with what stands around them."""
    digits = [number for number, item in enumerate(tokens) if item.kind == "digits"]
    slash = _slash(tokens, digits)
    if slash is not None:
        return _fraction(value, tokens, slash)
    if any(item.kind == "exponent" for item in tokens):
        return _scientific(value, "".join(item.text for item in tokens if item.kind in _NUMERIC))
    point = _point(tokens, digits)
    groups = [number for number in digits if point is None or number < point]
    integer = "".join(tokens[number].text for number in groups)
    places = "".join(tokens[number].text for number in digits if number not in groups)
    scale = len(integer) - len(integer.rstrip(",")) + places.count(",")
    value = value * 100 ** sum(item.kind == "percent" for item in tokens) / 1000**scale
    sign, whole, rest = _rounded(value, places.replace(",", ""), integer.rstrip(","))
    shown_digits = _spread(whole, [(number, len(tokens[number].text)) for number in groups])
    if point is not None:
        shown_digits[point] = f".{rest}" if rest else ""
    first = min(shown_digits, default=0)
    return "".join(
        ("" if number != first else sign) + shown_digits.get(number, "" if number in digits else _literal(item))
        for number, item in enumerate(tokens)
    )


def _spread(whole: str, groups: list[tuple[int, int]]) -> dict[int, str]:
    """The digits of a whole number over the places that a format parts, as in `000-000`; the first has the rest."""
    spread: dict[int, str] = {}
    for number, size in reversed(groups[1:]):
        spread[number] = whole[-size:]
        whole = whole[:-size]
    return {groups[0][0]: whole, **spread} if groups else {}


def _point(tokens: tuple[_Token, ...], digits: list[int]) -> int | None:
    """Where the decimal point is; None where there is none."""
    points = (number for number, item in enumerate(tokens) if item.kind == "literal" and item.text == ".")
    return next((number for number in points if number + 1 in digits or number - 1 in digits), None)


def _slash(tokens: tuple[_Token, ...], digits: list[int]) -> int | None:
    slashes = (number for number, item in enumerate(tokens) if item.kind == "literal" and item.text == "/")
    return next((number for number in slashes if number - 1 in digits), None)


def _rounded(value: Decimal, places: str, integer: str) -> tuple[str, str, str]:
    """Sign, whole part and decimals of a number, as many of them as its format asks for."""
    number = abs(value).quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP)
    whole, _, rest = f"{number:f}".partition(".")
    least = integer.replace(",", "").count("0")
    whole = whole.lstrip("0").rjust(least, "0")
    if "," in integer:
        whole = f"{int(whole or '0'):,}" if len(whole) > 3 else whole
    while rest and len(rest) > places.count("0") and rest.endswith("0") and places[len(rest) - 1] in "#?":
        rest = rest[:-1]
    return (
        "-" if value < 0 and number else "",
        whole or ("" if places and rest else "0" if "0" in integer else ""),
        rest,
    )


def _scientific(value: Decimal, code: str) -> str:
    places = len(code.lower().partition("e")[0].partition(".")[2])
    width = code.lower().partition("e")[2].count("0")
    mantissa, _, exponent = f"{value:.{places}E}".partition("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:].rjust(width, '0')}"


def _fraction(value: Decimal, tokens: tuple[_Token, ...], slash: int) -> str:
    from fractions import Fraction

    below = tokens[slash + 1].text if slash + 1 < len(tokens) else "?"
    exact = Fraction(value)
    whole, rest = divmod(abs(exact), 1)
    if below.isdigit() and below.strip("0"):
        shown_part = f"{round(rest * int(below))}/{below}"
    else:
        near = rest.limit_denominator(10 ** max(1, len(below)) - 1)
        shown_part = f"{near.numerator}/{near.denominator}" if near else ""
    sign = "-" if value < 0 else ""
    return sign + " ".join(part for part in (str(whole) if whole or not shown_part else "", shown_part) if part)
