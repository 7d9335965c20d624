"""Pages as pictures, and the boxes of cited words on them: what is under a box is what was cited."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from rag.errors import UnreadableSourceError
from rag.loaders import load
from rag.loaders.page_renderer import PagePictures
from rag.text.page_layout import boxes_between, by_line, page_lines, page_sizes, unpack
from rag.types import Document
from tests.loaders.pdf_maker import Put, column, pdf


def squeezed(words: str) -> str:
    return "".join(words.split())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages or more, in two columns."""
    draw, path = random.Random(4), tmp_path_factory.mktemp("pdf") / "report.pdf"
    words = "the quick brown fox jumps over lazy dogs while seven wizards box with five liquor jugs quietly".split()
    style = getSampleStyleSheet()["BodyText"]
    story = [Paragraph(" ".join(draw.choices(words, k=60)).capitalize() + ".", style) for _ in range(40)]
    frames = [Frame(50, 50, 235, 740), Frame(310, 50, 235, 740)]
    BaseDocTemplate(str(path), pagesize=A4, pageTemplates=[PageTemplate(frames=frames)]).build(story)
    return path


@pytest.fixture(scope="module")
def document(report: Path) -> Document:
    return load(report, report.read_bytes(), source="report.pdf").document


def test_what_stands_under_the_boxes_is_what_was_cited(report: Path, document: Document) -> None:
    shown, draw = PdfDocument(report), random.Random(1)
    for _ in range(60):
        start = document.text.index(" ", draw.randrange(len(document.text) - 400)) + 1
        end = document.text.index(" ", start + draw.randrange(5, 300))
        under = ""
        for box in by_line(boxes_between(document.layout, start, end)):
            page = shown[box.page - 1]
            bottom, top = page.get_height() - box.bottom, page.get_height() - box.top
            under += page.get_textpage().get_text_bounded(box.left + 0.5, bottom + 2, box.right - 0.5, top - 2)
        assert squeezed(under) == squeezed(document.text[start:end])


def test_boxes_between_are_those_of_the_whole_layout(document: Document) -> None:
    every = unpack(document.layout)
    assert page_sizes(document.layout) == every.pages
    assert boxes_between(document.layout, 100, 700) == [box for box in every.boxes[100:700] if box]


def test_a_page_is_the_text_of_its_lines(document: Document) -> None:
    ends = [place.start for place in document.places[1:]] + [len(document.text)]
    for place, end in zip(document.places, ends, strict=True):
        lines = page_lines(document.text, document.layout, place.number)
        told = "".join(document.text[line.start : line.end] for line in lines)
        assert squeezed(told) == squeezed(document.text[place.start : end])


def test_boxes_of_one_line_are_one_box_and_columns_are_apart() -> None:
    lines = [*column(50, 700, ["Left one.", "Left two."]), *column(330, 700, ["Right one.", "Right two."])]
    document = load(Path("a.pdf"), pdf([lines]), source="a.pdf").document
    boxes = by_line(boxes_between(document.layout, 0, len(document.text)))
    assert len(boxes) == 4
    assert sorted({round(box.left) for box in boxes}) == [50, 330]


def test_a_page_becomes_a_picture_of_the_width_that_was_asked_for(report: Path) -> None:
    pictures = PagePictures()
    made = pictures.picture(report, version="v", page=2, width=300)
    width, height = Image.open(io.BytesIO(made)).size
    assert width == 300 and abs(height - 300 * A4[1] / A4[0]) <= 1
    report_gone = report.with_name("gone.pdf")
    assert pictures.picture(report_gone, version="v", page=2, width=300) is made  # kept, by content


def test_pictures_kept_are_bounded(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = PagePictures()
    monkeypatch.setattr("rag.loaders.page_renderer.CACHED", 1)
    for page in (1, 2):
        pictures.picture(report, version="v", page=page, width=50)
    assert list(pictures._kept) == [("v", 2, 50)]


@pytest.mark.parametrize("page", [0, 99])
def test_a_page_that_is_not_there_is_one_error(report: Path, page: int) -> None:
    with pytest.raises(UnreadableSourceError, match=r"Page \d+ of report.pdf cannot be shown"):
        PagePictures().picture(report, version="v", page=page, width=50)


def test_a_damaged_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(pdf([[Put(50, 700, "Some words.")]])[:200])
    with pytest.raises(UnreadableSourceError):
        PagePictures().picture(tmp_path / "bad.pdf", version="v", page=1, width=50)
