"""Where on its page each character of a text stands, packed small enough to keep: about as many bytes as the text.

A character of which nothing is seen (a space between lines, a page break) has no box. A hyphen at a line's end that
was taken out to join a word is noted, so that what the page shows can be told from what the text says.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.types import Box

_UNIT = 100  # steps a point: finer than any screen or printer
_SCALE = np.array([1, _UNIT, _UNIT, _UNIT, _UNIT])


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page as it is shown: its number, counting from 1, and its size in points."""

    number: int
    width: float
    height: float


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
    head, _, data = zlib.decompress(packed).partition(b"\n")
    known = json.loads(head)
    changes = np.frombuffer(data, dtype="<i4").reshape(5, known["characters"]).T
    return Layout(
        pages=tuple(PageSize(*page) for page in known["pages"]),
        boxes=[_box(row) for row in np.cumsum(changes, axis=0).tolist()],
        joins=tuple(known["joins"]),
    )


def _numbers(box: Box | None) -> tuple[float, ...]:
    return (box.page, box.left, box.top, box.right, box.bottom) if box else (0, 0, 0, 0, 0)


def _box(row: list[int]) -> Box | None:
    page, *sides = row
    left, top, right, bottom = (side / _UNIT for side in sides)
    return Box(page, left, top, right, bottom) if page else None
