"""True statements made false by rule: number, date, name, negation, roles, overgeneralisation.

Each rule changes one thing, so that the evidence no longer supports the statement, and leaves the rest, so that word
overlap tells nothing. A rule that does not apply gives None. The tables are written for the seed's text, and all that
they make of it was read; they are no general way to make falsehoods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Rule = Callable[[str], str | None]
"""A true statement in, a false one out, or None where the rule does not apply."""

NUMBERS = {
    r"\b700\b": "70",
    r"\b60 percent\b": "16 percent",
    r"\b[Aa] million\b": "a thousand",
    r"\bthree in five\b": "one in five",
    r"\beight years\b": "three years",
}

# The most telling name first: only one is changed. A name never becomes another that the text also mentions.
NAMES = {
    r"\b[Tt]he Intercept\b": "the Guardian",
    r"\bTRT World\b": "Al Jazeera",
    r"\bAdil Abdul Mahdi\b": "Haider al-Abadi",
    r"\bSaddam Hussein\b": "Bashar al-Assad",
    r"\bSoleimani\b": "Rouhani",
    r"\bAl Qaeda\b": "Boko Haram",
    r"\bISIS\b": "Boko Haram",
    r"\bDaesh\b": "Boko Haram",
    r"\bKurdish\b": "Turkmen",
    r"\bTehran\b": "Riyadh",
    r"\bWashington\b": "London",
    r"\b[Tt]he IRGC\b": "the CIA",
    r"\bMOIS\b": "Mossad",
    r"\bIraqi Army\b": "Syrian Army",
    r"\bSunnis\b": "Christians",
    r"\bSunni\b": "Christian",
    r"\bShia\b": "Druze",
    r"\bUS\b": "French",
    r"\bAmericans\b": "Russians",
    r"\bIranians\b": "Turks",
    r"\bIranian\b": "Turkish",
    r"\bIran\b": "Turkey",
}

# The verb to deny is the first of these that occurs.
NEGATIONS = {
    r"\breveals\b": "does not reveal",
    r"\b(reveal|suggest|show|describe|cover)\b": r"do not \1",
    r"\bhad (a|ties|influence|proxy|substantial)\b": r"did not have \1",
    r"\bhave voiced\b": "have never voiced",
    r"\b(was|were|is|are|had|will|could)\b": r"\1 not",
    r"\bworked\b": "did not work",
    r"\bfought\b": "did not fight",
    r"\bmoved\b": "did not move",
    r"\bceased\b": "did not cease",
    r"\bstepped\b": "did not step",
    r"\bincluded\b": "did not include",
    r"\bstruck\b": "did not strike",
    r"\bgot\b": "did not get",
    r"\btrained\b": "did not train",
    r"\bgave\b": "did not give",
}
DENIED = r"\b(not|no|none)\b|^Little"

# Not for what goes both ways: that Iran fought Iraq also means that Iraq fought Iran.
ROLES = (
    (r"the Iranians\b", r"the Americans\b"),
    (r"MOIS\b", r"the IRGC\b"),
    (r"\bSunnis\b", r"\bIran\b"),
    (r"the Iranians\b", r"(?<!Minister )Adil Abdul Mahdi\b"),
    (r"the US\b(?! invasion)", r"Saddam Hussein\b"),
    (r"demographics\b", r"the destruction of the governing apparatus\b(?! by)"),
)
SYMMETRIC = r"\bbetween\b"

GENERALISATIONS = {
    r"\b([Aa]bout|around) 60 percent\b": "100 percent",
    r"\b[Ss]ome\b": "all",
    r"\bin many cases\b": "in all cases",
    r"\b[Mm]any of the ties\b": "all of the ties",
    r"\b[Mm]ost of\b": "all of",
    r"\b[Tt]he largest part of\b": "all",
    r"\bcould (damage|lead to)\b": r"was certain to \1",
    r"\brisked harming\b": "had already ruined",
    r"\bone of the (thing|institution|terrorist group)s\b": r"the only \1",
    r"\bamong the politicians\b": "the only politician",
    r"\bincluded\b": "consisted only of",
    r"\bthe most influential\b": "the only",
    r"\bdominant power (in Iraq|there)\b": "dominant power in the whole Arab world",
    r"\bseemingly more pragmatic\b": "always more pragmatic",
    r"\bmajority\b": "whole",
    r"\binstitutions such as the Iraqi Army\b": "all institutions",
    r"\b(tried to win over|worked to co-opt) Sunni\b": "won over all Sunni",
    r"\bwanted Sunni fighters\b": "had all Sunni fighters",
    r"\b[Mm]embers of\b": "all members of",
    r"\b[Ll]ittle effective force\b": "no force at all",
    r"\b(active|dominant|dealings of MOIS) in Iraq\b": r"\1 all over the world",
    r"\bhighly pragmatic\b": "pragmatic in everything it did",
    r"^Officers\b": "all officers",
}


def change_number(text: str) -> str | None:
    """Another number in place of the first that is not a year."""
    return _replaced(text, NUMBERS)


def change_date(text: str) -> str | None:
    """Every year moved by ten."""
    moved = re.sub(r"\b(?:19|20)\d\d", lambda year: str(int(year[0]) + 10), text)
    return moved if moved != text else None


def change_name(text: str) -> str | None:
    """Another name of the same kind in place of the most telling one."""
    return _replaced(text, NAMES)


def negate(text: str) -> str | None:
    """The main verb denied, in statements that deny nothing yet."""
    return None if re.search(DENIED, text) else _replaced(text, NEGATIONS)


def swap_roles(text: str) -> str | None:
    """Who and whom exchanged."""
    if re.search(SYMMETRIC, text):
        return None
    inner = text[:1].lower() + text[1:] if text.startswith(("The ", "Demographics")) else text
    for one, other in ROLES:
        if len(re.findall(one, inner)) == len(re.findall(other, inner)) == 1:
            return _capitalised(_exchanged(inner, one, other))
    return None


def overgeneralise(text: str) -> str | None:
    """What is said of some, or as possible, said of all, or as certain."""
    return _replaced(text, GENERALISATIONS)


RULES: Mapping[str, Rule] = {
    "number": change_number,
    "date": change_date,
    "name": change_name,
    "negation": negate,
    "roles": swap_roles,
    "overgeneralisation": overgeneralise,
}


def _replaced(text: str, replacements: Mapping[str, str]) -> str | None:
    """The text with the first pattern of the table that occurs replaced, once."""
    for pattern, replacement in replacements.items():
        if re.search(pattern, text):
            return _capitalised(re.sub(pattern, replacement, text, count=1))
    return None


def _exchanged(text: str, one: str, other: str) -> str:
    """The text with what two patterns match, once each, in each other's place."""
    first, second = re.findall(one, text)[0], re.findall(other, text)[0]
    return re.sub(f"{one}|{other}", lambda name: second if name[0] == first else first, text)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
