"""The order in which people read a page: columns one after the other, lines from top to bottom.

A page comes as fragments, runs of glyphs on one line without a wide gap. Where enough of them leave a gutter free, the
page is cut there, and what spans the gutter (a title, a footer) stands between the parts: a recursive X-Y cut (Nagy &
Seth, 1984) that allows for spanning lines. Columns of short fragments are a table's, and are read row by row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from rag.types import Box

_PROSE = 18  # glyphs in the middle line of a column of running text; a table's cells are shorter
_COLUMN_LINES = 3  # a column has that many at least
_SPANNING = 0.34  # the most of a page's fragments that may cross a gutter
_INTERLINE = 0.5  # heights of a line: a wider gap begins a new block


@dataclass(frozen=True, slots=True)
class Glyph:
    """What is shown in one place: a character, several for a ligature, and its box; none for a space made up.

    `recognised` is how sure a recogniser is of it, 0..1; None where it stands in the file as text.
    """

    text: str
    box: Box | None
    recognised: float | None = None


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


@dataclass(frozen=True, slots=True)
class Line:
    """Fragments that stand side by side, in the order they are read; `opens`: white space parts it from what was."""

    fragments: tuple[Fragment, ...]
    opens: bool


def fragment(glyphs: Sequence[Glyph]) -> Fragment | None:
    """Glyphs as a fragment, white space at its ends left out; None if there is nothing else."""
    inked = [number for number, glyph in enumerate(glyphs) if glyph.box and not glyph.text.isspace()]
    if not inked:
        return None
    kept = tuple(glyphs[inked[0] : inked[-1] + 1])
    return Fragment(kept, _around([glyph.box for glyph in kept if glyph.box]))


def reading_order(fragments: Sequence[Fragment]) -> list[Line]:
    """The lines of a page in the order they are read."""
    return [line for region in _regions(list(fragments)) if region for line in _lines(region)]


def _regions(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Parts of a page without columns, in order."""
    gutter = _gutter(fragments)
    if gutter is None:
        return [fragments]
    found: list[list[Fragment]] = []
    in_order = sorted(fragments, key=lambda item: (item.box.top, item.box.left))
    for spanning, band in groupby(in_order, key=lambda item: item.box.left < gutter < item.box.right):
        items = list(band)
        if spanning:
            found.append(items)
        else:
            for side in (True, False):
                if column := [item for item in items if (item.box.right <= gutter) is side]:
                    found.extend(_regions(column))
    return found


def _gutter(fragments: Sequence[Fragment]) -> float | None:
    """Where a vertical line parts two columns of running text, in points from the left; None where none does."""
    if len(fragments) < 2 * _COLUMN_LINES:
        return None
    left = np.array([item.box.left for item in fragments])
    right = np.array([item.box.right for item in fragments])
    height = median(item.height for item in fragments)
    best: tuple[int, float, float] | None = None
    for edge in sorted(set(right.round(1).tolist())):
        after = left[left >= edge]
        if not len(after):
            continue
        place = (edge + float(after.min())) / 2
        crossing = int(((left < place) & (right > place)).sum())
        room = float(after.min()) - edge
        if room > height / 2 and crossing <= _SPANNING * len(fragments) and _are_columns(fragments, place):
            best = min(best or (crossing, -room, place), (crossing, -room, place))
    return best[2] if best else None


def _are_columns(fragments: Sequence[Fragment], place: float) -> bool:
    sides = (
        [len(item.glyphs) for item in fragments if item.box.right <= place],
        [len(item.glyphs) for item in fragments if item.box.left >= place],
    )
    return all(len(side) >= _COLUMN_LINES and median(side) >= _PROSE for side in sides)


def _lines(fragments: Sequence[Fragment]) -> list[Line]:
    """Fragments of one column as lines, from top to bottom."""
    rows: list[list[Fragment]] = []
    for item in sorted(fragments, key=lambda item: (_middle(item.box), item.box.left)):
        if rows and _middle(item.box) < rows[-1][0].box.bottom and _middle(rows[-1][0].box) > item.box.top:
            rows[-1].append(item)
        else:
            rows.append([item])
    boxes = [_around([item.box for item in row]) for row in rows]
    opens = [True, *(_opens(upper, lower) for upper, lower in pairwise(boxes))]
    return [Line(_across(row), opened) for row, opened in zip(rows, opens, strict=True)]


def _opens(upper: Box, lower: Box) -> bool:
    heights = upper.bottom - upper.top, lower.bottom - lower.top
    return lower.top - upper.bottom > _INTERLINE * min(heights) or max(heights) > 1.25 * min(heights)


def _across(row: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The fragments of a line from left to right, or from right to left where that is how it is written."""
    backwards = sum(_runs_left(item) for item in row) * 2 > len(row)
    return tuple(sorted(row, key=lambda item: -item.box.right if backwards else item.box.left))


def _runs_left(item: Fragment) -> bool:
    boxes = [glyph.box for glyph in item.glyphs if glyph.box]
    return len(boxes) > 1 and boxes[0].left > boxes[-1].left


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        boxes[0].page,
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2
