"""From glyphs in the order a file writes them to fragments: runs on one line without a wide gap.

Raised and lowered characters are written so that they join no number; the letters of a ligature of a script that runs
from right to left are put into the order they are read. A gap that is aligned over several lines parts columns, also
where it is no wider than some between words.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from unicodedata import bidirectional

from rag.loaders.markup.inline import lowered, raised
from rag.loaders.pdf.glyphs import Fragment, Glyph, down, fragment
from rag.types import Box

_GAP = 1.5  # heights of a line: a wider gap always parts cells or columns
_GAP_RTL = 3.0  # the same where a line runs from right to left: a number in it begins at its far end
_WORD_GAP = 0.17  # heights of a line: a wider gap is a space that the file leaves out
_FIRST_RTL = "\u0590"
_CLOSING = frozenset(".,;:!?)]}”’»")  # stand close to what they follow
_BACK = 0.5  # heights of a line that a glyph may stand back, as accents and kerned letters do
_SAME_LINE = 0.5  # of the height of the smaller glyph that two on one line share
_SMALL = 0.92  # of the height of its line: a glyph no higher that stands off the base line is raised or lowered
_OFF = 0.12  # heights of its line by which it stands off
_GUTTER = 0.55  # heights of a line: the least gap that parts columns if it is aligned
_ALIGNED = 0.4  # heights of a line that aligned gaps have in common
_ROWS = 3  # neighbouring lines with the gap, beside the one that is parted
Interval = tuple[float, float]
_NEAR = 2.5  # heights of a line between neighbouring lines


class _Run:
    """A fragment as it grows: where it reaches so far, and whether it runs from right to left."""

    __slots__ = ("bottom", "glyphs", "last", "left", "right", "rtl", "space", "top")

    def __init__(self) -> None:
        self.glyphs: list[Glyph] = []
        self.left = self.top = self.right = self.bottom = 0.0
        self.last: Box | None = None
        self.space = self.rtl = False  # space: made-up white space came since the last glyph

    def takes(self, box: Box) -> bool:
        """Whether a glyph goes on with the line."""
        if self.last is None:
            return True
        tall, own = self.bottom - self.top, box.bottom - box.top
        height, least = (tall, own) if tall > own else (own, tall)
        level = min(self.bottom, box.bottom) - max(self.top, box.top)
        widest = _GAP_RTL if self.rtl else _GAP
        if level < _SAME_LINE * least or max(box.left - self.right, self.left - box.right) > widest * height:
            return False
        return self.rtl or box.left >= self.last.left - _BACK * height

    def add(self, glyph: Glyph, box: Box) -> None:
        """Add a glyph, with a space before it where the page leaves one."""
        if self.last is None:
            self.left, self.top, self.right, self.bottom = box.left, box.top, box.right, box.bottom
        else:
            if not glyph.text.isspace() and not self.glyphs[-1].text.isspace():
                self._leave_space(glyph, box)
            self.left, self.top = min(self.left, box.left), min(self.top, box.top)
            self.right, self.bottom = max(self.right, box.right), max(self.bottom, box.bottom)
        self.rtl = self.rtl or (glyph.text > _FIRST_RTL and bidirectional(glyph.text[0]) in ("R", "AL"))
        self.glyphs.append(glyph)
        self.last, self.space = box, False

    def _leave_space(self, glyph: Glyph, box: Box) -> None:
        height = self.bottom - self.top
        gap = max(box.left - self.right, self.left - box.right)
        closes = glyph.text in _CLOSING and gap < 2 * _WORD_GAP * height
        if not closes and (gap > _WORD_GAP * height or (self.space and gap > 0)):
            self.glyphs.append(Glyph(" ", None, style=glyph.style))


def fragments(glyphs: Iterable[Glyph], *, scattered: bool = False) -> list[Fragment]:
    """The fragments of a page, those parted that stand in different columns.

    `scattered`: the order of the glyphs tells nothing, as that of turned text, which PDFium takes apart.
    """
    if scattered:
        glyphs = _line_by_line(list(glyphs))
    found = [_written(item) for item in _stitched(list(_runs(glyphs)))]
    return [part for item in _parted(found) if (part := fragment(item.glyphs))]


def _line_by_line(glyphs: list[Glyph]) -> Iterator[Glyph]:
    """Glyphs from the top and from the left, whatever their order."""
    single = [Fragment((glyph,), glyph.box) for glyph in glyphs if glyph.box]
    for row in rows_of(single):
        yield from (item.glyphs[0] for item in sorted(row, key=lambda item: item.box.left))


def _runs(glyphs: Iterable[Glyph]) -> Iterator[Fragment]:
    run = _Run()
    for glyph in _in_reading_order(glyphs):
        if glyph.box is None or (glyph.text.isspace() and not run.takes(glyph.box)):
            run.space = True
        else:
            if not run.takes(glyph.box):
                if found := fragment(run.glyphs):
                    yield found
                run = _Run()
            run.add(glyph, glyph.box)
    if found := fragment(run.glyphs):
        yield found


def _in_reading_order(glyphs: Iterable[Glyph]) -> Iterator[Glyph]:
    """Glyphs, the characters that one sign of a right-to-left script stands for in their own order.

    PDFium turns a line written from right to left around character by character, and so those of a ligature too.
    """
    signs: list[Glyph] = []
    for glyph in glyphs:
        is_rtl = glyph.text > _FIRST_RTL and bidirectional(glyph.text[0]) in ("R", "AL", "NSM")
        if signs and not (is_rtl and glyph.box == signs[0].box):
            yield from reversed(signs)
            signs = []
        if is_rtl:
            signs.append(glyph)
        else:
            yield glyph
    yield from reversed(signs)


def _stitched(items: list[Fragment]) -> list[Fragment]:
    """Fragments of one line that stand close, in whatever order the file writes them, joined."""
    joined: list[Fragment] = []
    for row in rows_of(items):
        for item in sorted(row, key=lambda item: item.box.left):
            before = joined[-1] if joined else None
            if before and _touch(before, item):
                joined[-1] = _together(before, item)
            else:
                joined.append(item)
    return joined


def _touch(before: Fragment, after: Fragment) -> bool:
    height = max(before.height, after.height)
    gap = after.box.left - before.box.right
    level = down(before.box, after.box) >= _SAME_LINE * min(before.height, after.height)
    return level and -_BACK * height < gap < 2 * _WORD_GAP * height and not (_is_rtl(before) or _is_rtl(after))


def _together(before: Fragment, after: Fragment) -> Fragment:
    gap = after.box.left - before.box.right > _WORD_GAP * max(before.height, after.height)
    between = [Glyph(" ", None)] if gap else []
    found = fragment([*before.glyphs, *between, *after.glyphs])
    assert found
    return found


def rows_of(items: Sequence[Fragment]) -> list[list[Fragment]]:
    """Fragments that stand on one line, line by line from the top; none is in order within its line."""
    rows: list[list[Fragment]] = []
    for item in sorted(items, key=lambda item: (item.middle, item.box.left)):
        if rows and item.middle < rows[-1][0].box.bottom and rows[-1][0].middle > item.box.top:
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def _written(item: Fragment) -> Fragment:
    """A fragment with what is raised or lowered in it written on the line."""
    tall = item.height
    if all(glyph.box is None or glyph.box.bottom - glyph.box.top > _SMALL * tall for glyph in item.glyphs):
        return item
    written: list[Glyph] = []
    for place, group in groupby(item.glyphs, key=lambda glyph: _stands(glyph, item.box, tall)):
        signs = list(group)
        if place:
            while written and written[-1].box is None:
                written.pop()  # the space that PDFium makes up before a raised mark
            signs = _marked(signs, "".join(glyph.text for glyph in written[-40:]), place > 0)
        written.extend(signs)
    return replace(item, glyphs=tuple(written))


def _stands(glyph: Glyph, line: Box, tall: float) -> int:
    """1 for a raised glyph, -1 for a lowered one, 0 for one on the line."""
    if glyph.box is None or glyph.box.bottom - glyph.box.top > _SMALL * tall:
        return 0
    if line.bottom - glyph.box.bottom > _OFF * tall and glyph.box.top - line.top < _OFF * tall * 2:
        return 1
    return -1 if glyph.box.bottom - line.bottom > -_OFF * tall / 2 and glyph.box.top - line.top > 2 * _OFF * tall else 0


def _marked(signs: list[Glyph], before: str, is_raised: bool) -> list[Glyph]:
    """Raised or lowered glyphs as they are written, each with its box; brackets around them have none."""
    text = "".join(glyph.text for glyph in signs)
    written = raised(text, before) if is_raised else lowered(text, before)
    if len(written) == len(text):
        return [replace(glyph, text=written[n]) for n, glyph in enumerate(signs)] if len(signs) == len(text) else signs
    start = written.find(text.strip())
    if start < 0:
        return signs
    first = [Glyph(character, None) for character in written[:start]]
    return [*first, *signs, *(Glyph(character, None) for character in written[start + len(text.strip()) :])]


def _parted(items: list[Fragment]) -> Iterator[Fragment]:
    """Fragments, those with a gap that their neighbouring lines have too cut there."""
    gaps = [list(_gaps(item)) for item in items]
    if not any(gaps):
        yield from items
        return
    rows = rows_of(items)
    middles = [row[0].middle for row in rows]
    inked = [[box for item in row for box in _inked(item)] for row in rows]
    for item, places in zip(items, gaps, strict=True):
        cuts = [cut for cut, left, right in places if _is_gutter(inked, middles, item, left, right)]
        start = 0
        for cut in [*cuts, len(item.glyphs)]:
            if part := fragment(item.glyphs[start:cut]):
                yield part
            start = cut


def _inked(item: Fragment) -> list[Box]:
    return [glyph.box for glyph in item.glyphs if glyph.box and not glyph.text.isspace()]


def _gaps(item: Fragment) -> Iterator[tuple[int, float, float]]:
    """(index of the glyph after it, left, right) of each gap that may part columns."""
    last: Box | None = None
    for number, glyph in enumerate(item.glyphs):
        if glyph.box and not glyph.text.isspace():
            if last and glyph.box.left - last.right > _GUTTER * item.height:
                yield number, last.right, glyph.box.left
            last = glyph.box


def _is_gutter(rows: list[list[Box]], middles: list[float], item: Fragment, left: float, right: float) -> bool:
    """Whether a gap is one in enough of the lines over and under it too."""
    place = bisect_left(middles, item.middle - 0.01)
    support = 0
    for step in (-1, 1):
        free, number, near = (left, right), place + step, item.middle
        while 0 <= number < len(rows) and abs(middles[number] - near) <= _NEAR * item.height:
            free = _free(rows[number], *free)
            if free[1] - free[0] < _ALIGNED * item.height:
                break
            near = middles[number]
            support += 1
            number += step
    return support >= _ROWS


def _free(row: Sequence[Box], left: float, right: float) -> Interval:
    """The part of an interval that a line leaves free, text standing on both sides of it; an empty one for none."""
    is_before = is_after = False
    for box in row:
        if box.right < right and box.left < left:
            is_before, left = True, max(left, box.right)
        elif box.left > left and box.right > right:
            is_after, right = True, min(right, box.left)
        elif box.right > left and box.left < right:
            return left, left
    return (left, right) if is_before and is_after else (left, left)


def _runs_left(glyphs: Sequence[Glyph]) -> bool:
    return any(bidirectional(glyph.text[0]) in ("R", "AL") for glyph in glyphs[-12:] if glyph.text)


def _is_rtl(item: Fragment) -> bool:
    return _runs_left(item.glyphs)
