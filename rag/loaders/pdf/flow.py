"""From lines on pages to running text: lines joined, parted words made whole, and the place of every character kept.

Lines of a block are parted by a newline, blocks by an empty line, cells of a row by ` | `. A word parted by a hyphen
at a line's end is joined, unless the document writes it with a hyphen elsewhere; each hyphen taken out is noted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.loaders.pdf.reading_order import Line
from rag.text.page_layout import Layout, pack
from rag.types import Box, PageSize, Place

_CELLS = " | "
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_LAST_WORD = re.compile(r"(\w+)-$")
_FIRST_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\w+-\w+")


class Flowed(NamedTuple):
    """A text, where its pages begin, and its packed layout.

    `recognised` are the lines that come from a picture: their spans of the text and the recogniser's confidence, 0..1.
    """

    text: str
    places: tuple[Place, ...]
    layout: bytes
    recognised: tuple[tuple[int, int, float], ...] = ()


@dataclass(slots=True)
class _Writer:
    """A text as it grows, a box or None for each of its characters."""

    compounds: frozenset[str]
    characters: list[str] = field(default_factory=list)
    boxes: list[Box | None] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    last: str = ""  # the line before, as it stands on the page

    def write(self, line: Line) -> None:
        """Add a line, joined to the one before as the two ask for."""
        shown = _CELLS.join(item.text for item in line.fragments)
        if self.characters:
            self._join(shown, line.opens)
        for number, item in enumerate(line.fragments):
            if number:
                self._add(_CELLS, None)
            for glyph in item.glyphs:
                self._add(glyph.text, glyph.box)
        self.last = shown

    def _join(self, shown: str, opens: bool) -> None:
        parts = self._parts(shown)
        if parts is None:
            self._add("\n\n" if opens and not _runs_on(self.last, shown) else "\n", None)
        elif "-".join(parts).lower() not in self.compounds:
            self.characters.pop()
            self.boxes.pop()
            self.joins.append(len(self.characters))

    def _parts(self, shown: str) -> tuple[str, str] | None:
        """The two parts of a word that a hyphen parts at the end of the line before; None if there is none."""
        before, after = _LAST_WORD.search(self.last), _FIRST_WORD.match(shown)
        return (before[1], after[0]) if before and after and after[0][0].islower() else None

    def _add(self, text: str, box: Box | None) -> None:
        self.characters.extend(text)
        self.boxes.extend([box] * len(text))


def flow(pages: Sequence[tuple[PageSize, Sequence[Line]]]) -> Flowed:
    """The running text of pages, each with its lines in reading order."""
    writer = _Writer(frozenset(_compounds(pages)))
    places: list[Place] = []
    recognised: list[tuple[int, int, float]] = []
    for size, lines in pages:
        for number, line in enumerate(lines):
            writer.write(line)
            if (confidence := _confidence(line)) is not None:
                end = len(writer.characters)
                recognised.append((end - sum(_length(line)), end, confidence))
            if not number:
                begun = len(writer.characters) - sum(_length(line))
                places.append(Place("page", size.number, begun))
    layout = Layout(tuple(size for size, _ in pages), writer.boxes, tuple(writer.joins))
    return Flowed("".join(writer.characters), tuple(places), pack(layout), tuple(recognised))


def _compounds(pages: Sequence[tuple[PageSize, Sequence[Line]]]) -> Iterator[str]:
    """The words that are written with a hyphen within a line, in lower case."""
    for _, lines in pages:
        for line in lines:
            for item in line.fragments:
                yield from (word.lower() for word in _COMPOUND.findall(item.text))


def _runs_on(before: str, after: str) -> bool:
    """Whether a sentence goes on over a gap, as from one column or page to the next."""
    return not _SENTENCE_END.search(before) and after[:1].islower()


def _confidence(line: Line) -> float | None:
    """The mean confidence of a line's characters; None where none was recognised."""
    known = [glyph.recognised for item in line.fragments for glyph in item.glyphs if glyph.recognised is not None]
    return sum(known) / len(known) if known else None


def _length(line: Line) -> Iterator[int]:
    yield len(_CELLS) * (len(line.fragments) - 1)
    yield from (len(glyph.text) for item in line.fragments for glyph in item.glyphs)
