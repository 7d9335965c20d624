"""PDF: reading order, words made whole, and every character where the page shows it."""

from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableSourceError
from rag.loaders import Loaded, load
from rag.loaders.pictures import ocr
from rag.text.page_layout import Layout, pack, unpack
from rag.types import Box, PageSize, Place
from tests.loaders.pdf_maker import Put, column, pdf

LEFT = ["The quick brown fox jumps over the lazy", "dog while the infor-", "mation stands in the left column of it."]
RIGHT = ["In the right column other things are", "said. It is said again. It is said again."]


def read(data: bytes) -> Loaded:
    return load(Path("a.pdf"), data, source="a.pdf")


def boxes(found: Loaded, words: str) -> list[Box | None]:
    start = found.document.text.index(words)
    return list(unpack(found.document.layout).boxes[start : start + len(words)])


def test_columns_are_read_one_after_the_other_though_they_were_written_line_by_line() -> None:
    lines = [*column(50, 700, LEFT), *column(330, 700, RIGHT), Put(330, 676, "The right column ends here, at last.")]
    title, footer = Put(150, 750, "A title that spans the two columns", 16), Put(290, 30, "page 1 of 1")
    by_line = sorted(lines, key=lambda put: (-put.y, put.x))
    assert read(pdf([[title, *by_line, footer]])).document.text == (
        "A title that spans the two columns\n\n"
        "The quick brown fox jumps over the lazy\ndog while the information stands in the left column of it.\n\n"
        "In the right column other things are\nsaid. It is said again. It is said again.\n"
        "The right column ends here, at last.\n\n"
        "page 1 of 1"
    )


def test_a_table_is_read_row_by_row() -> None:
    cells = [("Name", "Age", "Town"), ("Ann", "41", "Ghent"), ("Bob", "39", "Turin"), ("Cid", "27", "Lodz")]
    puts = [Put(50 + 150 * x, 700 - 12 * y, cell) for y, row in enumerate(cells) for x, cell in enumerate(row)]
    table = "Name | Age | Town\nAnn | 41 | Ghent\nBob | 39 | Turin\nCid | 27 | Lodz"
    assert read(pdf([puts])).document.text == table


def test_a_parted_word_is_joined_and_maps_back_to_both_lines() -> None:
    found = read(pdf([column(50, 700, LEFT)]))
    first, last = boxes(found, "information")[0], boxes(found, "information")[-1]
    assert first
    assert last
    assert (first.left, last.left) == (50 + 14 * 6, 50 + 5 * 6)
    assert round(last.top - first.top, 2) == 12
    assert unpack(found.document.layout).joins == (found.document.text.index("mation"),)


def test_a_compound_keeps_its_hyphen() -> None:
    lines = ["A well-known place, and a well-", "known name; its infor-", "mation is Anglo-", "Saxon."]
    assert read(pdf([column(50, 700, lines)])).document.text == (
        "A well-known place, and a well-known name; its information is Anglo-\nSaxon."
    )


def test_a_ligature_is_spelt_out_and_its_letters_share_a_box() -> None:
    found = read(pdf([[Put(50, 700, "The ﬁrst oﬃce")]]))
    assert found.document.text == "The first office"
    f, i, r = boxes(found, "fir")
    assert f == i != r
    assert len(set(boxes(found, "ffi"))) == 1


def test_what_is_written_from_right_to_left_is_read_so() -> None:
    found = read(pdf([[Put(50, 700, "שלום עולם"[::-1])]]))
    assert found.document.text == "שלום עולם"
    lefts = [box.left for box in boxes(found, "שלום") if box]
    assert lefts == sorted(lefts, reverse=True)


def test_pages_are_numbered_and_a_sentence_may_run_over_them() -> None:
    found = read(
        pdf([[Put(50, 60, "It begins on the first page and")], [], [Put(50, 700, "ends on the third. Naïve 𝑥.")]])
    )
    assert found.document.text == "It begins on the first page and\nends on the third. Naïve 𝑥."
    assert found.document.places == (Place("page", 1, 0), Place("page", 3, 32))
    assert {box.page for box in boxes(found, "third") if box} == {3}
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("rotate", "left", "top"), [(0, 50.0, 87.97), (90, 693.52, 50.0), (180, 556.0, 693.52), (270, 87.97, 556.0)]
)
def test_boxes_are_as_the_page_is_shown(rotate: int, left: float, top: float) -> None:
    found = read(pdf([[Put(50, 700, "Hello")]], rotate=rotate))
    box = boxes(found, "H")[0]
    assert box
    assert (box.left, box.top) == pytest.approx((left, top), abs=4)  # how high a line is, is up to the font
    size = unpack(found.document.layout).pages[0]
    assert (size.width, size.height) == ((612, 792) if rotate % 180 == 0 else (792, 612))


def test_scanned_pages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    found = read(pdf([[], [Put(50, 700, "Text.")], []], pictures=[1, 3]))
    assert found.gaps == (f"pages 1, 3 without text: scanned. {ocr.INSTALL}.",)


def encrypted() -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt="secret")
    canvas.drawString(50, 700, "Nobody may read this.")
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pdf([[]], pictures=[1]), "has no text on its 1 pages: scanned. Install OCR"),
        (pdf([[], []]), "has no text on its 2 pages: there is nothing to read"),
        (encrypted(), "is encrypted. Give its password with --password"),
        (b"%PDF-1.7 and nothing else", "is damaged: it is no readable PDF"),
        (pdf([column(50, 700, LEFT)])[:300], "is damaged: it is no readable PDF"),
    ],
)
def test_a_file_without_readable_text_is_one_named_failure(
    data: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(UnreadableSourceError, match=f"a.pdf {message}"):
        read(data)


def test_a_layout_comes_out_as_it_went_in() -> None:
    layout = Layout((PageSize(2, 612.0, 792.5),), [Box(2, 1.25, 2.5, 3.0, 4.75), None, Box(2, -1.0, 0, 0, 0)], (1,))
    assert unpack(pack(layout)) == layout
    assert unpack(b"") == Layout()
