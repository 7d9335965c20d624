"""Raised and lowered characters written on one line, so that none is taken for a part of the word before it.

A raised number is a note's mark (`1904[12]`) or an exponent (`3⁵`, `m²`); glued on, both would make another number.
Knows no format: loaders say what stands before.
"""

import re

_RAISED = str.maketrans("0123456789+-−–=()nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱˣ")
_EXPONENT = re.compile(r"[+\-−–]?\d{1,3}|[nix]|[+\-−–]?\d+[+\-−–]|[+\-−–]")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_LAST_NUMBER = re.compile(r"\d+$")
_UNITS = frozenset("m km dm cm mm µm nm ft in yd mi s min h kg g l".split())
_ORDINALS = frozenset("eorº")
_WORDS = {"tm": "™", "sm": "℠"}
_NOTE_MARK = re.compile(r"\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*|[a-zA-Z]")
_BASE_DIGITS = 3  # a longer number is a year or an amount, and what is raised after it a note
_THOUSANDS = re.compile(r"\d[,'’ \u00a0\u202f]\d{3}$")


def raised(text: str, before: str, *, is_note: bool = False) -> str:
    """Raised text as it is written after `before`; `is_note`: the format says that it is a note's mark."""
    mark = text.strip()
    if not mark:
        return text
    if is_note:
        return mark if not mark[0].isalnum() else f"[{mark}]"
    if mark.lower() in _WORDS:
        return _WORDS[mark.lower()]
    if _EXPONENT.fullmatch(mark) and _is_base(before, mark):
        return mark.translate(_RAISED)
    if _NOTE_MARK.fullmatch(mark) and _takes_note(mark, before):
        return f"[{mark}]"
    return f"^{mark}" if before[-1:].isdigit() and mark[0].isdigit() else text


def exponent(text: str, *, sign: str = "^") -> str:
    """What a number, variable or bracket is raised to: in raised characters where they exist, else after `sign`."""
    mark = text.strip()
    if _EXPONENT.fullmatch(mark):
        return mark.translate(_RAISED)
    return f"{sign}({mark})" if len(mark) > 1 else f"{sign}{mark}" if mark else ""


def lowered(text: str, before: str) -> str:
    """Lowered text as it is written after `before`: glued to a letter (`CO2`), never to a number."""
    return f"_{text.strip()}" if before[-1:].isdigit() and text.strip()[:1].isdigit() else text


def _is_base(before: str, mark: str) -> bool:
    """Whether what stands before can be raised to a power: a number that is no year, a variable, a unit, a bracket."""
    if number := _LAST_NUMBER.search(before):
        return len(number[0]) <= _BASE_DIGITS and not _THOUSANDS.search(before)
    if before[-1:] in {")", "]"} and mark[-1].isdigit():
        return before[-1:] == ")" and len(mark.lstrip("+-−–")) == 1 and _is_formula(before)
    word = _LAST_WORD.search(before)
    if word is None:
        return before[-1:].isdigit()
    charge = mark[-1] in "+-−–"
    return charge or (len(word[0]) == 1 and mark != "x") or (word[0] in _UNITS and mark.lstrip("-−–+") in {"2", "3"})


def _is_formula(before: str) -> bool:
    """Whether the bracket that ends holds letters and signs of a formula rather than words."""
    inside = before[before.rfind("(") + 1 : -1]
    return bool(inside) and not re.search(r"[^\W\d_]{3}", inside)


def _takes_note(mark: str, before: str) -> bool:
    """Whether a mark after these characters can be a note's; some letters after a number make an ordinal (`2e`)."""
    if mark[0].isdigit():
        return True
    word = _LAST_WORD.search(before)
    return mark not in _ORDINALS if before[-1:].isdigit() else word is None or len(word[0]) > 2
