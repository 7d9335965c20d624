"""Which rows of a table are its header, told from the values where the format does not say.

A first row counts as a header unless something speaks against it: a number or date in it, a sentence, an address, a
value that comes again below. Knows no format.
"""

import re
from collections.abc import Sequence

_VALUE = re.compile(r"[^\w]*\d[\d.,:'’/\s-]*\s*(?:%|\S{0,4})")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_ADDRESS = re.compile(r"@|://")
_ROWS = 200  # that are looked at
_SENTENCE_WORDS = 4
_UNIT_CHARACTERS = 12


def is_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether nothing speaks against a first row being the names of the columns."""
    filled = [text for text in first if text.strip()]
    if not filled or any(_ADDRESS.search(text) or _is_sentence(text) for text in filled):
        return False
    rows = below[:_ROWS]
    values = [(column, text) for column, text in enumerate(first) if is_value(text)]
    if len(values) == len(filled) > 0 or not all(_names_year(text, _column(rows, column)) for column, text in values):
        return False
    return not any(text.strip() and text in _column(rows, column) for column, text in enumerate(first))


def names_values(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds nothing but values below a first cell that is none."""
    named = (column for column, text in enumerate(first) if text.strip() and not is_value(text))
    return any(len(under) > 1 and all(map(is_value, under)) for under in (_column(below, column) for column in named))


def is_units(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row under a header holds the units of columns of values: `m`, `kg`, `(EUR)`."""
    filled = [(column, text.strip()) for column, text in enumerate(row) if text.strip()]
    if not filled or len(below) < 2:
        return False
    return all(len(text) <= _UNIT_CHARACTERS and not is_value(text) for _, text in filled) and all(
        (under := _column(below, column)) and all(map(is_value, under)) for column, _ in filled
    )


def is_value(text: str) -> bool:
    """Whether a cell holds a number, an amount, a date or a time."""
    return _VALUE.fullmatch(text.strip()) is not None


def _names_year(text: str, under: Sequence[str]) -> bool:
    """Whether a value can be the name of a column: it is a year, and the values under it are not all years."""
    return bool(_YEAR.fullmatch(text.strip())) and not all(_YEAR.fullmatch(value.strip()) for value in under)


def _column(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    """The filled cells of a column."""
    return [row[column] for row in rows[:_ROWS] if column < len(row) and row[column].strip()]


def _is_sentence(text: str) -> bool:
    return text.rstrip().endswith((".", "!")) and len(text.split()) >= _SENTENCE_WORDS
