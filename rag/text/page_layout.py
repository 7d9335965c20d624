"""Where on its page each character of a text stands, packed small enough to keep: about as many bytes as the text.

A character of which nothing is seen (a space between lines, a page break) has no box. A hyphen at a line's end that
was taken out to join a word is noted, so that what the page shows can be told from what the text says.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.types import Box, PageLine
from rag.types import PageSize as PageSize

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNIT = 100  # steps a point: finer than any screen or printer
_SCALE = np.array([1, _UNIT, _UNIT, _UNIT, _UNIT])


@dataclass(frozen=True, slots=True)
class Layout:
    """The pages of a text, a box or None for each of its characters, and where hyphens were taken out."""

    pages: tuple[PageSize, ...] = ()
    boxes: Sequence[Box | None] = ()
    joins: tuple[int, ...] = ()


def pack(layout: Layout) -> bytes:
    """A layout as bytes."""
    head = {
        "pages": [[page.number, page.width, page.height] for page in layout.pages],
        "joins": layout.joins,
        "characters": len(layout.boxes),
    }
    rows = np.rint(np.array([_numbers(box) for box in layout.boxes]).reshape(-1, 5) * _SCALE).astype("<i4")
    changes = np.diff(rows, axis=0, prepend=np.zeros((1, 5), dtype="<i4"))  # small numbers: neighbours are near
    return zlib.compress(json.dumps(head).encode("ascii") + b"\n" + np.ascontiguousarray(changes.T).tobytes())


def unpack(packed: bytes) -> Layout:
    """The layout that `pack` packed; an empty one for no bytes."""
    if not packed:
        return Layout()
    head, rows = _read(packed)
    return Layout(
        pages=tuple(PageSize(*page) for page in head["pages"]),
        boxes=[_box(row) for row in rows.tolist()],
        joins=tuple(head["joins"]),
    )


def page_sizes(packed: bytes) -> tuple[PageSize, ...]:
    """The pages of a packed layout; none for no bytes."""
    return tuple(PageSize(*page) for page in _read(packed)[0]["pages"]) if packed else ()


def boxes_between(packed: bytes, start: int, end: int) -> list[Box]:
    """The boxes of the characters from `start` to `end` that are seen on a page, without unpacking all others."""
    if not packed:
        return []
    boxes = (_box(row) for row in _read(packed)[1][start:end].tolist())
    return [box for box in boxes if box]


def by_line(boxes: Iterable[Box]) -> list[Box]:
    """Boxes of characters in reading order as boxes of runs: one for each line, or part of a line, that they cover."""
    runs: list[Box] = []
    for box in boxes:
        if runs and _same_line(runs[-1], box):
            runs[-1] = _around(runs[-1], box)
        else:
            runs.append(box)
    return runs


def page_lines(text: str, packed: bytes, page: int) -> list[PageLine]:
    """The lines of a page of a text, each with its box: what a reader of the page can select and copy."""
    if not packed:
        return []
    rows = _read(packed)[1]
    lines: list[PageLine] = []
    for offset in np.flatnonzero(rows[:, 0] == page).tolist():
        box = _box(rows[offset].tolist())
        if box is None:
            continue
        if lines and lines[-1].end <= offset <= lines[-1].end + 1 and _same_line(lines[-1].box, box):
            lines[-1] = PageLine(lines[-1].start, offset + 1, _around(lines[-1].box, box))
        else:
            lines.append(PageLine(offset, offset + 1, box))
    return lines


def _read(packed: bytes) -> tuple[dict[str, Any], "NDArray[np.int32]"]:
    """What stands at the head of a packed layout, and its rows (n, 5): page, left, top, right, bottom in steps."""
    head, _, data = zlib.decompress(packed).partition(b"\n")
    known: dict[str, Any] = json.loads(head)
    changes = np.frombuffer(data, dtype="<i4").reshape(5, known["characters"]).T
    return known, np.cumsum(changes, axis=0, dtype=np.int32)


def _same_line(run: Box, box: Box) -> bool:
    """Whether a box goes on where a run of them ends: on its page, beside it, no further away than a wide space."""
    height = min(run.bottom - run.top, box.bottom - box.top)
    beside = min(run.bottom, box.bottom) - max(run.top, box.top) >= height / 2
    gap = max(box.left - run.right, run.left - box.right)
    return run.page == box.page and beside and gap <= 2 * max(height, 1.0)


def _around(one: Box, other: Box) -> Box:
    """The box around two boxes of one page."""
    left, top = min(one.left, other.left), min(one.top, other.top)
    return Box(one.page, left, top, max(one.right, other.right), max(one.bottom, other.bottom))


def _numbers(box: Box | None) -> tuple[float, ...]:
    return (box.page, box.left, box.top, box.right, box.bottom) if box else (0, 0, 0, 0, 0)


def _box(row: list[int]) -> Box | None:
    page, *sides = row
    left, top, right, bottom = (side / _UNIT for side in sides)
    return Box(page, left, top, right, bottom) if page else None
