"""Files of binary formats damaged at random: each is read, or is one named failure; none crashes or hangs a reader.

`CITESPAN_MUTATIONS` says how many of each format.
"""

import json
import os
import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import xlwt
from docx import Document
from openpyxl import Workbook
from PIL import Image
from pptx import Presentation

from rag.errors import UnreadableSourceError
from rag.loaders.sandbox import ReaderProcess
from tests.loaders.pdf_maker import Put, pdf
from tests.loaders.test_more_formats import RTF, open_text

COUNT = int(os.environ.get("CITESPAN_MUTATIONS", "4"))
SECONDS = 240.0  # a machine under load is slow


def saved(document: object) -> bytes:
    buffer = BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def xlsx() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in range(30):
        sheet.append([f"Item {row}", row * 1.5, "=A1"])
    sheet.merge_cells("A3:B4")
    return saved(book)


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Fleet")
    for row in range(30):
        sheet.write(row, 0, f"Item {row}")
        sheet.write(row, 1, row / 3)
    return saved(book)


def ods() -> bytes:
    from tests.loaders.test_sheets import open_document, row

    return open_document("".join(row(("string", f"Item {n}"), ("float", str(n))) for n in range(30)))


def pptx() -> bytes:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Risks"
    slide.placeholders[1].text_frame.text = "Ground water"
    return saved(deck)


def docx() -> bytes:
    document = Document()
    document.add_heading("Wells", 1)
    document.add_paragraph("Dug in 1702.")
    document.add_table(2, 2).cell(0, 0).text = "North"
    return saved(document)


def epub() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<container><rootfile full-path="a.opf"/></container>')
        archive.writestr(
            "a.opf",
            '<package><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><itemref idref="a"/></package>',
        )
        archive.writestr("a.xhtml", "<html><body><h1>Wells</h1><p>Dug in 1702.</p></body></html>")
    return buffer.getvalue()


def picture(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 20), "white").save(buffer, kind)
    return buffer.getvalue()


MAKERS: dict[str, Callable[[], bytes]] = {
    ".xlsx": xlsx,
    ".xls": xls,
    ".ods": ods,
    ".pptx": pptx,
    ".docx": docx,
    ".epub": epub,
    ".pdf": lambda: pdf([[Put(50, 700, "The well was dug in 1702.")], [Put(50, 700, "It is dry.")]]),
    ".odt": lambda: open_text('<text:h text:outline-level="1">Wells</text:h><text:p>Dug in 1702.</text:p>'),
    ".rtf": RTF.encode,
    ".png": lambda: picture("PNG"),
    ".tif": lambda: picture("TIFF"),
    ".webp": lambda: picture("WEBP"),
    ".ipynb": lambda: json.dumps({"cells": [{"cell_type": "code", "source": "1", "outputs": []}]}).encode(),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes with some flipped, cut out, doubled, or cut off; in an archive, within a part that is packed again."""
    if data.startswith(b"PK") and chance.random() < 0.6:
        return _repacked(data, chance)
    found = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(found))
        kind = chance.random()
        if kind < 0.5:
            found[place] = chance.randrange(256)
        elif kind < 0.7:
            del found[place : place + chance.randint(1, 40)]
        elif kind < 0.9:
            found[place:place] = found[place : place + chance.randint(1, 200)]
        else:
            del found[max(16, place) :]
        found = found or bytearray(b"x")
    return bytes(found)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    victim = chance.choice([name for name in parts if parts[name]])
    parts[victim] = mutated(parts[victim], chance)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", sorted(MAKERS))
def test_damaged_files_are_read_or_named(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.loaders.sandbox.PATIENCE", SECONDS)
    reader = ReaderProcess()
    whole = MAKERS[suffix]()
    chance = random.Random(suffix)
    name = Path(f"a{suffix}")
    for number in range(COUNT):
        data = mutated(whole, chance)
        try:
            reader.load(name, data, source=name.name)
        except UnreadableSourceError as error:
            told = str(error)
            assert "made its reader crash" not in told, (suffix, number)
            assert "took over" not in told, (suffix, number)
    reader.close()
