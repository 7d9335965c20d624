"""Pages of a PDF that are read with OCR: those without usable text. Draws them with PDFium."""

from typing import TYPE_CHECKING

from rag.loaders.pictures import ocr

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_POINTS = 72  # an inch


def recognise_page(page: "PdfPage", number: int) -> ocr.Recognised:
    """What a page shows, recognised. Needs the extra `ocr`; see `ocr.available`."""
    longest = max(page.get_size())
    scale = min(ocr.DPI / _POINTS, ocr.SIDE / longest)
    image = page.render(scale=scale).to_numpy()
    return ocr.recognise(image[:, :, :3], page=number, scale=1 / scale)
