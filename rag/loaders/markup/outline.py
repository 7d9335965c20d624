"""Numbers that are printed before a heading, a clause or an item: `3.1 Quiet hours`, `§ 4 Fristen`, `b) a whistle`."""

import re

_NUMBER = re.compile(
    r"(?:(?:chapter|section|part|article|appendix|annex|kapitel|abschnitt|artikel|anhang|chapitre|capítulo|§)\s*)?"
    r"(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[IVXLC]{1,6}[.)]|[A-Za-z][.)])(?=\s+\S)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:§\s*)?\d{1,3}(?:\.\d{1,3})+\.?(?=\s+\S)")
_ENDS = (".", ";", ",", "!", "?", ":", "。")
_WORDS = 16


def heading_number(text: str) -> str:
    """The number that a heading begins with, as printed; empty for none."""
    number = _NUMBER.match(text)
    return number[0] if number else ""


def clause_number(text: str) -> str:
    """The number of at least two parts that a paragraph begins with (`2.3`); empty for none."""
    number = _CLAUSE.match(text)
    return number[0] if number else ""


def reads_as_heading(text: str) -> bool:
    """Whether a text that is set as a heading can be one: it is one line, not long, and no sentence."""
    words = len(text.split())
    return words <= _WORDS * 2 and not (words > 5 and text.rstrip().endswith(_ENDS[:3]))


def looks_like_heading(text: str) -> bool:
    """Whether a line that is set apart, but not marked as a heading, reads as one."""
    line = text.strip()
    return (
        0 < len(line.split()) <= _WORDS
        and "\n" not in line
        and not line.endswith(_ENDS)
        and any(character.isalpha() for character in line)
    )
