"""Sentence spans: sentencex (Wikimedia, MIT) within blocks, in the languages that a text shows signs of.

A block is cut by itself, so that no heading, cell or item is joined to the sentence after it. Where a text shows signs
of several languages, a boundary must be one in each: a German clause in an English text is not cut after `am 4.`. A
text goes through in windows, which bounds the time that any input takes. What is wrong around it is put right by
structure (a piece that starts in lower case continues the one before) and by the closed classes below. Speech without
punctuation is cut at some forty words. Offsets are the splitter's own; nothing is found by searching.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.text.blocks import lines_of, plain_blocks, trimmed
from rag.text.language import DEFAULT, FUNCTION_WORDS, REFERENCES, TITLES, language_of, languages_of
from rag.types import Block, Sentence

VERSION = "3"  # part of the index's fingerprint: raise it when spans change

Span = tuple[int, int]

_WINDOW = 2_000  # characters that the splitter sees at once: it takes quadratic time where quotation marks do not close
_LANGUAGES = 3  # of one window, the likeliest
_SPEECH = 60  # words without any punctuation: nobody writes such sentences, but people speak so
_BREATH = 40  # words of a part of them
_PAUSE = re.compile(r"[.,;:!?…–—()\[\]|/。、，；：！？।؟،]")
_WORD = re.compile(r"\S+")
_INNER_END = re.compile(r"[.!?…。！？｡।؟]\W*\w")  # what may end a sentence, with more after it
_LAST_TOKEN = re.compile(r"(?<![^\s(\[“\"'‘«])([^\s(\[“\"'‘«]+)\.\s*$")
_NOTE_MARK = re.compile(
    r"(?<=[^\W\d_]{2}[.!?])(?:\d{1,3}|[\u00b9\u00b2\u00b3\u2070-\u2079]+)(?=\s+[^\W\d_])"  # deep.3 The lake
    r"|(?<=[\w)][.!?])(?:\[\w{1,4}\])+(?=\s+[^\W_])"  # deep.[3] The lake
)
_MAY = re.compile(r"\bMay\.(?=\s+[“‘«\"'(]?(\w))")  # sentencex takes it for an abbreviation, as `Mar.` is one
_ELLIPSIS = re.compile(r"…[\"'”’»)\]]*(?=\s+[“‘«\"'(]?(\w))")
_ORDINAL_LANGUAGES = frozenset(("de", "da", "cs", "fi", "pl", "tr"))  # that write `4.` for the fourth


def sentence_spans(text: str) -> list[Sentence]:
    """The sentences and headings of a plain text, in order, not overlapping, without the white space around them.

    Every character lies in one of them, but for white space, ruled lines (`---`) and the marks of headings and bullets.
    """
    return _sentences(text, plain_blocks(text))


def block_sentences(text: str, block: Block, *, language: str = DEFAULT) -> list[Sentence]:
    """The sentences of a block: a heading is one, code has one a line, prose as many as it says."""
    start, end = trimmed(text, (block.start, block.end))
    if start == end:
        return []
    if block.kind == "heading":
        return [Sentence(start, end, heading=True)]
    if block.kind == "code":
        lines = (trimmed(text, (start + first, start + last)) for first, last in lines_of(text[start:end]))
        return [Sentence(*line) for line in lines if line[0] < line[1]]
    return [Sentence(*span) for span in prose_spans(text, (start, end), language=language)]


def prose_spans(text: str, span: Span, *, language: str = DEFAULT) -> Iterator[Span]:
    """The sentences of running text within a span, those spoken without punctuation in parts."""
    if span[1] - span[0] < _WINDOW and not _INNER_END.search(text, *span):
        pieces = [trimmed(text, span)]
    else:
        pieces = [trimmed(text, found) for found in _split(text, span, language)]
    for piece in _joined(text, [piece for piece in pieces if piece[0] < piece[1]], language):
        yield from _breaths(text, piece) if piece[1] - piece[0] > 2 * _SPEECH else [piece]


def _sentences(text: str, blocks: Sequence[Block]) -> list[Sentence]:
    language = language_of(text)
    return [sentence for block in blocks for sentence in block_sentences(text, block, language=language)]


def _split(text: str, span: Span, language: str) -> Iterator[Span]:
    """The splitter's sentences; a window begins where the last sentence of the one before did."""
    start, end = span
    while start < end:
        window = text[start : min(start + _WINDOW, end)]
        cuts = _boundaries(window, language)
        if start + len(window) < end:
            cuts = cuts[:-1] or [window.rfind(" ") + 1 or len(window)]  # its last sentence may go on
        yield from pairwise([start, *(start + cut for cut in cuts)])
        start += cuts[-1]


def _boundaries(text: str, language: str) -> list[int]:
    """Where sentences end: the places that all languages have in common that the text shows signs of, and its end."""
    from sentencex import get_sentence_boundaries

    codes = languages_of(text)[:_LANGUAGES] or (language,)
    ends = [{piece["end_index"] for piece in get_sentence_boundaries(code, text)} for code in codes]
    notes = [mark.span() for mark in _NOTE_MARK.finditer(text)]
    dots = {mark.end() for stop in (_ELLIPSIS, _MAY) for mark in stop.finditer(text) if mark[1].isupper()}
    before_notes = {start for start, _ in notes}
    return sorted((set.intersection(*ends) - before_notes | dots | {end for _, end in notes} | {len(text)}) - {0})


def _joined(text: str, pieces: list[Span], language: str) -> list[Span]:
    """The pieces, those that only continue the one before joined to it."""
    joined = pieces[:1]
    for piece in pieces[1:]:
        before = joined[-1]
        if _continues(text, before, piece, language):
            joined[-1] = (before[0], piece[1])
        else:
            joined.append(piece)
    return joined


def _continues(text: str, before: Span, piece: Span, language: str) -> bool:
    following = text[piece[0]]
    if following.islower() or not any(map(str.isalnum, text[slice(*piece)][:_WINDOW])):
        return True
    last = _LAST_TOKEN.search(text, max(before[0], before[1] - 40), before[1])
    if last is None:
        return False
    token = last[1].lower()
    alone = before[1] - before[0] == len(token) + 1
    if (
        token in TITLES
        or (alone and len(token) == 1 and token.isalpha())
        or (following in "§¶" and last[1][0].isalnum() and len(token) < 8)
    ):
        return True
    if token.isdigit():
        return len(token) <= 2 and _counts(text, before, piece, language)
    if not (following.isdigit() or _refers(text, piece)):
        return False
    return (alone and len(token) < 6) or len(token) == 1 or token in REFERENCES  # "Doc." and "Par." are no sentences


def _refers(text: str, piece: Span) -> bool:
    """Whether a piece begins with an abbreviation that stands before a number."""
    word = _WORD.match(text, *piece)
    return word is not None and word[0].endswith(".") and word[0][:-1].lower() in REFERENCES


def _counts(text: str, before: Span, piece: Span, language: str) -> bool:
    """Whether a number with a full stop is an ordinal: in languages that write it so, before a noun (`am 4. März`)."""
    around = set(languages_of(text[before[0] : piece[1]])[:_LANGUAGES]) or {language}
    word = _WORD.match(text, *piece)
    first = word[0].lower().strip(",") if word else ""
    opens = any(first in FUNCTION_WORDS[code] for code in around & FUNCTION_WORDS.keys())
    return bool(around & _ORDINAL_LANGUAGES) and not opens


def _breaths(text: str, span: Span) -> Iterator[Span]:
    """Parts of some forty words of what is said without a pause; anything else as it is."""
    start, end = span
    words: list[Span] = []  # since the last pause
    for word in _WORD.finditer(text, start, end):
        words.append(word.span())
        if _PAUSE.search(text, *word.span()):
            words = []
        elif len(words) > _SPEECH:
            cut = words[_BREATH][0]
            yield trimmed(text, (start, cut))
            start, words = cut, words[_BREATH:]
    yield trimmed(text, (start, end))
