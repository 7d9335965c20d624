"""Slides: one a page, titles as headings, lists, tables and charts cell by cell, notes; what is hidden is named."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content
from rag.loaders.office import slides
from rag.text.blocks import check_blocks

TITLE, BODY, ONLY_TITLE = 0, 1, 5


def read(deck: Any) -> Content:
    buffer = BytesIO()
    deck.save(buffer)
    found = slides.read(Path("deck.pptx"), buffer.getvalue())
    check_blocks(found.text, found.blocks)
    return found


def add(deck: Any, layout: int, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text = title
    return slide


def test_a_slide_is_a_page_with_title_list_and_notes() -> None:
    deck = Presentation()
    slide = add(deck, BODY, "Risks")
    frame = slide.placeholders[1].text_frame
    frame.text = "Ground water"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "near the garage", 1
    slide.notes_slide.notes_text_frame.text = "Say who decides."
    add(deck, ONLY_TITLE, "Thank you")
    found = read(deck)
    assert found.text == "Risks\n\n- Ground water\n\n- near the garage\n\nNotes\n\nSay who decides.\n\nThank you"
    assert [(place.number, found.text[place.start :][:5]) for place in found.places] == [(1, "Risks"), (2, "Thank")]
    assert [(block.kind, block.level) for block in found.blocks] == [
        ("heading", 1),
        ("list_item", 1),
        ("list_item", 2),
        ("heading", 2),
        ("paragraph", 0),
        ("heading", 1),
    ]


def test_boxes_are_read_from_top_to_bottom_and_left_to_right() -> None:
    deck = Presentation()
    slide = add(deck, ONLY_TITLE, "Plan")
    for text, left, top in (("below", 1, 5), ("right", 6, 2.05), ("left", 1, 2)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text
    assert read(deck).text == "Plan\n\nleft\n\nright\n\nbelow"


def test_a_table_is_cells_under_their_header() -> None:
    deck = Presentation()
    table = add(deck, ONLY_TITLE, "Costs").shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for place, text in {(0, 0): "Lot", (0, 1): "Budget", (1, 0): "Shell", (1, 1): "5,900"}.items():
        table.cell(*place).text = text
    found = read(deck)
    assert found.text == "Costs\n\nLot | Budget\n\nShell | 5,900"
    value = found.blocks[-1]
    assert value.label
    assert (found.text[slice(*value.label)], value.row, value.column) == ("Budget", 2, 2)


def test_the_numbers_behind_a_chart_are_read() -> None:
    deck = Presentation()
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("Visits", (12, 15.5))
    add(deck, ONLY_TITLE, "Visits").shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(4), Inches(3), data
    )
    assert "May | 12\n\nJune | 15.5" in read(deck).text


def test_hidden_slides_and_pictures_are_named() -> None:
    deck = Presentation()
    picture = BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    picture.seek(0)
    add(deck, ONLY_TITLE, "Shown").shapes.add_picture(picture, Inches(1), Inches(2))
    add(deck, ONLY_TITLE, "Hidden")._element.set("show", "0")
    found = read(deck)
    assert (found.text, found.gaps) == ("Shown", ("slide 1: 1 picture not read", "slide 2 is hidden and not read"))


@pytest.mark.parametrize(
    ("number", "scheme", "mark"),
    [(3, "arabicPeriod", "3."), (2, "alphaLcParenR", "b)"), (4, "romanUcPeriod", "IV."), (1, "arabicParenBoth", "(1)")],
)
def test_items_are_numbered_as_shown(number: int, scheme: str, mark: str) -> None:
    assert slides._numbered(number, scheme) == mark


def test_a_damaged_deck_is_named() -> None:
    with pytest.raises(UnreadableSourceError, match=r"deck.pptx is damaged"):
        slides.read(Path("deck.pptx"), b"PK\x03\x04 no archive")
