"""Numbers as comparisons need them: figures or words, in one form, with the unit of measure that follows or precedes.

English only. Closed classes of the language (number words, magnitudes, units of measure) stand here and nowhere else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
WORDS = (
    {word: Decimal(number) for number, word in enumerate(_UNITS)}
    | {word: Decimal(10 * number) for number, word in enumerate(_TENS, start=2)}
    | {word: Decimal(number) for number, word in enumerate(_ORDINALS, start=1)}
    | {"dozen": Decimal(12), "twice": Decimal(2), "double": Decimal(2), "half": Decimal("0.5")}
)
MAGNITUDES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
LOOSE = frozenset({"one", "first"})  # more often a pronoun or an adverb than a number
_MEASURES = {
    unit: names[0]
    for names in (
        line.split()
        for line in """% percent per_cent
        $ dollar dollars usd
        € euro euros eur
        £ pound pounds gbp
        second seconds sec
        minute minutes min
        hour hours
        day days
        week weeks
        month months
        year years
        mm millimetre millimetres millimeter millimeters
        cm centimetre centimetres centimeter centimeters
        m metre metres meter meters
        km kilometre kilometres kilometer kilometers
        inch inches
        foot feet ft
        mile miles mi
        g gram grams
        kg kilogram kilograms kilo kilos
        tonne tonnes ton tons
        litre litres liter liters
        mb megabyte megabytes
        gb gigabyte gigabytes
        °c celsius
        °f fahrenheit""".splitlines()
    )
    for unit in names
}
_TOKEN = re.compile(
    r"[$€£]|(?<![\w.])\.\d+|\d+(?:[.,]\d+)*(?:st|nd|rd|th|s)?(?!\w)|\d+(?:[.,]\d+)*|%|°[CF]\b|[^\W\d_]+", re.IGNORECASE
)
_PER_CENT = re.compile(r"\bper\s+cent\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text: its value, its unit of measure in one form (empty for none), and the words it is written in.

    `loose` is true of words that are more often no number.
    """

    value: Decimal
    unit: str
    text: str
    loose: bool = False


def quantities(text: str) -> list[Quantity]:
    """The numbers of a text in its order: `3.4 million euros` is 3400000 with the unit `€`; `20-odd` is 20."""
    tokens = _TOKEN.findall(_PER_CENT.sub("percent", text).replace("-", " "))
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        value, length = _number(tokens, at)
        if value is not None:
            written = " ".join(tokens[at : at + length])
            found.append(Quantity(value, _unit(tokens, at, length), written, written.lower() in LOOSE))
        at += length
    return found


def _number(tokens: list[str], at: int) -> tuple[Decimal | None, int]:
    """The number that begins at a token, if one does, and how many tokens it takes."""
    value = _value(tokens[at])
    if value is None:
        return MAGNITUDES.get(tokens[at].lower()), 1
    length = 1
    tens = tokens[at].lower() in _TENS
    if tens and at + 1 < len(tokens) and tokens[at + 1].lower() in {*_UNITS[1:10], *_ORDINALS[:9]}:
        value, length = value + WORDS[tokens[at + 1].lower()], 2
    for magnitude in _following(tokens, at + length):
        value, length = value * magnitude, length + 1
    return value, length


def _following(tokens: list[str], at: int) -> Iterator[Decimal]:
    while at < len(tokens) and (magnitude := MAGNITUDES.get(tokens[at].lower())):
        yield magnitude
        at += 1


def _value(token: str) -> Decimal | None:
    if not token[-1].isdigit() and not token[0].isdigit():
        return WORDS.get(token.lower())
    plain = re.sub(r"(?:st|nd|rd|th)$", "", token.lower())
    grouped = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain)
    try:
        return Decimal(grouped.replace(",", ".")).normalize()
    except InvalidOperation:  # 1980s, 1.2.3: it is compared as it stands
        return Decimal(int.from_bytes(grouped.encode(), "big"))


def _unit(tokens: list[str], at: int, length: int) -> str:
    after = tokens[at + length].lower() if at + length < len(tokens) else ""
    before = tokens[at - 1] if at else " "
    return _MEASURES.get(before if before in "$€£" else after, "")
