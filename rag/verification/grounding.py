"""The particulars of a statement that its grounds must hold: numbers with their units, names, dates. Rules, no model.

The grounds are the evidence, its context and the question. A statement that passes may still be false: who did what,
where and on what condition is for a `Verifier` to see. This finds what a language model invents most and a verifier
sees least. English only.
"""

from collections.abc import Sequence

from rag.text.english.names import initials, is_named, names, plain_words
from rag.text.english.numbers import Quantity, quantities

__all__ = ["names", "unfounded"]


def unfounded(statement: str, grounds: Sequence[str], *, passages: Sequence[str] = ()) -> tuple[str, ...]:
    """The particulars of a statement that its grounds do not hold, as the statement has them; empty when all are there.

    Numbers count in figures or words, and with the unit of measure that stands by them; names in any of their forms, as
    the name of a people, or as an acronym. A name may also stand in the `passages` around the grounds, for which a
    sentence has but a pronoun. Every particular of a statement without grounds is unfounded.
    """
    there = "\n".join(grounds)
    around = "\n".join([there, *passages])
    return tuple(dict.fromkeys([*_missing_numbers(statement, there), *_missing_names(statement, around)]))


def clashes(statement: str, there: str) -> bool:
    """Whether a statement has a number in the place of another one: both of one unit, neither in the other text."""
    said, known = quantities(statement), quantities(there)
    new = {item.unit for item in said if not item.loose and not any(_same(item, other) for other in known)}
    gone = {item.unit for item in known if not item.loose and not any(_same(other, item) for other in said)}
    return bool(new & gone)


def _missing_numbers(statement: str, there: str) -> list[str]:
    known = quantities(there)
    return [said.text for said in quantities(statement) if not said.loose and not any(_same(said, k) for k in known)]


def _same(said: Quantity, known: Quantity) -> bool:
    return said.value == known.value and said.unit in {"", known.unit} | ({said.unit} if not known.unit else set())


def _missing_names(statement: str, there: str) -> list[str]:
    known = {word.lower() for word in plain_words(there)}
    short = initials(there)
    spelt = initials(statement) & known  # acronyms of the grounds that the statement spells out
    return [name for name in names(statement) if not is_named(name, known, short) and not _in_full(name, spelt)]


def _in_full(name: str, spelt: frozenset[str] | set[str]) -> bool:
    return any(name[0].lower() in acronym for acronym in spelt)
