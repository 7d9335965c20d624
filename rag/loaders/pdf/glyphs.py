"""What stands on a page: glyphs with their boxes and styles, fragments of lines, and pages turned on their side.

Boxes are in points from the top left corner of the page as it is shown. Values and arithmetic only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.types import Box


@dataclass(frozen=True, slots=True)
class Style:
    """How glyphs are set: size in points, weight, whether all letters are of one width."""

    size: float = 0.0
    bold: bool = False
    mono: bool = False


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Glyph:
    """What is shown in one place: a character, several for a ligature, and its box; none for a space made up.

    `recognised` is how sure a recogniser is of it, 0..1; None where it stands in the file as text.
    """

    text: str
    box: Box | None
    recognised: float | None = None
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Fragment:
    """Glyphs on one line in the order they are read, and the box around them."""

    glyphs: tuple[Glyph, ...]
    box: Box

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def height(self) -> float:
        """Of its line, in points."""
        return self.box.bottom - self.box.top

    @property
    def middle(self) -> float:
        """Half way down its line."""
        return (self.box.top + self.box.bottom) / 2

    @property
    def style(self) -> Style:
        """How most of its glyphs are set."""
        counts = Counter(glyph.style for glyph in self.glyphs if glyph.box and not glyph.text.isspace())
        return max(counts.items(), key=lambda item: item[1])[0] if counts else PLAIN


def fragment(glyphs: Sequence[Glyph]) -> Fragment | None:
    """Glyphs as a fragment, white space at its ends left out; None if there is nothing else."""
    shown = [number for number, glyph in enumerate(glyphs) if not glyph.text.isspace()]
    kept = tuple(glyphs[shown[0] : shown[-1] + 1]) if shown else ()
    boxes = [glyph.box for glyph in kept if glyph.box and not glyph.text.isspace()]
    if not boxes:
        return None
    # most glyphs tell how high the line is: a raised mark makes it no higher
    heights = Counter((round(box.top), round(box.bottom)) for box in boxes)
    most = max(heights.items(), key=lambda item: item[1])[0]
    line = around([box for box in boxes if (round(box.top), round(box.bottom)) == most])
    return Fragment(kept, replace(around(boxes), top=line.top, bottom=line.bottom))


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds others, of which there is at least one."""
    known = list(boxes)
    return Box(
        known[0].page,
        min(box.left for box in known),
        min(box.top for box in known),
        max(box.right for box in known),
        max(box.bottom for box in known),
    )


def shared(first: tuple[float, float], second: tuple[float, float]) -> float:
    """How much two intervals overlap; negative: how far they are apart."""
    return min(first[1], second[1]) - max(first[0], second[0])


def across(first: Box, second: Box) -> float:
    """How much two boxes overlap from left to right."""
    return shared((first.left, first.right), (second.left, second.right))


def down(first: Box, second: Box) -> float:
    """How much two boxes overlap from top to bottom."""
    return shared((first.top, first.bottom), (second.top, second.bottom))


def turned(box: Box, quarters: int, width: float, height: float) -> Box:
    """A box of a page of that size once the page is turned to the right: text that runs up a page runs level by one."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    sides = (
        (left, top, right, bottom),
        (height - bottom, left, height - top, right),
        (width - right, height - bottom, width - left, height - top),
        (top, width - right, bottom, width - left),
    )
    return Box(box.page, *sides[quarters % 4])
