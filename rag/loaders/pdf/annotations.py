"""What people wrote into a PDF: the values of its form fields, and notes that stand on its pages.

A value becomes a fragment in the place of its field, so that it is read where the page shows it. Also its bookmarks.
"""

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.loaders.pdf.glyphs import Fragment, Glyph, Style, fragment
from rag.loaders.pdf.page_objects import Frame
from rag.loaders.pdf.structure import words
from rag.types import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_MOST = 5_000  # annotations of a page, and bookmarks
_HEIGHT = 12.0  # points of a line in a field that is higher
_DEEPEST = 6
_CHECKED = "\N{BALLOT BOX WITH X}"
_UNCHECKED = "\N{BALLOT BOX}"


def written_on(page: "PdfPage", frame: Frame) -> tuple[list[Fragment], int]:
    """The values of a page's fields and its visible notes as fragments, and how many comments are not shown on it."""
    from pypdfium2 import raw

    found: list[Fragment] = []
    comments = 0
    for number in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, number)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
                found.extend(_lines(_value(annotation, kind), _box(annotation, frame)))
            elif kind in (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE):
                comments += bool(_string(annotation, b"Contents").strip())
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found, comments


def bookmarks(document: "PdfDocument") -> dict[str, int]:
    """The levels of a document's bookmarks, counted from 1, by the words of their titles."""
    found: dict[str, int] = {}
    for count, item in enumerate(document.get_toc(max_depth=_DEEPEST)):
        if count >= _MOST:
            break
        title = words(item.get_title())
        if title:
            found.setdefault(title, min(item.level + 1, _DEEPEST))
    return found


def _value(annotation: Any, kind: int) -> str:
    from pypdfium2 import raw

    flags = raw.FPDFAnnot_GetFlags(annotation)
    if flags & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
        return ""
    if kind == raw.FPDF_ANNOT_FREETEXT:
        return _string(annotation, b"Contents")
    state = _string(annotation, b"AS")
    if state:
        return _UNCHECKED if state == "Off" else _CHECKED
    return _string(annotation, b"V")


def _string(annotation: Any, key: bytes) -> str:
    """A string of an annotation's dictionary; empty if it has none."""
    from pypdfium2 import raw

    length = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
    raw.FPDFAnnot_GetStringValue(annotation, key, pointer, length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def _box(annotation: Any, frame: Frame) -> Box | None:
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(annotation, rect):
        return None
    return frame.box(rect.left, rect.bottom, rect.right, rect.top)


def _lines(text: str, box: Box | None) -> Iterator[Fragment]:
    """A value as fragments, a line each, its characters evenly spread over the box."""
    lines = [" ".join(line.split()) for line in text.replace("\r", "\n").split("\n")]
    shown = [line for line in lines if line]
    if box is None or not shown:
        return
    height = min(_HEIGHT, (box.bottom - box.top) / len(shown))
    style = Style(round(height, 1))
    middle = (box.top + box.bottom - height * len(shown)) / 2
    for number, line in enumerate(shown):
        top = middle + number * height
        step = min((box.right - box.left) / len(line), height * 0.5)
        glyphs = [
            Glyph(
                character, Box(box.page, box.left + n * step, top, box.left + (n + 1) * step, top + height), style=style
            )
            for n, character in enumerate(line)
        ]
        if found := fragment(glyphs):
            yield found
