"""Pins after documents have changed: fifty edits of seven kinds, each told right, and what becomes of a statement."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest

from rag.errors import SettingsError
from rag.pins.check import Checker
from rag.pins.compare import find, locate, word_diff
from rag.pins.pins import Pin, pinned
from rag.types import Citation, Document, Verdict
from tests.conftest import SEED

MONTHS = "January February March April May June July August September October".split()
RECORDS = "\n".join(
    f"Pump {number} stands in hall {number % 4 + 1} and runs at {300 + 7 * number} revolutions; it was last serviced "
    f"in {MONTHS[number % 10]} by clerk {number * 3}."
    for number in range(1, 31)
)
TABLE = "item | replaced every | price\n" + "\n".join(
    f"{name} | {years} years | {price} €"
    for name, years, price in [("Laptops", 3, 900), ("Phones", 2, 400), ("Desks", 12, 350)]
)


def document(text: str, source: str = "a.txt") -> Document:
    return Document(f"id-{source}", source, sha256(text.encode()).hexdigest(), text)


def pin_of(quote: str, read: Document, statement: str = "It is so.") -> Pin:
    start = read.text.index(quote)
    citation = Citation(read.doc_id, read.source, read.version, start, start + len(quote), quote, 1.0)
    return pinned(statement, citation, read)


def sentences() -> list[tuple[str, str]]:
    """(text, quote): twenty sentences of the seed, and thirty records that are much alike."""
    text = SEED.read_bytes().decode("utf-8")
    spans = [match for match in re.findall(r"[A-Z][^.”\r\n]{20,300}\.(?=\s)", text) if text.count(match) == 1]
    prose = list(dict.fromkeys(spans))[:20]
    return [(text, quote) for quote in prose] + [(RECORDS, line) for line in RECORDS.splitlines()]


def untouched(text: str, quote: str) -> str:
    return text


def shifted(text: str, quote: str) -> str:
    return "A new paragraph stands in front, of some length.\n\n" + text


def reflowed(text: str, quote: str) -> str:
    words = quote.split(" ")
    half = len(words) // 2
    return text.replace(quote, " ".join(words[:half]) + "\n    " + " ".join(words[half:]))


def carried_away(text: str, quote: str) -> str:
    return text.replace(quote, "") + f"\n\nAppendix. {quote}\n"


def reworded(text: str, quote: str) -> str:
    words = quote.split(" ")
    middle = len(words) // 2
    return text.replace(quote, " ".join([*words[:middle], "quite", "otherwise", *words[middle + 1 :]]))


def negated(text: str, quote: str) -> str:
    words = quote.split(" ")
    return text.replace(quote, " ".join([*words[:2], "not", *words[2:]]))


def deleted(text: str, quote: str) -> str:
    return text.replace(quote + "\n", "").replace(quote, "")


Edit = Callable[[str, str], str]
EXPECTED: list[tuple[Edit, str]] = [
    (untouched, "unchanged"),
    (shifted, "moved"),
    (reflowed, "moved"),
    (carried_away, "moved"),
    (reworded, "changed"),
    (negated, "changed"),
    (deleted, "gone"),
]


def test_fifty_edits_of_seven_kinds_are_told_right() -> None:
    cases = [(text, quote, *EXPECTED[number % 7]) for number, (text, quote) in enumerate(sentences())]
    assert len(cases) == 50
    wrong = []
    for text, quote, edit, expected in cases:
        place = locate(pin_of(quote, document(text)), document(edit(text, quote)))
        if place.state != expected:
            wrong.append((edit.__name__, quote, place))
    assert wrong == []
    assert set(Counter(edit.__name__ for _, _, edit, _ in cases).values()) == {7, 8}


def test_every_edit_of_every_sentence_is_told_right() -> None:
    told = [
        locate(pin_of(quote, document(text)), document(edit(text, quote))).state == expected
        for text, quote in sentences()
        for edit, expected in EXPECTED
    ]
    assert len(told) == 350
    assert all(told)


def test_changed_words_are_shown() -> None:
    for text, quote in sentences():
        now = document(reworded(text, quote))
        place = locate(pin_of(quote, document(text)), now)
        assert now.text[place.start : place.end] == place.words
        assert "{+quite otherwise+}" in word_diff(quote, place.words)
    assert word_diff("It takes 3 years.", "It takes at least 4 years.") == "It takes [-3-] {+at least 4+} years."


@pytest.mark.parametrize(("now", "state"), [("4 years", "changed"), ("3\xa0years", "moved"), ("unknown", "changed")])
def test_a_cell_is_known_by_its_row(now: str, state: str) -> None:
    read = document(TABLE)
    place = locate(pin_of("3 years", read), document(TABLE.replace("Laptops | 3 years", f"Laptops | {now}")))
    assert place.state == state
    assert place.start == read.text.index("3 years")


def test_of_the_same_words_those_in_the_same_surroundings_are_meant() -> None:
    read = document("The gate opens at nine. Entry is free.\nThe shop opens at ten. Entry is free.\n")
    second = read.text.rindex("Entry is free.")
    pin = pinned("s", Citation(read.doc_id, "a.txt", read.version, second, second + 14, "Entry is free.", 1.0), read)
    now = document("Entry is free.\nThe shop opens at ten. Entry is free.\nThe gate opens at nine. Entry is free.\n")
    assert locate(pin, now).start == now.text.index("ten. ") + 5


def checked(pin: Pin, texts: Sequence[Document], verdict: Verdict = "not_found") -> object:
    by_id = {text.doc_id: text for text in texts}
    return Checker(by_id.get, lambda: texts, lambda statement, doc_ids: verdict).check([pin])[0]


def test_a_pin_whose_document_is_gone_is_found_in_another() -> None:
    read = document("Cats purr softly at night. They eat fish.")
    state = checked(
        pin_of("Cats purr softly at night.", read), [document("Foreword. Cats purr softly at night.", "b.txt")]
    )
    assert (state.place.state, state.place.source, state.holds, state.line) == ("moved", "b.txt", True, 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("verdict", "holds"), [("supported", True), ("contradicted", False), ("not_found", False)])
def test_changed_words_hold_while_they_support_the_statement(verdict: Verdict, holds: bool) -> None:
    read = document("Cats purr softly at night. They eat fish.")
    state = checked(
        pin_of("They eat fish.", read), [document("Cats purr softly at night. They eat fish and rice.")], verdict
    )
    assert (state.place.state, state.holds) == ("changed", holds)  # type: ignore[attr-defined]


def test_a_pin_that_was_never_true_is_refused() -> None:
    read = document("Cats purr.")
    with pytest.raises(SettingsError, match="does not say"):
        pinned("s", Citation(read.doc_id, "a.txt", read.version, 0, 4, "Dogs", 1.0), read)


def test_words_are_found_in_any_white_space() -> None:
    assert find("Cats\npurr softly.", "Cats purr") == [(0, 9)]
    assert find("Cats purr.", "") == []
