"""PDF: what a page looks like becomes blocks, and what stands beside the text does not cut it. A kind of page each."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from rag.loaders.content import Content
from rag.loaders.pdf.document import read
from rag.text.blocks import check_blocks
from rag.text.page_layout import unpack
from tests.loaders.pdf_maker import Put, column, pdf

PROSE = (
    "The harbour was dredged in 1921 by a crew from the mainland. Its quay holds four boats and a crane that lifts two "
    "tonnes. A ferry calls on Mondays and Fridays when the sea is calm enough. The warden keeps the lamp lit from dusk "
    "until the first bird sings. Nobody remembers who planted the row of elms behind the chapel. In spring the "
    "islanders paint every door in the colour of the year. Mail is sorted on the quay and carried up by a mule."
)
OTHER = (
    "The school has eleven pupils and a piano that is out of tune. Its roof was mended in 1950 with slates from the "
    "old quarry. On Sundays the hall serves soup to whoever comes up the hill. The teacher writes down the wind. "
    "Sheep outnumber the people by nine to one and are driven along the only road. The well never ran dry so far."
)
WIDTH, HEIGHT = A4


def content(data: bytes) -> Content:
    return read(Path("a.pdf"), data)


def drawn(draw: Callable[[Canvas], None]) -> Content:
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    draw(canvas)
    canvas.save()
    return content(out.getvalue())


def set_in_type(*parts: object) -> Content:
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=A4).build(list(parts))
    return content(out.getvalue())


def lines(canvas: Canvas, x: float, y: float, text: list[str], size: float = 10, font: str = "Helvetica") -> float:
    canvas.setFont(font, size)
    for line in text:
        canvas.drawString(x, y, line)
        y -= size * 1.2
    return y


def said(found: Content, *kinds: str) -> list[str]:
    blocks = [block for block in found.blocks if not kinds or block.kind in kinds]
    return [" ".join(found.text[block.start : block.end].split()) for block in blocks]


def cells(found: Content) -> list[tuple[int | None, int | None, str, str]]:
    """(row, column, name of the column, text) of each cell."""
    return [
        (item.row, item.column, found.text[slice(*item.label)] if item.label else "", found.text[item.start : item.end])
        for item in found.blocks
        if item.kind == "table_cell"
    ]


NORMAL = getSampleStyleSheet()["Normal"]
NOTE = ParagraphStyle("note", fontSize=7, leading=9)
PUMPS = [
    ["Pump", "Where it stands", "Power (kW)"],
    ["P-1", Paragraph("In the cellar of the north house, behind the boiler and next to the stairs", NORMAL), "4.5"],
    ["P-2", "On the quay", "11"],
    ["P-3", Paragraph("In the old mill, on the second floor, where the flour was kept until 1950", NORMAL), "7.5"],
]
PUMP_CELLS = [
    *[(1, column, "", name) for column, name in enumerate(["Pump", "Where it stands", "Power (kW)"], start=1)],
    *[(2, 1, "Pump", "P-1"), (2, 3, "Power (kW)", "4.5"), (3, 2, "Where it stands", "On the quay")],
    (2, 2, "Where it stands", "In the cellar of the north house, behind the boiler and next to the stairs"),
    (4, 2, "Where it stands", "In the old mill, on the second floor, where the flour was kept until 1950"),
]


@pytest.mark.parametrize(
    "style",
    [
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")],
        [
            ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
            ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
        [("VALIGN", (0, 0), (-1, -1), "TOP")],
    ],
    ids=["ruled all around", "ruled above and below", "not ruled"],
)
def test_a_table_has_its_cells_with_wrapped_ones_whole(style: list[tuple[object, ...]]) -> None:
    table = Table(PUMPS, colWidths=[60, 180, 80], style=TableStyle(style))
    found = set_in_type(Paragraph(PROSE, NORMAL), Spacer(1, 10), table, Spacer(1, 10), Paragraph(OTHER, NORMAL))
    assert set(PUMP_CELLS) <= set(cells(found))
    assert {block.table for block in found.blocks if block.kind == "table_cell"} == {1}
    assert said(found, "paragraph") == [PROSE, OTHER]


def test_a_table_goes_on_over_pages_and_another_one_does_not() -> None:
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    boats = Table([["Boat", "Berth"], *([f"Boat {n}", str(n)] for n in range(60))], repeatRows=1, style=grid)
    shaded = [("BACKGROUND", (0, 0), (-1, 1), colors.lightgrey), ("SPAN", (1, 0), (2, 0)), *grid.getCommands()]
    pumps = [["Pump", "2030", ""], ["", "Spring", "Autumn"], ["P-1", "4", "5"], ["P-2", "6", "7"]]
    found = set_in_type(boats, Spacer(1, 20), Table(pumps, style=TableStyle(shaded)))
    assert {block.table for block in found.blocks} == {1, 2}
    assert [(name, text) for _, column, name, text in cells(found) if column == 2 and text == "59"] == [("Berth", "59")]
    assert cells(found)[-1] == (4, 3, "Autumn", "7")


def test_an_author_between_a_title_and_two_columns_belongs_to_neither() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Bold", 16)
        canvas.drawCentredString(WIDTH / 2, 790, "On the Tides of Lund")
        canvas.setFont("Helvetica", 10)
        canvas.drawCentredString(WIDTH / 2, 770, "Ida Brandt and Tom Reed")
        lines(canvas, 60, 740, ["1 Tides"], 12, "Helvetica-Bold")
        lines(canvas, 60, 724, wrap(PROSE, 44))
        lines(canvas, 312, 740, wrap(OTHER, 44))

    assert said(drawn(draw)) == ["On the Tides of Lund", "Ida Brandt and Tom Reed", "1 Tides", PROSE, OTHER]


def test_a_number_in_a_line_from_right_to_left_stays_in_it() -> None:
    line = "הנמל נחפר בשנת 1921 בידי צוות מן היבשת"
    shown = line.replace("1921", "1291"[::-1])[::-1].replace("1921"[::-1], "1921")
    found = content(pdf([[Put(100, 700, shown)]]))
    assert "1921" in found.text
    assert len(found.blocks) == 1


def test_characters_without_unicode_are_named_by_their_font() -> None:
    stream = b"BT /G 12 Tf 50 700 Td (Readable words are here.) Tj ET BT /F 12 Tf 50 650 Td <010203> Tj ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Odd/FirstChar 1/LastChar 3/Widths[600 600 600]"
    data = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources"
        b"<</Font<</F 5 0 R/G 6 0 R>>>>>>endobj\n4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj%s/Encoding<</Type/Encoding/Differences[1/g1/g2/g3]>>>>endobj\n"
        b"6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>"
    ) % (len(stream), stream, font)
    found = content(data)
    assert found.text == "Readable words are here."
    assert found.gaps == ("page 1: 3 characters of the font Odd have no Unicode",)


def test_a_stamp_in_the_margin_is_one_piece_of_furniture() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 760, wrap(PROSE, 80))
        for x, y, angle in ((30, 500, 90), (570, 700, -90)):
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(angle)
            lines(canvas, 0, 0, [f"Ledger 12, No. {abs(angle)} / 3 March 2031"], 14)
            canvas.restoreState()

    found = drawn(draw)
    assert said(found, "paragraph") == [PROSE]
    assert said(found, "page_furniture") == ["Ledger 12, No. 90 / 3 March 2031"] * 2


def test_columns_written_line_by_line_with_a_number_in_the_gutter_are_read_one_by_one() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 60, 800, ["News of the Island"], 18)
        columns = [wrap(PROSE, 47), wrap(OTHER, 47)]
        for number in range(max(map(len, columns))):
            for side, column_lines in enumerate(columns):
                lines(canvas, 60 + side * 243, 770 - 12 * number, column_lines[number : number + 1])
        canvas.drawCentredString(WIDTH / 2, 30, "7")

    found = drawn(draw)
    assert said(found) == ["News of the Island", PROSE, OTHER, "7"]


@pytest.mark.parametrize("beside", ["box", "labels", "listing"])
def test_what_stands_beside_a_column_does_not_cut_it(beside: str) -> None:
    def draw(canvas: Canvas) -> None:
        y = lines(canvas, 60, 770, wrap(PROSE, 50))
        if beside == "box":
            canvas.rect(380, 640, 160, 140)
            lines(canvas, 390, 765, ["Facts about Lund", "Area: 12 km", "People: 411", "Founded: 1804"], 12)
        elif beside == "labels":
            for x, height, label in ((400, 764, "Quay"), (480, 741, "Mill"), (420, 722, "Lake"), (500, 700, "Chapel")):
                lines(canvas, x, height, [label], 8)
        else:
            lines(
                canvas, 390, 770, ["for boat in boats:", "    if boat.is_long:", "        fee(boat, 12)"], 10, "Courier"
            )
        lines(canvas, 60, y, wrap(OTHER, 95))

    text = " ".join(said(drawn(draw), "paragraph"))
    assert all(f"{sentence}." in text for sentence in f"{PROSE} {OTHER}".rstrip(".").split(". "))


def test_running_heads_and_page_numbers_do_not_cut_a_sentence() -> None:
    def draw(canvas: Canvas) -> None:
        text = wrap(f"{PROSE} {OTHER}", 80)
        for number, start in enumerate(range(0, len(text), 4), start=1):
            heads = ("A History of Lund", str(40 + number)) if number % 2 else (str(40 + number), f"Chapter {number}")
            lines(canvas, 72, 800, [heads[0]], 9)
            canvas.drawRightString(520, 800, heads[1])
            lines(canvas, 72, 770, text[start : start + 4])
            canvas.showPage()

    found = drawn(draw)
    assert said(found, "paragraph") == [f"{PROSE} {OTHER}"]
    assert said(found, "page_furniture")[:2] == ["A History of Lund 41", "42 Chapter 2"]
    pages = [place.number for place in found.places]
    assert pages == [1, 2, 3, *range(4, max(pages) + 1), *range(1, max(pages) + 1)]


@pytest.mark.parametrize("gap", [60, 68])
def test_line_numbers_do_not_cut_a_sentence(gap: int) -> None:
    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(wrap(PROSE, 60), start=1):
            canvas.setFont("Courier", 10)
            canvas.drawRightString(gap, 770 - 24 * number, str(number))
            canvas.drawString(76, 770 - 24 * number, line)

    found = drawn(draw)
    assert said(found, "paragraph") == [PROSE]


def test_raised_marks_join_no_number() -> None:
    text = (
        "The dam was built in 1904<super>12</super> and holds 3 km<super>3</super> of water. It broke on the "
        "1<super>st</super> of May.<super>4</super> The mill was sold in 1931.<super>3</super> It is of H<sub>2</sub>O."
    )
    found = set_in_type(Paragraph(text, NORMAL), Spacer(1, 500), Paragraph("<super>12</super> See page 3.", NOTE))
    assert said(found, "paragraph") == [
        "The dam was built in 1904[12] and holds 3 km³ of water. It broke on the 1st of May.[4] The mill was sold in "
        "1931.[3] It is of H2O."
    ]
    assert [(b.number, found.text[b.start : b.end]) for b in found.blocks if b.kind == "footnote"] == [
        ("12", "[12] See page 3.")
    ]


def test_headings_have_levels_by_size_and_number() -> None:
    sheet = getSampleStyleSheet()
    found = set_in_type(
        Paragraph("The Island", sheet["Title"]),
        Paragraph("1 Harbour", sheet["Heading1"]),
        Paragraph(PROSE, NORMAL),
        Paragraph("1.1 Crane", sheet["Heading2"]),
        Paragraph(OTHER, NORMAL),
        Paragraph("<b>Fees</b>", NORMAL),
        Paragraph(PROSE, NORMAL),
    )
    headings = [(b.level, b.number, found.text[b.start : b.end]) for b in found.blocks if b.kind == "heading"]
    assert [text for _, _, text in headings] == ["The Island", "1 Harbour", "1.1 Crane", "Fees"]
    assert [number for _, number, _ in headings] == ["", "1", "1.1", ""]
    levels = [level for level, _, _ in headings]
    assert levels[0] <= levels[1] < levels[2]


def test_lines_of_a_table_of_contents_are_no_headings() -> None:
    bold = getSampleStyleSheet()["Heading3"]
    found = set_in_type(
        Paragraph("Contents", bold),
        Paragraph("1 Harbour ........................ 3", bold),
        Paragraph("[Function]", bold),
        Paragraph(PROSE, NORMAL),
    )
    assert said(found, "heading") == ["Contents"]


def test_bookmarks_say_what_is_a_heading() -> None:
    def draw(canvas: Canvas) -> None:
        for number, (level, title) in enumerate([(0, "The harbour"), (1, "Its crane"), (0, "The chapel")]):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, level)
            lines(canvas, 72, 770, [title])
            lines(canvas, 72, 750, wrap((PROSE, OTHER)[number % 2], 80))
            canvas.showPage()

    found = drawn(draw)
    headings = [(b.level, found.text[b.start : b.end]) for b in found.blocks if b.kind == "heading"]
    assert headings == [(1, "The harbour"), (2, "Its crane"), (1, "The chapel")]


def test_items_have_their_marks_before_them_and_captions_are_told() -> None:
    text = ["• a warm coat", "• a whistle that is heard over the", "   wind", "• food"]
    found = content(
        pdf([[*column(50, 700, ["Bring:"]), *column(60, 680, text), Put(50, 600, "Table 3. What to bring.")]])
    )
    items = [(b.number, " ".join(found.text[b.start : b.end].split())) for b in found.blocks if b.kind == "list_item"]
    assert items == [("•", "a warm coat"), ("•", "a whistle that is heard over the wind"), ("•", "food")]
    assert said(found, "caption") == ["Table 3. What to bring."]


def test_form_values_are_read_where_they_stand() -> None:
    def draw(canvas: Canvas) -> None:
        for number, (name, value) in enumerate([("Name", "Ida Brandt"), ("Boat", "Heron")]):
            lines(canvas, 60, 740 - 30 * number, [f"{name}:"], 11)
            canvas.acroForm.textfield(name=name, x=140, y=732 - 30 * number, width=200, height=20, value=value)

    assert drawn(draw).text == "Name: | Ida Brandt\nBoat: | Heron"


def test_hidden_text_is_named_and_not_read() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 770, ["The fee is twelve crowns."])
        canvas.setFillColor(colors.darkblue)
        canvas.rect(60, 700, 200, 30, fill=1)
        canvas.setFillColor(colors.white)
        lines(canvas, 72, 710, ["Seen on blue."])
        lines(canvas, 72, 660, ["White secret."])
        canvas.setFillColor(colors.black)
        lines(canvas, 2000, 640, ["Far away."])
        lines(canvas, 72, 630, ["Tiny secret."], 0.5)
        lines(canvas, 72, 600, ["Covered secret."])
        canvas.drawImage(ImageReader(Image.new("RGB", (9, 9), "grey")), 60, 590, 200, 30)
        lines(canvas, 72, 560, ["Blackened secret."])
        canvas.rect(60, 555, 200, 20, fill=1)
        text = canvas.beginText(72, 500)
        text.setTextRenderMode(3)
        text.textLine("Invisible secret.")
        canvas.drawText(text)

    found = drawn(draw)
    assert found.text == "The fee is twelve crowns.\n\nSeen on blue."
    assert [gap.partition(": ")[2] for gap in found.gaps] == [
        "hidden text left out (16 characters, invisible)",
        "hidden text left out (8 characters, off the page)",
        "hidden text left out (11 characters, too small to be seen)",
        "hidden text left out (16 characters, under a filled box)",
        "hidden text left out (14 characters, under a picture)",
        "hidden text left out (12 characters, white on white)",
    ]


def test_a_table_that_lies_on_its_side_is_read() -> None:
    rows = [
        ["Station", "Depth", "Opened"],
        ["North", "12 m", "1904"],
        ["South", "9 m", "1911"],
        ["West", "31 m", "1950"],
    ]

    def draw(canvas: Canvas) -> None:
        lines(canvas, 72, 790, wrap(PROSE, 85))
        canvas.translate(300, 100)
        canvas.rotate(90)
        for number, row in enumerate(rows * 5):
            for place, cell in enumerate(row):
                lines(canvas, place * 110, -number * 14, [f"{cell} {number}" if number else cell])

    found = drawn(draw)
    assert (2, 3, "Opened", "1904 1") in cells(found)
    assert said(found, "paragraph") == [PROSE]
    start = found.text.index("1904 1")
    box = unpack(found.layout).boxes[start]
    assert box
    assert 300 < box.left < 330
    assert box.bottom - box.top < box.right - box.left  # its line lies on its side


def test_a_map_with_a_thousand_labels_takes_seconds() -> None:
    puts = [Put(10 + 37.0 * (n % 16), 780 - 12.1 * (n // 16) - n % 5, f"L{n}", 6) for n in range(1000)]
    started = time.process_time()
    found = content(pdf([puts]))
    assert time.process_time() - started < 20
    assert all(f"L{n}" in found.text for n in range(1000))


def test_a_right_to_left_ligature_is_in_the_order_that_it_is_read() -> None:
    found = content(pdf([[Put(50, 700, "مالس", 12)]]))  # drawn from the left; a font may have lam-alef as one sign
    assert found.text == "سلام"


@given(
    st.lists(
        st.builds(
            Put,
            st.integers(0, 40).map(lambda place: place * 14.0),
            st.integers(1, 60).map(lambda place: place * 13.0),
            st.sampled_from(
                ["Words of a line that runs on", "12", "• item", "Table 1. A", "1904", "end.", "infor-", "שלום"]
            ),
            st.sampled_from([7.0, 10.0, 16.0]),
        ),
        max_size=30,
        unique_by=lambda put: (put.x, put.y),
    )
)
@settings(max_examples=60, deadline=None)
def test_blocks_and_boxes_are_exact_wherever_text_stands(puts: list[Put]) -> None:
    found = content(pdf([[*puts, Put(300, 400, "x")], [*puts[:5], Put(300, 400, "y")]]))
    check_blocks(found.text, found.blocks)
    boxes = unpack(found.layout).boxes
    assert len(boxes) == len(found.text)
    covered = "".join(found.text[block.start : block.end] for block in found.blocks)
    letters = sorted(c for put in (*puts, *puts[:5], Put(0, 0, "xy")) for c in put.text if c.isalnum())
    seen = sorted(c for c in covered if c.isalnum())
    assert letters == seen or set("¹²⁰⁴⁹") & set(covered)
    assert all(box is not None for box, c in zip(boxes, found.text, strict=True) if c.isalnum())
