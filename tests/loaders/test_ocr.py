"""Text in pictures: read as it stands, upright or not, with a box and a confidence for each character."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation

from rag.errors import UnreadableSourceError
from rag.loaders.options import LoadOptions
from rag.loaders.pictures import ocr, picture
from rag.loaders.registry import load
from rag.text.page_layout import unpack

pytest.importorskip("rapidocr")
pytestmark = pytest.mark.model

LETTER = (
    "The boiler in the cellar was last serviced on 14 May 2023.",
    "A second visit will take place before the winter of 2025.",
    "The charge for both visits is 236 euros.",
    "Questions are answered on 0550 1190 before noon.",
)


def page(*columns: tuple[str, ...], size: tuple[int, int] = (1000, 400), points: int = 30) -> Image.Image:
    """A page of text, black on white."""
    drawn = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(drawn), ImageFont.load_default(points)
    for number, lines in enumerate(columns):
        for place, line in enumerate(lines):
            pen.text((100 + number * size[0] // 2, 60 + place * points * 9 // 4), line, "black", font)
    return drawn


def data(*frames: Image.Image, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    more = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(buffer, kind, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("angle", [-6, 90, 180])
def test_a_page_is_read_however_it_lies(angle: int) -> None:
    turned = page(LETTER, size=(1000, 400)).rotate(angle, expand=True, fillcolor="white")
    assert picture.read(Path("scan.png"), data(turned)).text.split() == " ".join(LETTER).split()


def test_characters_have_boxes_where_they_are_seen() -> None:
    drawn = page(LETTER, size=(1000, 400))
    found = picture.read(Path("scan.png"), data(drawn))
    layout = unpack(found.layout)
    width, height = layout.pages[0].width, layout.pages[0].height
    dark = np.asarray(drawn.convert("L")) < 128
    scale = drawn.width / width
    place = found.text.index("2023")
    for character, box in zip(found.text[place:][:4], layout.boxes[place:][:4], strict=True):
        assert box
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height
        inside = dark[
            round(box.top * scale) : round(box.bottom * scale), round(box.left * scale) : round(box.right * scale)
        ]
        assert inside.any(), character


def test_two_columns_are_read_one_after_the_other() -> None:
    left = ("The north house was built", "in 1911 by the two sons of", "a miller from the next town.")
    right = ("The south house is newer;", "it has a lift and a cellar", "that is dry all year round.")
    text = picture.read(Path("scan.png"), data(page(left, right, size=(1000, 400), points=28))).text
    assert " ".join(text.split()) == " ".join((*left, *right))


def test_every_frame_of_a_tiff_is_a_page() -> None:
    frames = [page((line,), size=(1000, 160)) for line in LETTER[:2]]
    found = picture.read(Path("scan.tif"), data(*frames, kind="TIFF"))
    assert found.text.split() == " ".join(LETTER[:2]).split()
    assert [place.number for place in found.places] == [1, 2]


def test_the_confidence_is_kept_with_the_block() -> None:
    blocks = picture.read(Path("scan.webp"), data(page(LETTER[:1], size=(1000, 160)), kind="WEBP")).blocks
    assert [0.9 < (block.recognised or 0) <= 1 for block in blocks] == [True]


def test_a_picture_without_text_is_named() -> None:
    with pytest.raises(UnreadableSourceError, match="without text that could be recognised"):
        picture.read(Path("sky.png"), data(Image.new("RGB", (300, 300), "lightblue")))


def test_a_picture_as_long_as_a_ribbon_takes_no_longer() -> None:
    ribbon = page(("A line.",), size=(20, 9000))
    with pytest.raises(UnreadableSourceError, match="without text that could be recognised"):
        picture.read(Path("ribbon.png"), data(ribbon))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(UnreadableSourceError, match=r"scan.png is a picture. Install OCR .*citespan\[ocr\]"):
        picture.read(Path("scan.png"), data(page(LETTER)))


def test_progress_is_told_page_by_page() -> None:
    frames = [page((line,), size=(1000, 160)) for line in LETTER[:2]]
    steps: list[tuple[int, int]] = []
    load(
        Path("scan.tif"),
        data(*frames, kind="TIFF"),
        source="scan.tif",
        options=LoadOptions(),
        progress=lambda done, total: steps.append((done, total)),
    )
    assert steps == [(1, 2), (2, 2)]


def test_a_scanned_pdf_is_recognised() -> None:
    found = load(Path("scan.pdf"), data(page(LETTER, size=(1000, 400)), kind="PDF"), source="scan.pdf")
    assert found.document.text.split() == " ".join(LETTER).split()
    assert found.gaps == ()


def test_blocks_say_how_sure_their_recognition_is() -> None:
    found = load(Path("scan.png"), data(page(LETTER, size=(1000, 400))), source="scan.png")
    assert found.document.blocks
    assert all(block.recognised is not None and 0.5 < block.recognised <= 1 for block in found.document.blocks)


def test_the_scanned_letter_is_read_to_99_per_cent() -> None:
    file = Path(__file__).parents[2] / "../shared/office/dev/files/fire-inspection.pdf"
    if not file.exists():
        pytest.skip("the shared documents are not here")
    text = load(file, file.read_bytes(), source=file.name).document.text
    assert len(text.split()) == 173


def test_pictures_in_documents_are_read_on_request() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Notice"
    slide.shapes.add_picture(BytesIO(data(page(LETTER[:1], size=(1000, 160)))), 0, 0)
    buffer = BytesIO()
    deck.save(buffer)
    options = LoadOptions(pictures=True)
    found = load(Path("a.pptx"), buffer.getvalue(), source="a.pptx", options=options)
    assert found.document.text == f"Notice\n\nAttachment: image1.png\n\n{LETTER[0]}"
    assert found.gaps == ()
