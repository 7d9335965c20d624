"""A file is read as what it holds, whatever it is called; encrypted ones with the password that was given."""

import base64
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from rag.errors import UnreadableSourceError
from rag.loaders.options import LoadOptions
from rag.loaders.registry import is_foreign, load, not_read
from tests.loaders.pdf_maker import Put, pdf

PDF = pdf([[Put(50, 700, "The well was dug in 1702.")]])


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["Item", "Cost"])
    sheet.append(["Oil", 3])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def encrypted(password: str) -> bytes:
    buffer = BytesIO()
    OOXMLFile(BytesIO(workbook())).encrypt(password, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("letter.txt", PDF, "The well was dug in 1702."),
        ("letter", PDF, "The well was dug in 1702."),
        ("book.docx", workbook(), "Sheet\n\nItem: Oil | Cost: 3"),
        ("report.xls", b"<html><body><p>No news.</p></body></html>", "No news."),
        ("report.doc", b"<!DOCTYPE html><p>No news.</p>", "No news."),
        ("table.xlsx", b"Item;Cost\nOil;3\n", "Item: Oil | Cost: 3"),
        ("notes.docx", b"Only text.", "Only text."),
        ("Makefile", b"all:\n\ttrue\n", "all:\n\ttrue\n"),
        ("page.txt", b"<html> is the first tag of a page.", "<html> is the first tag of a page."),
    ],
)
def test_content_goes_before_the_name(name: str, data: bytes, text: str) -> None:
    assert load(Path(name), data, source=name).document.text == text


def test_what_a_library_reads_is_told_by_content() -> None:
    assert [is_foreign(Path("a.txt"), data) for data in (PDF, workbook(), b"text")] == [True, True, False]


def test_endings_that_are_not_read_have_advice() -> None:
    assert not_read(".doc") == "files that end in '.doc' are not read: Word 97 to 2003. Save it as .docx"
    assert not_read(".mp4") == "files that end in '.mp4' are not read"
    assert not_read("") == "files without an ending are not read"
    assert not_read(".PDF") is None


def test_an_encrypted_workbook_opens_with_its_password() -> None:
    data = encrypted("sesame")
    found = load(Path("a.xlsx"), data, source="a.xlsx", options=LoadOptions(password="sesame"))
    assert found.document.text == "Sheet\n\nItem: Oil | Cost: 3"
    with pytest.raises(UnreadableSourceError, match="a.xlsx is encrypted. Give its password with --password"):
        load(Path("a.xlsx"), data, source="a.xlsx")
    with pytest.raises(UnreadableSourceError, match="the password that was given does not open it"):
        load(Path("a.xlsx"), data, source="a.xlsx", options=LoadOptions(password="wrong"))


def test_an_archive_that_is_no_document_is_named() -> None:
    with pytest.raises(UnreadableSourceError, match="files that end in '.gz' are not read: an archive"):
        load(Path("a.gz"), b"\x1f\x8b" + base64.b64encode(zlib.compress(b"x")), source="a.gz")
