"""Pictures of text (PNG, JPEG, TIFF of several pages, WebP), by Pillow and OCR: each frame a page.

A picture without text is no document. Animations are read as what their frames show.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import UnreadableSourceError
from rag.loaders import options
from rag.loaders.content import Content
from rag.loaders.pdf.flow import flow
from rag.loaders.pdf.structure import PageParts, arranged, structured
from rag.loaders.pictures import ocr
from rag.types import PageSize

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS = 200_000_000  # of a frame; a larger one is refused
FRAMES = 2_000
_POINTS = 72  # an inch
_USUAL = 96  # dots an inch where a picture does not say: a screen's


def read(path: Path, data: bytes) -> Content:
    """The text of all frames. Raises UnreadableSourceError, also for a picture without text."""
    if not ocr.available():
        raise UnreadableSourceError(f"{path} is a picture. {ocr.INSTALL}.")
    pages: list[PageParts] = []
    gaps = []
    for number, frame in enumerate(_frames(path, data), start=1):
        page, unsure = _page(frame, number)
        pages.append(page)
        if unsure:
            gaps.append(f"page {number}: {unsure} region{'s' if unsure > 1 else ''} that could not be recognised")
    if not any(page.parts for page in pages):
        raise UnreadableSourceError(f"{path} is a picture without text that could be recognised.")
    found = flow(structured(pages, {}))
    return Content(found.text, places=found.places, layout=found.layout, blocks=found.blocks, gaps=tuple(gaps))


def _page(frame: "Image", number: int) -> tuple[PageParts, int]:
    dots = frame.info.get("dpi", (_USUAL, _USUAL))[0] or _USUAL
    points = _POINTS / float(dots)
    shrink = min(1.0, ocr.SIDE / max(frame.size))
    plain = _on_white(frame)
    if shrink < 1:
        plain = plain.resize((max(1, round(frame.width * shrink)), max(1, round(frame.height * shrink))))
    image = np.ascontiguousarray(np.asarray(plain)[:, :, ::-1])
    found = ocr.recognise(image, page=number, scale=points / shrink)
    size = PageSize(number, frame.width * points, frame.height * points)
    return PageParts(size, arranged(found.fragments, on_page=found.placing.on_page)), found.unsure


def _frames(path: Path, data: bytes) -> Iterator["Image"]:
    """The frames of a picture, turned as they are meant to be seen."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of sizes that are refused here
            with Image.open(BytesIO(data)) as picture:
                total = min(getattr(picture, "n_frames", 1), FRAMES)
                for number, frame in enumerate(ImageSequence.Iterator(picture), start=1):
                    if frame.width * frame.height > PIXELS or number > FRAMES:
                        raise UnreadableSourceError(
                            f"{path} has over {PIXELS:,} pixels or {FRAMES:,} pages. Save it smaller."
                        )
                    upright = ImageOps.exif_transpose(frame)
                    upright.load()
                    yield upright
                    options.step(number, total)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        why = "" if isinstance(error, UnidentifiedImageError) else f" ({error})"
        raise UnreadableSourceError(f"{path} is damaged: it is no readable picture{why}. Get another copy.") from error


def _on_white(picture: "Image") -> "Image":
    """A picture in three colours, what is transparent in it as on paper."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        solid = picture.convert("RGBA")
        paper = Image.new("RGBA", solid.size, "white")
        paper.alpha_composite(solid)
        return paper.convert("RGB")
    if picture.mode.startswith("I;16") or picture.mode == "I":
        deep = np.asarray(picture, dtype=np.float64)
        return Image.fromarray((deep / max(1.0, deep.max()) * 255).astype(np.uint8)).convert("RGB")
    return picture.convert("RGB")
