"""From a document to chunks: runs of whole sentences up to a number of wordpieces, never across a heading or a row.

Offsets are carried from the sentence spans; none is found by searching, so repeated passages keep their own place.
A sentence longer than a chunk is cut between words, after a clause where there is one.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from rag.text.blocks import LINE_BREAK
from rag.text.passages import Passage, passages
from rag.text.sentences import VERSION as SENTENCES_VERSION
from rag.types import Chunk, Document, Place, Sentence, TokenSpans

VERSION = f"3/{SENTENCES_VERSION}"  # part of the index's fingerprint: raise it when chunks change

Span = tuple[int, int]
_CLAUSE_END = frozenset(",;:—–)")


def chunk_document(document: Document, *, token_spans: TokenSpans, limit: int) -> list[Chunk]:
    """The chunks of a document in order, each of at most `limit` wordpieces as `token_spans` counts them.

    A heading opens a chunk and stands in no chunk but that one. A single word of more wordpieces stays whole. No chunk
    holds more than one row of a table. A chunk's context is not counted.
    """
    found: list[Chunk] = []
    place = Place("line", 1, 0)
    for passage in passages(document):
        for run in _runs(_pieces(document.text, passage.sentences, token_spans, limit), limit):
            if not document.places:
                lines = place.number + len(LINE_BREAK.findall(document.text, place.start, run[0].start))
                place = Place("line", lines, run[0].start)
            found.append(_chunk(document, passage, run, _places(document.places, run) or (place,)))
    return found


def chunk_id(document: Document, start: int, end: int) -> str:
    """An id made of the chunk's content and place: the same file gives the same ids, whenever it is read."""
    key = f"{document.doc_id}\n{document.version}\n{start}\n{end}"
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[:32]


def text_hash(text: str) -> str:
    """The sha256 (hex) of a text: texts with the same hash are embedded once."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _places(places: Sequence[Place], run: Sequence[Sentence]) -> tuple[Place, ...]:
    """The places that a run of sentences touches."""
    first = max(0, bisect_right(places, run[0].start, key=_start) - 1)
    return tuple(places[first : bisect_left(places, run[-1].end, key=_start)])


def _start(place: Place) -> int:
    return place.start


def _pieces(
    text: str, sentences: Sequence[Sentence], token_spans: TokenSpans, limit: int
) -> Iterator[tuple[Sentence, int]]:
    """Sentences with their number of wordpieces, those over the limit in parts."""
    for sentence in sentences:
        words = token_spans(text[sentence.start : sentence.end])
        if len(words) <= limit:
            yield sentence, len(words)
        else:
            for start, end, count in _cut(text[sentence.start : sentence.end], words, limit):
                yield Sentence(sentence.start + start, sentence.start + end, sentence.heading), count


def _cut(sentence: str, words: Sequence[Span], limit: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, wordpieces) of the parts of a sentence, white space between them left out."""
    first = 0
    while first < len(words):
        after = _cut_point(sentence, words, first, min(first + limit, len(words)))
        end = len(sentence) if after == len(words) else words[after][0]
        start = words[first][0] if first else 0
        yield start, start + len(sentence[start:end].rstrip()), after - first
        first = after


def _cut_point(sentence: str, words: Sequence[Span], first: int, last: int) -> int:
    """Where the part that begins at wordpiece `first` ends: after a clause, else between words, else at `last`."""
    if last == len(words):
        return last
    between = [n for n in range(last, first, -1) if words[n][0] > words[n - 1][1]]
    clauses = (n for n in between if n - first > (last - first) // 2 and sentence[words[n - 1][1] - 1] in _CLAUSE_END)
    return next(clauses, between[0] if between else last)


def _runs(pieces: Iterator[tuple[Sentence, int]], limit: int) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    total = 0
    for sentence, count in pieces:
        opens = sentence.heading and not (run and run[-1].heading)
        if run and (opens or total + count > limit):
            yield run
            run, total = [], 0
        run.append(sentence)
        total += count
    if run:
        yield run


def _chunk(document: Document, passage: Passage, run: Sequence[Sentence], places: tuple[Place, ...]) -> Chunk:
    start, end = run[0].start, run[-1].end
    lead_in = passage.lead_ins.get(start)
    return Chunk(
        id=chunk_id(document, start, end),
        doc_id=document.doc_id,
        source=document.source,
        version=document.version,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(run),
        places=places,
        context=passage.context + ((lead_in,) if lead_in else ()),
    )
