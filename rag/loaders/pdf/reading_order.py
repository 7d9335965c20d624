"""The order in which people read a page: columns one after the other, what stands beside them apart.

Lines that follow each other alone (one above, one below) make a column of text; columns, tables and single lines are
put in order by what stands above or left of what (Breuel, Document Layout Analysis 2003): left before right, unless
something that spans both lies between. So a page number in a gutter, a figure's labels, a listing or a box beside a
column do not interleave. A script that runs from right to left is read from the right column to the left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING
from unicodedata import bidirectional

import numpy as np

from rag.loaders.pdf.fragments import rows_of
from rag.loaders.pdf.glyphs import Fragment, Glyph, across, around, fragment
from rag.types import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Relation = NDArray[np.bool_]
    Places = NDArray[np.float64]

_APART = 2.0  # heights of a line: a wider gap ends a column of text
_ALIKE = 1.45  # times as high: lines that differ more do not follow each other
_PROSE = 18  # characters in the middle line of running text; a table's cells are shorter
_PROSE_LINES = 3
_FULL = 0.75  # of the next line's width that most lines of running text reach over
_HEALED = 4.0  # heights of a line: a wider gap within a line of running text is none
_UNDER = 0.5  # of the shorter of two lines that they have above each other
_MOST_BOXES = 400
_EDGE = 1.0  # points by which boxes may overlap and still stand side by side


@dataclass(frozen=True, slots=True)
class Line:
    """Fragments that stand side by side, in the order they are read; `opens`: white space parts it from what was."""

    fragments: tuple[Fragment, ...]
    opens: bool


@dataclass(frozen=True, slots=True)
class Column:
    """Lines one below the other with nothing beside them that belongs to them."""

    lines: tuple[Fragment, ...]
    box: Box

    @property
    def is_prose(self) -> bool:
        """Whether it is running text: several lines, most of them long and as wide as the column."""
        if len(self.lines) < _PROSE_LINES or median(len(line.glyphs) for line in self.lines) < _PROSE:
            return False
        widths = [line.box.right - line.box.left for line in self.lines]
        full = [width for width, after in pairwise(widths) if width >= _FULL * after]
        return len(full) * 2 >= len(self.lines) - 1


def columns(items: Sequence[Fragment]) -> list[Column]:
    """Fragments as columns of lines; those that stand side by side in a line are in different ones."""
    healed = _healed(items)
    below = _neighbours(healed)
    above: dict[int, list[int]] = {}
    for upper, lowers in below.items():
        for lower in lowers:
            above.setdefault(lower, []).append(upper)
    follows = {
        upper: lowers[0]
        for upper, lowers in below.items()
        if len(lowers) == 1 and len(above[lowers[0]]) == 1 and _alike(healed[upper], healed[lowers[0]])
    }
    first = set(range(len(healed))) - set(follows.values())
    return [_column(healed, start, follows) for start in sorted(first)]


def in_order(boxes: Sequence[Box], *, backwards: bool = False) -> list[int]:
    """The numbers of boxes in the order they are read; `backwards`: columns run from right to left.

    Of a page with very many, such as a map's labels, line by line.
    """
    if len(boxes) > _MOST_BOXES:
        return sorted(range(len(boxes)), key=lambda n: (boxes[n].top, -boxes[n].right if backwards else boxes[n].left))
    if not boxes:
        return []
    before = _precedence(boxes, backwards)
    waits = before.sum(axis=0)  # for each box, how many are to be read before it
    left = set(range(len(boxes)))
    done: list[int] = []
    while left:
        free = [n for n in left if waits[n] <= 0] or list(left)
        best = min(free, key=lambda n: _rank(boxes, n, done, backwards))
        done.append(best)
        left.remove(best)
        waits = waits - before[best]
    return done


def is_backwards(items: Sequence[Fragment]) -> bool:
    """Whether most of a page's text runs from right to left."""
    letters = [bidirectional(glyph.text[0]) for item in items for glyph in item.glyphs if glyph.text.isalpha()]
    return sum(kind in ("R", "AL") for kind in letters) * 2 > len(letters)


def reading_order(items: Sequence[Fragment]) -> list[Line]:
    """The lines of a page without tables, in the order they are read."""
    found = columns(items)
    order = in_order([column.box for column in found], backwards=is_backwards(items))
    return [Line((line,), opens=not number) for place in order for number, line in enumerate(found[place].lines)]


def _column(items: Sequence[Fragment], start: int, follows: dict[int, int]) -> Column:
    lines = [items[start]]
    while start in follows:
        start = follows[start]
        lines.append(items[start])
    return Column(tuple(lines), around([line.box for line in lines]))


def _neighbours(items: Sequence[Fragment]) -> dict[int, list[int]]:
    """For each fragment those directly below it: they overlap it from left to right, and nothing lies between."""
    order = sorted(range(len(items)), key=lambda n: items[n].box.top)
    found: dict[int, list[int]] = {}
    for place, upper in enumerate(order):
        box, height = items[upper].box, items[upper].height
        lowers: list[int] = []
        for lower in order[place + 1 :]:
            other = items[lower]
            if other.box.top - box.bottom > _APART * max(height, other.height):
                break
            if other.middle <= box.bottom - height * 0.2 or across(box, other.box) <= _EDGE:
                continue
            if not any(across(items[n].box, other.box) > _EDGE and items[n].middle < other.box.top for n in lowers):
                lowers.append(lower)
        if lowers:
            found[upper] = lowers
    return found


def _alike(upper: Fragment, lower: Fragment) -> bool:
    heights = upper.height, lower.height
    gap = lower.box.top - upper.box.bottom
    widths = upper.box.right - upper.box.left, lower.box.right - lower.box.left
    if across(upper.box, lower.box) < _UNDER * min(widths):
        return False
    return max(heights) <= _ALIKE * min(heights) and gap <= _APART * min(heights)


def _healed(items: Sequence[Fragment]) -> list[Fragment]:
    """Fragments, those put together that a wide gap parts within a line of running text."""
    rows = rows_of(items)
    found: list[Fragment] = []
    for number, row in enumerate(rows):
        around_it = [rows[n] for n in (number - 1, number + 1) if 0 <= n < len(rows)]
        if len(row) > 1 and len(around_it) == 2 and all(_spans(other, row) for other in around_it):
            row = [_as_one(row)]
        found.extend(row)
    return found


def _spans(other: Sequence[Fragment], row: Sequence[Fragment]) -> bool:
    """Whether a line is one long fragment that reaches as far as a row beside it, to either side, and lies near."""
    if len(other) > 1:
        return False
    box, height = around([item.box for item in row]), row[0].height
    near = abs(other[0].middle - row[0].middle) <= _APART * height
    line = sorted(row, key=lambda item: item.box.left)
    tight = all(b.box.left - a.box.right < _HEALED * height for a, b in pairwise(line))
    return near and tight and other[0].box.left <= box.left + height and other[0].box.right >= box.right - height


def _as_one(row: Sequence[Fragment]) -> Fragment:
    glyphs: list[Glyph] = []
    for item in sorted(row, key=lambda item: item.box.left, reverse=is_backwards(row)):
        glyphs.extend([Glyph(" ", None)] if glyphs else [])
        glyphs.extend(item.glyphs)
    found = fragment(glyphs)
    assert found
    return found


def _precedence(boxes: Sequence[Box], backwards: bool) -> "Relation":
    """For each two boxes whether the first is read before the second."""
    left, top, right, bottom = np.array([(b.left, b.top, b.right, b.bottom) for b in boxes]).reshape(-1, 4).T
    middle = (top + bottom) / 2
    stacked = np.minimum(right[:, None], right) - np.maximum(left[:, None], left) > _EDGE
    beside = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top) > _EDGE
    higher = middle[:, None] < middle
    higher |= (middle[:, None] == middle) & np.tri(len(boxes), k=-1, dtype=bool).T
    above = bottom[:, None] <= top + _EDGE
    stands_over = above & ~np.array([(stacked & row).any(axis=1) for row in beside])  # nothing beside it in that column
    parted = np.array([_parted(n, stacked, middle, top, bottom) for n in range(len(boxes))])
    sooner = right[:, None] > right if backwards else left[:, None] < left
    aside = (sooner & ~stands_over.T & ~parted) | (~sooner & stands_over)
    relation: Relation = np.where(stacked, higher, aside)
    np.fill_diagonal(relation, False)
    return relation


def _parted(n: int, stacked: "Relation", middle: "Places", top: "Places", bottom: "Places") -> "Relation":
    """Whether something lies between a box and each other one: above one, below the other, overlapping both."""
    over = stacked & stacked[n][:, None]  # (c, b): c overlaps box n and b from left to right
    over[n] = False
    np.fill_diagonal(over, False)
    below = (bottom[n] <= middle[:, None]) & (middle[:, None] <= top)
    upper = (bottom <= middle[:, None]) & (middle[:, None] <= top[n])
    found: Relation = (over & (below | upper)).any(axis=0)
    return found


def _rank(boxes: Sequence[Box], number: int, done: Sequence[int], backwards: bool) -> tuple[bool, float, float]:
    """Of what may come next: first what stands under what was read last, then what stands highest."""
    goes_on = bool(done) and across(boxes[done[-1]], boxes[number]) > _EDGE
    box = boxes[number]
    return not goes_on, box.top, -box.right if backwards else box.left
