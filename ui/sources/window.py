"""Which part of a document to show, and what to highlight in it: arithmetic on offsets, no HTML.

A browser lays out a few pages at once, not a 50 MB log, so only a window around the cited span is ever rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.types import Mark

MARGIN = 6_000  # characters shown on either side of a span: some two pages
LONGEST = 20_000  # of a single span that is itself longer than any page
SNAP = 400  # how far a window's edge moves to reach a line's beginning


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open run of characters of a document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a window that lies wholly within one mark, or within none."""

    start: int
    end: int
    mark: Mark | None


def around(text: str, start: int, end: int) -> Window:
    """The window that shows a span and what stands about it."""
    return Window(_line_before(text, start - MARGIN), _line_after(text, min(end, start + LONGEST) + MARGIN))


def earlier(text: str, window: Window) -> Window:
    """The window, grown towards the beginning."""
    return Window(_line_before(text, window.start - 2 * MARGIN), window.end)


def later(text: str, window: Window) -> Window:
    """The window, grown towards the end."""
    return Window(window.start, _line_after(text, window.end + 2 * MARGIN))


def segments(window: Window, marks: Sequence[Mark]) -> list[Segment]:
    """The window in order, cut where marks begin and end.

    Where marks overlap the current one wins, so that it is one segment, whole; then the lower number.
    """
    ranked = sorted(marks, key=lambda mark: (not mark.current, mark.number))
    edges = {_clip(edge, window) for mark in marks for edge in (mark.start, mark.end)}
    found: list[Segment] = []
    for start, end in pairwise(sorted(edges | {window.start, window.end})):
        owner = next((mark for mark in ranked if mark.start <= start and end <= mark.end), None)
        if found and found[-1].mark is owner:
            start = found.pop().start
        found.append(Segment(start, end, owner))
    return found


def _clip(offset: int, window: Window) -> int:
    return max(window.start, min(offset, window.end))


def _line_before(text: str, offset: int) -> int:
    if offset <= 0:
        return 0
    return text.rfind("\n", max(0, offset - SNAP), offset) + 1 or offset


def _line_after(text: str, offset: int) -> int:
    if offset >= len(text):
        return len(text)
    return text.find("\n", offset, offset + SNAP) + 1 or offset
