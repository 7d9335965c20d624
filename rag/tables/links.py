"""Which words of a question mean which values and columns of a table, by their words.

A value is meant when all its words stand in the question; one of a letter or a number only beside its column's name
(`Building C`). What stands there in other words is for `rag.tables.meaning` to find.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.tables.model import Column, Table
from rag.tables.values import CURRENCIES, NUMBER_WORDS, SECONDS
from rag.text.english.tokens import STOP_WORDS, stems

MOST_DISTINCT = 20_000  # values of a column beyond which its texts are prose, or names nobody asks for in other words
_TOKEN = re.compile(r"[^\W_]+(?:[-'’./&][^\W_]+)*")
_JOINING = frozenset("and or und oder to".split())
_QUANTIFIERS = frozenset("many much".split())  # what asks how many means nothing of its own
_SHORT = 2  # characters of a value that is only meant beside its column's name


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question, numbers in figures: its span, its stems (none for a word without meaning of its own)."""

    text: str
    start: int
    end: int
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueLink:
    """Words of a question that mean a value: in which column, which text, which tokens, and what share of its words."""

    column: int
    text: str
    rows: tuple[int, ...]
    tokens: frozenset[int]
    share: float

    @property
    def full(self) -> bool:
        """Whether every word of the value stands in the question."""
        return self.share > 0.99


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """Words of a question that stand in a column's name, and what share of the name they are."""

    column: int
    tokens: frozenset[int]
    share: float


def tokens(question: str) -> list[Token]:
    """The words of a question, in order; compounds with a hyphen have the stems of their parts."""
    found = []
    for match in _TOKEN.finditer(question):
        text = NUMBER_WORDS.get(match[0].lower(), match[0])
        stemmed = () if text.lower() in _QUANTIFIERS else stems_of(text)
        found.append(Token(text, match.start(), match.end(), stemmed))
    return found


class Lexicon:
    """The words of a table's values and headers, made once and asked often."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = [_meaning(column) for column in table.columns]
        self.headers = [_called(column) for column in table.columns]
        self._rows: list[dict[str, list[int]]] = [self._by_text(position) for position in range(len(table.columns))]

    @cached_property
    def _index(self) -> dict[str, list[tuple[int, str]]]:
        """For a stem the values that have it, as (column, text)."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for position, texts in enumerate(self._rows):
            for text in texts if len(texts) <= MOST_DISTINCT or position == self.table.name_column else ():
                for stem in set(stems_of(text)):
                    found[stem].append((position, text))
        return found

    @cached_property
    def titled(self) -> frozenset[str]:
        """The stems of what the table stands under."""
        return frozenset(stems_of(self.table.about))

    @cached_property
    def about(self) -> frozenset[str]:
        """The stems of what the table stands under and of its headers."""
        return self.titled.union(*self.headers)

    def texts(self, column: int) -> list[str]:
        """The distinct texts of a column, in the order of their first row; totals are left out."""
        return list(self._rows[column])

    def rows_with(self, column: int, text: str) -> tuple[int, ...]:
        """The rows that have a text in a column."""
        return tuple(self._rows[column].get(text, ()))

    def values(self, asked: Sequence[Token]) -> list[ValueLink]:
        """The values that the words mean wholly or in part, likeliest first."""
        where: dict[str, set[int]] = defaultdict(set)
        for place, token in enumerate(asked):
            for stem in token.stems:
                where[stem].add(place)
        candidates = {pair for stem in where for pair in self._index.get(stem, ())}
        links = [self._link(column, text, where) for column, text in candidates]
        links = [link for link in links if not _bare(link.text) or self._beside_header(link, asked)]
        links += self._short(asked)
        return sorted(set(links), key=lambda link: (-link.share, -len(link.tokens), *self._rank(link)))

    def columns(self, asked: Sequence[Token], without: Iterable[int] = ()) -> list[ColumnLink]:
        """The columns whose names share words with the question, likeliest first; some tokens left out."""
        left = [(place, token) for place, token in enumerate(asked) if place not in set(without)]
        found = []
        for position, header in enumerate(self.headers):
            meant = frozenset(place for place, token in left if header & set(token.stems))
            own = self.names[position]
            met = {stem for place in meant for stem in asked[place].stems} & own
            if meant:
                found.append(ColumnLink(position, meant, len(met) / len(own) if own else 0.0))
        return sorted(found, key=lambda link: (-link.share, -len(link.tokens), link.column))

    def _by_text(self, position: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, text in zip(self.table.body, self.table.texts(position), strict=True):
            if text:
                found[text].append(row)
        return found

    def _link(self, column: int, text: str, where: dict[str, set[int]]) -> ValueLink:
        own = set(stems_of(text))
        met = own & where.keys()
        share = sum(map(self._weight, met)) / sum(map(self._weight, own))
        places = frozenset(place for stem in met for place in where[stem])
        return ValueLink(column, text, self.rows_with(column, text), places, share)

    def _weight(self, stem: str) -> float:
        """How much a word tells values apart: less, the more of them have it."""
        return 1 / math.log(2 + len(self._index.get(stem, ())))

    def _short(self, asked: Sequence[Token]) -> Iterator[ValueLink]:
        """The values of a letter, a number or a stop word that stand beside their column's name."""
        for place, token in enumerate(asked):
            for column, texts in enumerate(self._rows):
                if token.text in texts and (_bare(token.text) or not token.stems):
                    link = ValueLink(column, token.text, self.rows_with(column, token.text), frozenset({place}), 1.0)
                    if self._beside_header(link, asked):
                        yield link

    def _beside_header(self, link: ValueLink, asked: Sequence[Token]) -> bool:
        """Whether the column's name stands just before the value, or before others of its column in a row of them."""
        header, texts = self.headers[link.column], self._rows[link.column]
        place, after = min(link.tokens) - 1, max(link.tokens) + 1
        while place >= 0 and (asked[place].text.lower() in _JOINING or asked[place].text in texts):
            place -= 1
        around = [*(asked[place : place + 1] if place >= 0 else ()), *asked[after : after + 1]]
        return any(header & set(token.stems) for token in around)

    def _rank(self, link: ValueLink) -> tuple[bool, int, str]:
        return link.column != self.table.name_column, link.column, link.text


def chosen(links: Sequence[ValueLink]) -> list[ValueLink]:
    """Of the links that are full, those that are meant together: longer ones first, no word meant twice.

    Values of one column that share their words are all kept when they share all of them.
    """
    taken: set[int] = set()
    kept: list[ValueLink] = []
    for link in sorted((link for link in links if link.full), key=lambda link: -len(link.tokens)):
        same = any(other.column == link.column and other.tokens == link.tokens for other in kept)
        if not link.tokens & taken or same:
            kept.append(link)
            taken |= link.tokens
    return kept


def _meaning(column: Column) -> frozenset[str]:
    """The stems of a column's name without the unit that it gives, unless it is nothing else."""
    plain = re.sub(r"[(\[][^)\]]*[)\]]", " ", column.name)
    words = [word for word in plain.split() if word.lower() not in CURRENCIES]
    return frozenset(stems_of(" ".join(words)) or stems_of(column.name))


def _called(column: Column) -> frozenset[str]:
    """The stems of a column's name, of other names of its unit, and of what dates are called."""
    unit = time_unit(column)
    others = [name for name, seconds in SECONDS.items() if unit and seconds == SECONDS[unit] and len(name) > 2]
    return frozenset(stems_of(column.name)) | frozenset(stems_of(" ".join(others))) | _calendar(column)


def time_unit(column: Column) -> str:
    """The unit of time that the name of a column of plain numbers ends in: `delay_min`, `Rest (hours)`; else empty."""
    last = column.name.lower().strip(" ()[]").split()[-1:] if column.kind == "number" else []
    return last[0] if last and last[0] in SECONDS and len(last[0]) > 1 else ""


def _calendar(column: Column) -> frozenset[str]:
    """What a column of dates or years is called besides its name."""
    if column.years:
        return frozenset({"year"})
    first = next((value.number for value in column.values if value.number), None)
    if column.kind != "date" or first is None:
        return frozenset()
    return frozenset({"month"} if first < 366 else {"date", "day"})  # the year 1 stands for months without a year


def _bare(text: str) -> bool:
    """Whether a value is too short to be meant by itself: up to two characters, or a plain number."""
    return len(text) <= _SHORT or text.replace(".", "").replace(",", "").isdigit()


def stems_of(text: str) -> tuple[str, ...]:
    """The stems of the words that carry meaning, of parts of compounds too; none for function words."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)
    whole = [word for word in _TOKEN.findall(plain) if word.lower() not in STOP_WORDS]
    return tuple(dict.fromkeys(stem for word in whole for stem in stems(word)))
