"""Text with a span in it, and edits that keep the span exact: sentences, windows, substitutions, deletions.

Offsets are Unicode code points. Knows nothing about questions, models or files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")
ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|vs|No|Gen|Col|Lt|Prof|Inc|Ltd|Co|e\.g|i\.e|c|ca|approx))\.$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def shifted(self, by: int) -> "Span":
        """The same span moved by `by` code points."""
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and the answer's span in it, or None where it holds no answer."""

    text: str
    answer: Span | None = None

    @property
    def answer_text(self) -> str:
        """The answer's characters, empty where there is none."""
        return self.text[self.answer.start : self.answer.end] if self.answer else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters of `span` by `new`."""

    span: Span
    new: str


def sentences(text: str) -> list[Span]:
    """Spans of the sentences, in order, without the white space between them."""
    spans: list[Span] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        if ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        spans.append(_trimmed(text, start, match.end()))
        start = match.end()
    spans.append(_trimmed(text, start, len(text)))
    return [span for span in spans if span.start < span.end]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def apply(passage: Passage, edits: Sequence[Edit]) -> Passage:
    """The passage after `edits`, which overlap neither each other nor the answer; the answer's span moves along."""
    pieces: list[str] = []
    position = shift = 0
    for edit in sorted(edits, key=lambda e: e.span.start):
        pieces += [passage.text[position : edit.span.start], edit.new]
        position = edit.span.end
        if passage.answer and edit.span.end <= passage.answer.start:
            shift += len(edit.new) - (edit.span.end - edit.span.start)
    text = "".join(pieces) + passage.text[position:]
    return Passage(text, passage.answer.shifted(shift) if passage.answer else None)


def occurrences(text: str, phrase: str) -> list[Span]:
    """Spans of `phrase` in `text` as whole words, whatever the case."""
    pattern = rf"(?<!\w){re.escape(phrase)}(?!\w)"
    return [Span(*match.span()) for match in re.finditer(pattern, text, re.IGNORECASE)]


def substitute(passage: Passage, old: str, new: str) -> Passage | None:
    """Every occurrence of `old` replaced; None if there is none, or if one overlaps the answer."""
    found = occurrences(passage.text, old)
    if not found or (passage.answer and any(span.overlaps(passage.answer) for span in found)):
        return None
    return apply(passage, [Edit(span, new) for span in found])


def cut(passage: Passage, spans: Sequence[Span]) -> Passage:
    """The passage without `spans` and the white space behind each."""
    edits = []
    for span in spans:
        rest = passage.text[span.end :]
        edits.append(Edit(Span(span.start, span.end + len(rest) - len(rest.lstrip())), ""))
    return apply(passage, edits)


def window(passage: Passage, first: int, last: int) -> Passage:
    """Sentences `first` to `last` (inclusive) only; the answer must lie within them, or it is lost."""
    spans = sentences(passage.text)
    start, end = spans[first].start, spans[last].end
    if passage.answer is None:
        return Passage(passage.text[start:end])
    inside = start <= passage.answer.start and passage.answer.end <= end
    return Passage(passage.text[start:end], passage.answer.shifted(-start) if inside else None)
