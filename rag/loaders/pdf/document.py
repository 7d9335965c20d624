"""PDF, by PDFium (pypdfium2): the text that a page shows, in reading order, with the box of every character.

Pages are read one by one, furniture and headings told over all of them. The values of form fields and notes on a page
are text of it. What is hidden, has no Unicode, or is a picture and was not recognised (OCR) is named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders import options
from rag.loaders.content import Content
from rag.loaders.encryption import encrypted
from rag.loaders.pdf.annotations import bookmarks, written_on
from rag.loaders.pdf.flow import flow
from rag.loaders.pdf.fragments import fragments
from rag.loaders.pdf.furniture import Row, split_line_numbers, without_furniture
from rag.loaders.pdf.glyphs import Fragment, Glyph, fragment, turned
from rag.loaders.pdf.page_objects import Frame
from rag.loaders.pdf.page_reader import PageContent, read_page
from rag.loaders.pdf.paragraphs import OnPage, Part
from rag.loaders.pdf.structure import PageParts, arranged, structured
from rag.loaders.pictures import ocr
from rag.loaders.pictures.page import recognise_page
from rag.types import Box, PageSize

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

PAGES = 20_000
_NAMED = 10  # pages named in a gap; more are only counted
_SCANNED = {True: "a picture in which no text was recognised", False: f"scanned. {ocr.INSTALL}"}
_UNREADABLE = 0.3  # of a page's characters without Unicode: the page is recognised instead
_SCAN = 0.5  # of a page: a picture that large is a scan
_STAMP = 200  # characters: less text that is turned is a stamp in the margin


@dataclass(slots=True)
class _Page:
    """A page: what stands on it, level and turned, and what of it could not be read.

    `scanned`: it shows a picture, and no text was read. `unsure` counts regions of a recognised page without text.
    """

    size: PageSize
    items: list[Fragment]
    rules: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    on_page: OnPage | None = None
    stamps: list[Row] = field(default_factory=list)
    turned: tuple[Part, ...] = ()
    hidden: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    comments: int = 0
    scanned: bool = False
    unsure: int = 0


def read(path: Path, data: bytes) -> Content:
    """The text of all pages. Raises UnreadableSourceError for an encrypted, damaged or wholly scanned file."""
    document = _open(path, data)
    try:
        pages = list(_pages(document))
        marks = bookmarks(document)
    finally:
        document.close()
    rest, furniture = without_furniture([page.items for page in pages], [page.size.height for page in pages])
    laid = [
        PageParts(page.size, (*arranged(items, page.rules, page.fills, page.on_page), *page.turned))
        for page, items in zip(pages, rest, strict=True)
    ]
    if not any(page.parts for page in laid):
        why = _SCANNED[ocr.available()] if any(page.scanned for page in pages) else "there is nothing to read"
        raise UnreadableSourceError(f"{path} has no text on its {len(pages)} pages: {why}.")
    rows = [[*own, *page.stamps] for page, own in zip(pages, furniture, strict=True)]
    found = flow(structured(laid, marks), rows)
    gaps = tuple(_gaps(pages))
    return Content(found.text, places=found.places, layout=found.layout, gaps=gaps, blocks=found.blocks)


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


def _read_page(document: "PdfDocument", number: int) -> _Page:
    page = document[number - 1]
    text_page = page.get_textpage()
    try:
        content = read_page(page, text_page, number)
        if needs_recognition(content):
            if ocr.available():
                return _recognised(content, recognise_page(page, number))
            content.glyphs[0].extend(content.layer)
        found = _arranged(content)
        values, found.comments = written_on(page, Frame(page, number))
        found.items.extend(values)
        found.scanned = content.pictures > 0 and not found.items
        return found
    finally:
        text_page.close()
        page.close()


def needs_recognition(content: PageContent) -> bool:
    """Whether a page is to be read with OCR: it is a picture, or its fonts have no usable Unicode."""
    known = sum(len(glyphs) for glyphs in content.glyphs.values())
    unmapped = content.unmapped.total()
    scan = content.pictures >= _SCAN and (not known or bool(content.layer))
    return scan or (content.pictures > 0 and not known) or unmapped > _UNREADABLE * (known + unmapped)


def _recognised(content: PageContent, found: ocr.Recognised) -> _Page:
    items = list(found.fragments)
    return _Page(
        content.size,
        items,
        on_page=found.placing.on_page,
        scanned=not items,
        unsure=found.unsure,
        hidden=content.hidden,
    )


def _arranged(content: PageContent) -> _Page:
    """A page whose main direction is that of most of its glyphs."""
    level = {quarters: glyphs for quarters, glyphs in content.glyphs.items() if quarters is not None}
    main = max(level, key=lambda quarters: (len(level[quarters]), -quarters), default=0)
    size = content.size
    page = _Page(
        size,
        split_line_numbers(fragments(level.get(main, []), scattered=main != 0)),
        hidden=content.hidden,
        unmapped=content.unmapped,
    )
    page.rules = [turned(box, main, size.width, size.height) for box in content.rules]
    page.fills = [turned(box, main, size.width, size.height) for box in content.fills]
    page.on_page = _back(main, size)
    for quarters, glyphs in sorted(level.items()):
        if quarters != main:
            _add_turned(page, glyphs, quarters, content)
    if aslant := content.glyphs.get(None):
        page.stamps.extend([[mark]] if (mark := fragment(aslant)) else [])
    return page


def _add_turned(page: _Page, glyphs: list[Glyph], quarters: int, content: PageContent) -> None:
    """Put text that is turned against most of a page aside as a stamp, or after it, if it is long."""
    items, back = fragments(glyphs, scattered=True), _back(quarters, page.size)
    if sum(len(item.glyphs) for item in items) <= _STAMP:
        page.stamps.extend(_unturned([item], back) for item in items)
        return
    rules = [turned(box, quarters, page.size.width, page.size.height) for box in content.rules]
    page.turned = (*page.turned, *arranged(items, rules, (), back))


def _unturned(items: Sequence[Fragment], back: OnPage | None) -> Row:
    """Fragments with their boxes where they are seen."""
    if back is None:
        return list(items)
    return [Fragment(tuple(_moved(glyph, back) for glyph in item.glyphs), back(item.box)) for item in items]


def _moved(glyph: Glyph, back: OnPage) -> Glyph:
    return Glyph(glyph.text, back(glyph.box) if glyph.box else None, glyph.recognised, glyph.style)


def _back(quarters: int, size: PageSize) -> OnPage | None:
    """What turns boxes of text that was turned by quarters back to where they are seen."""
    if not quarters:
        return None
    width, height = (size.height, size.width) if quarters % 2 else (size.width, size.height)
    return partial(turned, quarters=4 - quarters, width=width, height=height)


def _gaps(pages: Sequence[_Page]) -> Iterator[str]:
    if scanned := [page.size.number for page in pages if page.scanned]:
        yield f"{_named(scanned)} without text: {_SCANNED[ocr.available()]}."
    for page in pages:
        if page.unsure:
            regions = f"{page.unsure} region{'s' if page.unsure > 1 else ''}"
            yield f"page {page.size.number}: {regions} that could not be recognised"
    for why in sorted({why for page in pages for why in page.hidden if page.hidden[why]}):
        found = [(page.size.number, page.hidden[why]) for page in pages if page.hidden[why]]
        yield f"{_named([n for n, _ in found])}: hidden text left out ({sum(c for _, c in found)} characters, {why})"
    for font in sorted({font for page in pages for font in page.unmapped if page.unmapped[font]}):
        found = [(page.size.number, page.unmapped[font]) for page in pages if page.unmapped[font]]
        count, name = sum(c for _, c in found), font or "without a name"
        yield f"{_named([n for n, _ in found])}: {count} characters of the font {name} have no Unicode"
    if commented := [page.size.number for page in pages if page.comments]:
        yield f"{_named(commented)}: comments are not read"


def _named(numbers: Sequence[int]) -> str:
    """Pages by their numbers, the first of many."""
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:_NAMED]))}{more}"
