"""Sentence and heading spans, by the Punkt model that llama-index-core bundles (Kiss & Strunk, 2006).

Punkt sees one segment at a time, so it never joins a heading or a list item to the sentence after it. What it gets
wrong in news and technical text is put right around it: typographic punctuation is shown to it in plain form (character
for character, so offsets stay), abbreviations it was not trained on are added, and a piece that starts in lower case is
joined to the one before. Offsets come from the tokenizer's own spans; nothing is found by searching.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rag.types import Sentence

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

VERSION = "2"  # part of the index's fingerprint: raise it when spans change

Span = tuple[int, int]

_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": ".", "\u00a0": " ", "\u202f": " "})
_ABBREVIATIONS = frozenset(
    """al approx ca capt cf col dept ed eds e.g eq eqs fig figs gen gov hon i.e jr lt pp rep rev sec sen sgt sr vol vols
    vs""".split()
)
LINE_BREAK = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r"\s*[-*+•‣–]\s+(?=\S)")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_DECORATION = re.compile(r"[-=*_#`~|:+\s]+")
_SENTENCE_END = re.compile(r"[.!?:;,…。！？][\"'”’»)\]]*$")
_NUMBER_SIGN = re.compile(r"\b[Nn]os?\.$")
_HEADING_CHARACTERS = 100
_HEADING_WORDS = 14


def sentence_spans(text: str) -> list[Sentence]:
    """The sentences and headings of a text, in order, not overlapping, without the white space around them.

    Every character lies in one of them, but for white space, ruled lines (`---`) and the marks of headings and bullets.
    """
    segments = [segment for block in _blocks(text) for segment in _segments(text, block)]
    found: list[Sentence] = []
    for (span, marked), following in zip(segments, [*segments[1:], None], strict=False):
        if marked or _heads(text, span, following[0] if following else None):
            found.append(Sentence(*span, heading=True))
        else:
            found.extend(Sentence(*piece) for piece in _punkt_spans(text, span))
    return found


def _blocks(text: str) -> Iterator[list[Span]]:
    """Runs of lines without an empty line between them."""
    block: list[Span] = []
    for line in _lines(text):
        if text[slice(*line)].strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for mark in LINE_BREAK.finditer(text):
        yield start, mark.start()
        start = mark.end()
    yield start, len(text)


def _segments(text: str, block: list[Span]) -> Iterator[tuple[Span, bool]]:
    """The parts of a block that Punkt may look at as one, each with whether it is marked as a heading."""
    width = max(end - start for start, end in block)
    first = 0
    for number in range(1, len(block) + 1):
        if number == len(block) or _parted(text, block[number - 1], block[number], width):
            underlined = number < len(block) and _UNDERLINE.fullmatch(text, *block[number]) is not None
            yield from _segment(text, block[first:number], underlined)
            first = number


def _segment(text: str, lines: list[Span], underlined: bool) -> Iterator[tuple[Span, bool]]:
    start, end = _trimmed(text, (lines[0][0], lines[-1][1]))
    if _DECORATION.fullmatch(text, start, end):
        return
    marked = _MARKDOWN_HEADING.match(text, lines[0][0], end)
    mark = marked or _BULLET.match(text, lines[0][0], end)
    yield (mark.end() if mark else start, end), bool(marked) or underlined


def _parted(text: str, line: Span, following: Span, width: int) -> bool:
    """Whether the break between two lines was meant, and is not just where the text was wrapped."""
    upper, lower = text[slice(*line)], text[slice(*following)]
    if any(_MARKDOWN_HEADING.match(part) or _DECORATION.fullmatch(part) for part in (upper, lower)):
        return True
    if _LIST_ITEM.match(lower):
        return True
    words = lower.split(maxsplit=1)
    fits = len(upper.rstrip()) + 1 + len(words[0]) <= width
    return fits and not words[0][0].islower() and not upper.rstrip().endswith((",", "-"))


def _heads(text: str, span: Span, following: Span | None) -> bool:
    """Whether an unmarked segment is a heading: a short line without a full stop, with running text after it."""
    return _heading_like(text, span) and following is not None and not _heading_like(text, following)


def _heading_like(text: str, span: Span) -> bool:
    line = text[slice(*span)]
    short = len(line) <= _HEADING_CHARACTERS and len(line.split()) <= _HEADING_WORDS and not LINE_BREAK.search(line)
    listed = ": " in line or " | " in line or _LIST_ITEM.match(line) is not None
    return short and not listed and not _SENTENCE_END.search(line)


def _punkt_spans(text: str, span: Span) -> list[Span]:
    start, end = span
    plain = text[start:end].translate(_PLAIN)
    pieces = [_trimmed(text, (start + first, start + last)) for first, last in _punkt().span_tokenize(plain)]
    return _joined(text, [piece for piece in pieces if piece[0] < piece[1]])


def _joined(text: str, pieces: list[Span]) -> list[Span]:
    """The pieces, those that only continue the one before joined to it."""
    joined = pieces[:1]
    for before, piece in pairwise(pieces):
        if _continues(text, before, piece):
            joined[-1] = (joined[-1][0], piece[1])
        else:
            joined.append(piece)
    return joined


def _continues(text: str, before: Span, piece: Span) -> bool:
    if text[piece[0]].islower():
        return True
    if text[piece[0]].isdigit():
        return _NUMBER_SIGN.search(text, before[0], before[1]) is not None
    return not any(character.isalnum() for character in text[slice(*piece)])


def _trimmed(text: str, span: Span) -> Span:
    piece = text[slice(*span)]
    return span[0] + len(piece) - len(piece.lstrip()), span[1] - len(piece) + len(piece.rstrip())


@cache
def _punkt() -> "PunktSentenceTokenizer":
    """The bundled English model. Looked for in llama-index's own folder only, so that it is the same everywhere."""
    import nltk.data
    from nltk.tokenize.punkt import PunktSentenceTokenizer, load_punkt_params

    folder = str(_bundled_nltk_data())
    if folder not in nltk.data.path:  # nltk refuses to read outside of the folders listed there
        nltk.data.path.append(folder)
    tokenizer = PunktSentenceTokenizer()
    tokenizer._params = load_punkt_params(nltk.data.find("tokenizers/punkt_tab/english/", paths=[folder]))
    tokenizer._params.abbrev_types |= _ABBREVIATIONS
    return tokenizer


def _bundled_nltk_data() -> Path:
    spec = find_spec("llama_index")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("llama-index-core is not installed; reinstall citespan")
    places = (Path(place, "core", "_static", "nltk_cache") for place in spec.submodule_search_locations)
    return next(place for place in places if place.is_dir())
