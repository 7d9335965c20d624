"""Where the words of a pin are in a document as it is now: unchanged, moved, changed or gone.

The same words are looked for first, then the same words in other white space, then what stands between the words that
stood around them, then the run that shares the most words with them. Judges no statement.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from rag.pins.pins import Pin
from rag.types import Document

State = Literal["unchanged", "moved", "changed", "gone"]
ALIKE = 0.5  # the least share of a quote's words in a run that is taken for a changed version of it
_BESIDE = 4  # words on each side of a quote by which its place is known
_LONGER = 80  # characters by which a changed version may be longer than three times the quote
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the words of a pin are now; (0, 0) when they are gone. `words` is what stands there."""

    state: State
    source: str
    doc_id: str
    start: int = 0
    end: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, in lower case, and their spans."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> "_Words":
        found = list(_WORD.finditer(text))
        return cls(tuple(match[0].casefold() for match in found), tuple(match.span() for match in found))


def locate(pin: Pin, document: Document) -> Place:
    """Where the words of a pin are in a document as it is now."""
    text = document.text
    if text[pin.start : pin.end] == pin.quote:
        return _place("unchanged", document, pin.start, pin.end)
    same = [(at, at + len(pin.quote)) for at in _occurrences(text, pin.quote)] or list(_reflowed(text, pin.quote))
    if same:
        return _place("moved", document, *max(same, key=lambda span: _nearness(pin, text, span)))
    similar = _between(pin, text) or _most_similar(pin, text)
    if similar is None or similar[0] == similar[1]:
        return Place("gone", document.source, document.doc_id)
    return _place("changed", document, *similar)


def locate_anywhere(pin: Pin, documents: Iterable[Document]) -> Place:
    """Where the very words of a pin are, in whichever of some documents; gone when they are in none."""
    for document in documents:
        spans = [(at, at + len(pin.quote)) for at in _occurrences(document.text, pin.quote)]
        if spans:
            return _place("moved", document, *max(spans, key=lambda span: _nearness(pin, document.text, span)))
    return Place("gone", pin.source, pin.doc_id)


def word_diff(old: str, new: str) -> str:
    """What became of some words: `[-taken out-]`, `{+put in+}`, as `git diff --word-diff` shows it."""
    before, after = old.split(), new.split()
    shown: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            shown += before[a:b]
            continue
        if b > a:
            shown.append(f"[-{' '.join(before[a:b])}-]")
        if d > c:
            shown.append(f"{{+{' '.join(after[c:d])}+}}")
    return " ".join(shown)


def find(text: str, words: str) -> list[tuple[int, int]]:
    """The spans of a text that say some words, whatever the white space between them."""
    return [(at, at + len(words)) for at in _occurrences(text, words)] or list(_reflowed(text, words))


def _place(state: State, document: Document, start: int, end: int) -> Place:
    return Place(state, document.source, document.doc_id, start, end, document.text[start:end])


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while words and at >= 0:
        yield at
        at = text.find(words, at + 1)


def _reflowed(text: str, words: str) -> Iterator[tuple[int, int]]:
    """The words with other white space between them."""
    if parts := words.split():
        pattern = r"\s+".join(map(re.escape, parts))
        yield from (match.span() for match in re.finditer(pattern, text))


def _between(pin: Pin, text: str) -> tuple[int, int] | None:
    """What stands now between what stood before the quote and what stood after it; None when they are not there.

    An empty span tells that the quote was taken out. Without this, a neighbour that says much the same of something
    else would pass for a changed version.
    """
    before, after = pin.prefix.split()[-_BESIDE:], pin.suffix.split()[:_BESIDE]
    left = r"\A\s*" if not before else rf"{_spaced(before)}\s*"
    right = r"\s*\Z" if not after else rf"\s*{_spaced(after)}"
    longest = 3 * len(pin.quote) + _LONGER
    found = re.finditer(rf"{left}(?P<now>(?:(?s:.){{0,{longest}}}?)){right}", text)
    spans = [match.span("now") for match in found]
    return min(spans, key=lambda span: (abs(span[0] - pin.start), span)) if spans else None


def _spaced(words: Sequence[str]) -> str:
    return r"\s+".join(map(re.escape, words))


def _nearness(pin: Pin, text: str, span: tuple[int, int]) -> tuple[int, int]:
    """How many characters around a span are those around the pin's quote, then how near it is to the old place."""
    before, after = text[: span[0]], text[span[1] : span[1] + len(pin.suffix)]
    same = _common(pin.prefix[::-1], before[::-1][: len(pin.prefix)]) + _common(pin.suffix, after)
    return same, -abs(span[0] - pin.start)


def _common(one: str, other: str) -> int:
    """The characters that two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _most_similar(pin: Pin, text: str) -> tuple[int, int] | None:
    """The run of words that is most like the quote in its surroundings; None when none is like it."""
    there, quote = _Words.of(text), _Words.of(pin.quote)
    length = len(quote.words)
    if not length or not there.words:
        return None
    shared = list(_overlaps(there.words, Counter(quote.words), length))
    best = max(range(len(shared)), key=lambda at: (shared[at], -at))
    if shared[best] / length < ALIKE:
        return None
    return _widened(there, quote.words, best, min(best + length, len(there.words)))


def _overlaps(words: Sequence[str], wanted: Counter[str], length: int) -> Iterator[int]:
    """For each place, how many of the wanted words the run of that length holds that begins there."""
    window: Counter[str] = Counter()
    same = 0
    for word in words[:length]:
        same += window[word] < wanted[word]
        window[word] += 1
    yield same
    for first, word in enumerate(words):
        window[word] -= 1
        same -= window[word] < wanted[word]
        if first + length < len(words):
            follows = words[first + length]
            same += window[follows] < wanted[follows]
            window[follows] += 1
        if first + 1 < len(words):
            yield same


def _widened(there: _Words, quote: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """The run, longer or shorter by what the quote's first and last words have been moved by."""
    slack = max(3, len(quote) // 2)
    low, high = max(0, first - slack), min(len(there.words), last + slack)
    blocks = SequenceMatcher(None, quote, there.words[low:high], autojunk=False).get_matching_blocks()
    ends = [(low + block.b, low + block.b + block.size) for block in blocks if block.size]
    if not ends:
        return there.spans[first][0], there.spans[last - 1][1]
    begins_alike, ends_alike = quote[0] == there.words[ends[0][0]], quote[-1] == there.words[ends[-1][1] - 1]
    begin = ends[0][0] if begins_alike else min(first, ends[0][0])
    end = ends[-1][1] if ends_alike else max(last, ends[-1][1])
    return there.spans[begin][0], there.spans[min(end, len(there.spans)) - 1][1]
