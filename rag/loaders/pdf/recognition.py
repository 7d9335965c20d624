"""Pages of a PDF that are read with OCR: those without usable text. Draws them with PDFium."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.loaders.pdf.reading_order import Line, reading_order
from rag.loaders.pictures import ocr

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_POINTS = 72  # an inch


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The lines of a page in reading order, as they stand on it; `unsure` counts regions that could not be read."""

    lines: list[Line]
    unsure: int


def recognise_page(page: "PdfPage", number: int) -> RecognisedPage:
    """What a page shows, recognised. Needs the extra `ocr`; see `ocr.available`."""
    longest = max(page.get_size())
    scale = min(ocr.DPI / _POINTS, ocr.SIDE / longest)
    image = page.render(scale=scale).to_numpy()
    found = ocr.recognise(image[:, :, :3], page=number, scale=1 / scale)
    return RecognisedPage(found.placing.lines_on_page(reading_order(found.fragments)), found.unsure)
