"""What is drawn on a page beside its text: rules, filled boxes and pictures, in the order they are drawn."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.types import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_MOST = 20_000  # objects of a page that are looked at: a map has more, and no tables
_SEGMENTS = 400  # of a path: a longer one is a drawing
_MOST_COVERS = 500
_THIN = 3.0  # points: a box no thicker is a line
_DEPTH = 3  # of forms within forms
_DARK = 240  # of 255: a lighter fill does not set off white text

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class _Cover:
    box: Box
    order: int
    picture: bool


class Frame:
    """Turns PDFium's coordinates, from the bottom left corner of the sheet, into those of the page as it is shown."""

    def __init__(self, page: "PdfPage", number: int) -> None:
        self.number = number
        self.turned = page.get_rotation() // 90
        self.left, self.bottom, self.right, self.top = page.get_bbox()

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A box on the page."""
        west, east = left - self.left, self.right - right
        north, south = self.top - top, bottom - self.bottom
        width, height = self.right - self.left, self.top - self.bottom
        sides = (
            (west, north, width - east, height - south),
            (south, west, height - north, width - east),
            (east, south, width - west, height - north),
            (north, east, height - south, width - west),
        )
        return Box(self.number, *sides[self.turned])


class PageObjects:
    """The objects of a page. `rules` are its straight lines, `fills` its filled boxes."""

    def __init__(self, page: "PdfPage", frame: Frame) -> None:
        self.rules: list[Box] = []
        self.fills: list[Box] = []
        self._frame = frame
        self._orders: dict[int, int] = {}
        self._covers: list[_Cover] = []
        self._dark: list[Box] = []
        self._pictures: list[Box] = []
        for order, (found, matrix) in enumerate(_objects(page)):
            self._note(found, matrix, order)

    def order_of(self, key: int) -> int:
        """When the object at that address is drawn; 0 for one that was not looked at."""
        return self._orders.get(key, _MOST)

    def picture_share(self, area: float) -> float:
        """How much of a page its largest picture takes, 0..1."""
        sizes = ((box.right - box.left) * (box.bottom - box.top) for box in self._pictures)
        return max(sizes, default=0.0) / area if area else 0.0

    def is_dark_at(self, x: float, y: float) -> bool:
        """Whether something other than white is drawn at a point."""
        return any(_holds(box, x, y) for box in self._dark)

    def cover_at(self, x: float, y: float, order: int) -> str:
        """What hides a point of an object drawn at `order`; empty for nothing."""
        if not self._covers or self._covers[-1].order <= order:
            return ""
        for cover in self._covers:
            if cover.order > order and _holds(cover.box, x, y):
                return "under a picture" if cover.picture else "under a filled box"
        return ""

    def _note(self, found: Any, matrix: Matrix, order: int) -> None:
        from pypdfium2 import raw

        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            self._orders[ctypes.cast(found, ctypes.c_void_p).value or 0] = order
            return
        box = self._box(found, matrix)
        if box is None:
            return
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            self._pictures.append(box)
            self._dark.append(box)
            if not raw.FPDFPageObj_HasTransparency(found) and len(self._covers) < _MOST_COVERS:
                self._covers.append(_Cover(box, order, picture=True))
        elif kind == raw.FPDF_PAGEOBJ_SHADING:
            self._dark.append(box)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            self._note_path(found, matrix, box, order)

    def _note_path(self, found: Any, matrix: Matrix, box: Box, order: int) -> None:
        from pypdfium2 import raw

        fill, stroke = ctypes.c_int(0), ctypes.c_int(0)
        raw.FPDFPath_GetDrawMode(found, fill, stroke)
        if min(box.right - box.left, box.bottom - box.top) <= _THIN:
            if fill.value or stroke.value:
                self.rules.append(box)
            return
        segments = raw.FPDFPath_CountSegments(found)
        if fill.value:
            lightest = _colour(found)
            if lightest is None or lightest[0] < _DARK:
                self._dark.append(box)
            is_box = segments <= 6
            if is_box:
                self.fills.append(box)
            solid = lightest is not None and lightest[1] == 255 and not raw.FPDFPageObj_HasTransparency(found)
            if is_box and solid and len(self._covers) < _MOST_COVERS:
                self._covers.append(_Cover(box, order, picture=False))
        if stroke.value and 0 < segments <= _SEGMENTS:
            self.rules.extend(self._lines(found, matrix, segments))

    def _lines(self, found: Any, matrix: Matrix, segments: int) -> Iterator[Box]:
        """The level and upright lines of a path."""
        own = _multiplied(_matrix(found), matrix)
        x, y = ctypes.c_float(0), ctypes.c_float(0)
        from pypdfium2 import raw

        start: tuple[float, float] | None = None
        last: tuple[float, float] | None = None
        for number in range(segments):
            segment = raw.FPDFPath_GetPathSegment(found, number)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = _applied(own, x.value, y.value)
            if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
                start = point
            elif last:
                yield from self._line(last, point)
            if start and raw.FPDFPathSegment_GetClose(segment):
                yield from self._line(point, start)
            last = point

    def _line(self, first: tuple[float, float], second: tuple[float, float]) -> Iterator[Box]:
        (left, bottom), (right, top) = (
            (min(first[0], second[0]), min(first[1], second[1])),
            (
                max(first[0], second[0]),
                max(first[1], second[1]),
            ),
        )
        if (right - left <= 1) != (top - bottom <= 1):
            yield self._frame.box(left, bottom, right, top)

    def _box(self, found: Any, matrix: Matrix) -> Box | None:
        from pypdfium2 import raw

        left, bottom, right, top = (ctypes.c_float(0) for _ in range(4))
        if not raw.FPDFPageObj_GetBounds(found, left, bottom, right, top):
            return None
        corners = [_applied(matrix, x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return self._frame.box(min(xs), min(ys), max(xs), max(ys))


def _objects(page: "PdfPage") -> Iterator[tuple[Any, Matrix]]:
    """The objects of a page in the order they are drawn, those of forms too, with how they are placed."""
    from pypdfium2 import raw

    stack: list[Iterator[tuple[Any, Matrix]]] = [
        ((raw.FPDFPage_GetObject(page.raw, n), _SAME) for n in range(raw.FPDFPage_CountObjects(page.raw)))
    ]
    left = _MOST
    while stack and left:
        found, matrix = next(stack[-1], (None, _SAME))
        if found is None:
            stack.pop()
            continue
        left -= 1
        if raw.FPDFPageObj_GetType(found) == raw.FPDF_PAGEOBJ_FORM:
            if len(stack) <= _DEPTH:
                stack.append(_within(found, _multiplied(_matrix(found), matrix)))
        else:
            yield found, matrix


def _within(form: Any, matrix: Matrix) -> Iterator[tuple[Any, Matrix]]:
    from pypdfium2 import raw

    return ((raw.FPDFFormObj_GetObject(form, n), matrix) for n in range(raw.FPDFFormObj_CountObjects(form)))


def _colour(found: Any) -> tuple[int, int] | None:
    """The lightest of a fill's three colours, and how opaque it is; None for a pattern."""
    from pypdfium2 import raw

    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(found, red, green, blue, alpha):
        return None
    return min(red.value, green.value, blue.value), alpha.value


def _matrix(found: Any) -> Matrix:
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(found, matrix):
        return _SAME
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _multiplied(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that does what `first` does and then what `second` does."""
    a, b, c, d, e, f = first
    x, y = _applied(second, e, f)
    sa, sb, sc, sd, _, _ = second
    return a * sa + b * sc, a * sb + b * sd, c * sa + d * sc, c * sb + d * sd, x, y


def _applied(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _holds(box: Box, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom
