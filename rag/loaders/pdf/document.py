"""PDF, by PDFium (pypdfium2): the text that a page shows, in reading order, with the box of every character.

A word that is parted at a line's end is joined, and the hyphen noted. Pages that are pictures are recognised (OCR) if
that is installed, else named. It reads no pictures on pages with text and fills in no forms.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from rag.errors import UnreadableSourceError
from rag.loaders import options
from rag.loaders.content import Content
from rag.loaders.encryption import encrypted
from rag.loaders.pdf.flow import flow
from rag.loaders.pdf.reading_order import Fragment, Glyph, Line, fragment, reading_order
from rag.loaders.pdf.recognition import recognise_page
from rag.loaders.pictures import ocr
from rag.loaders.pictures.blocks import with_confidence
from rag.text.blocks import plain_blocks
from rag.types import Box, PageSize

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

PAGES = 20_000
_GAP = 1.5  # heights of a line: a wider gap parts cells or columns
_NAMED = 10  # pages named in a warning; more are only counted
_SCANNED = {True: "a picture in which no text was recognised", False: f"scanned. {ocr.INSTALL}"}
_LIGATURES = {**dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "ft", "st"), strict=True)), "\u00ad": "-"}
_UNSEEN = frozenset({"Cc", "Cn", "Co", "Cs"})  # Unicode's categories of control, unassigned and private characters


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's lines in reading order; `scanned`: it shows a picture, and no text was read.

    `unsure` counts regions of a recognised page that could not be read.
    """

    size: PageSize
    lines: list[Line]
    scanned: bool
    unsure: int = 0


def read(path: Path, data: bytes) -> Content:
    """The text of all pages. Raises UnreadableSourceError for an encrypted, damaged or wholly scanned file."""
    document = _open(path, data)
    try:
        pages = list(_pages(document))
    finally:
        document.close()
    scanned = [page.size.number for page in pages if page.scanned]
    if not any(page.lines for page in pages):
        why = _SCANNED[ocr.available()] if scanned else "there is nothing to read"
        raise UnreadableSourceError(f"{path} has no text on its {len(pages)} pages: {why}.")
    found = flow([(page.size, page.lines) for page in pages])
    blocks = with_confidence(plain_blocks(found.text), found.recognised)
    return Content(found.text, places=found.places, layout=found.layout, gaps=tuple(_gaps(pages)), blocks=blocks)


def _pages(document: "PdfDocument") -> Iterator[_Page]:
    for number in range(1, len(document) + 1):
        yield _read_page(document, number)
        options.step(number, len(document))


def _open(path: Path, data: bytes) -> "PdfDocument":
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        document = PdfDocument(data, password=options.current().password)
    except PdfiumError as error:
        if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
            raise encrypted(path) from error
        raise UnreadableSourceError(
            f"{path} is damaged: it is no readable PDF ({error}). Save it again from the program it came from."
        ) from error
    if len(document) > PAGES:
        raise UnreadableSourceError(f"{path} has {len(document):,} pages; {PAGES:,} are the most. Split it.")
    return document


def _gaps(pages: Sequence[_Page]) -> Iterator[str]:
    if scanned := [page.size.number for page in pages if page.scanned]:
        more = f" and {len(scanned) - _NAMED} more" if len(scanned) > _NAMED else ""
        named = f"page{'s' if len(scanned) > 1 else ''} {', '.join(map(str, scanned[:_NAMED]))}{more}"
        yield f"{named} without text: {_SCANNED[ocr.available()]}."
    for page in pages:
        if page.unsure:
            regions = f"{page.unsure} region{'s' if page.unsure > 1 else ''}"
            yield f"page {page.size.number}: {regions} that could not be recognised"


def _read_page(document: "PdfDocument", number: int) -> _Page:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    page = document[number - 1]
    text_page = page.get_textpage()
    try:
        width, height = page.get_size()
        fragments = list(_fragments(_glyphs(text_page, _Frame(page, number))))
        size = PageSize(number, width, height)
        pictures = not fragments and any(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3))
        if pictures and ocr.available():
            found = recognise_page(page, number)
            return _Page(size, found.lines, scanned=not found.lines, unsure=found.unsure)
        return _Page(size, reading_order(fragments), scanned=pictures)
    finally:
        text_page.close()
        page.close()


class _Frame:
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


def _glyphs(text_page: "PdfTextPage", frame: _Frame) -> Iterator[Glyph]:
    """What a page shows, in PDFium's order; a line's end is a glyph that is a newline."""
    from pypdfium2 import raw

    rect = raw.FS_RECTF()
    high = ""
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = chr(code)
            continue
        character = (high + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        high = ""
        if raw.FPDFText_IsHyphen(text_page, index) == 1:
            character = "-"
        if character in "\r\n":
            yield Glyph("\n", None)
        elif raw.FPDFText_IsGenerated(text_page, index) == 1 and character.isspace():
            yield Glyph(" ", None)
        elif category(character) not in _UNSEEN or character.isspace():
            raw.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rect))
            shown = " " if character.isspace() else _LIGATURES.get(character, character)
            yield Glyph(shown, frame.box(rect.left, rect.bottom, rect.right, rect.top))


def _fragments(glyphs: Iterator[Glyph]) -> Iterator[Fragment]:
    """Runs of glyphs on one line without a wide gap."""
    run: list[Glyph] = []
    last: Box | None = None
    for glyph in glyphs:
        inked = glyph.box if not glyph.text.isspace() else None
        if run and (glyph.text == "\n" or (inked and last and _parted(last, inked))):
            if found := fragment(run):
                yield found
            run, last = [], None
        if glyph.text != "\n":
            run.append(glyph)
        last = inked or last
    if found := fragment(run):
        yield found


def _parted(before: Box, after: Box) -> bool:
    """Whether two boxes are on different lines, or far apart on one; whichever way it is written."""
    height = min(before.bottom - before.top, after.bottom - after.top)
    apart = max(before.top, after.top) - min(before.bottom, after.bottom)
    gap = max(after.left - before.right, before.left - after.right)
    return apart > 0 or gap > _GAP * height
