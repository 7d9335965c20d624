"""What an ingest says of every file: read, read with gaps, unchanged, failed, passed over."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from rag.errors import SourceNotFoundError
from rag.reports import FilePassedOver, FileStatus
from rag.text import chunking
from rag.types import Document
from tests.conftest import write_files
from tests.fakes import assistant


def workbook_with_a_hidden_sheet() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["Item", "Cost"])
    sheet.append(["Oil", 3])
    book.create_sheet("Secret")["A1"] = "hush"
    book["Secret"].sheet_state = "hidden"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


GAP = "sheet Secret is hidden and not read"


def test_every_file_of_a_folder_has_a_status(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "The cat sat.", "film.mp4": "x", "old.doc": "x", ".hidden": "x"})
    (docs / "book.xlsx").write_bytes(workbook_with_a_hidden_sheet())
    (docs / "empty.txt").write_bytes(b"")
    with assistant(tmp_path / "index") as index:
        report = index.ingest(docs)
        again = index.ingest(docs)
    assert [(file.source, file.status) for file in report.files] == [
        ("docs/a.txt", "read"),
        ("docs/book.xlsx", "read_with_gaps"),
        ("docs/empty.txt", "failed"),
        ("docs/film.mp4", "passed_over"),
        ("docs/old.doc", "passed_over"),
    ]
    assert report.files[1].gaps == (GAP,)
    assert report.passed_over == (
        FilePassedOver("docs/film.mp4", "files that end in '.mp4' are not read"),
        FilePassedOver("docs/old.doc", "files that end in '.doc' are not read: Word 97 to 2003. Save it as .docx"),
    )
    assert again.files[1] == FileStatus("docs/book.xlsx", "unchanged", (GAP,))


def test_gaps_are_kept_with_the_document(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbook_with_a_hidden_sheet())
    with assistant(tmp_path / "index") as index:
        index.ingest(tmp_path / "book.xlsx")
        (info,) = index.documents()
        assert (info.gaps, info.tables, info.pages) == ((GAP,), 1, 0)
        assert index.document("book.xlsx").gaps == (GAP,)


def test_a_text_that_cannot_be_cut_costs_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = write_files(tmp_path / "docs", {"a.txt": "Fine.", "b.txt": "Odd.", "c.txt": "Fine too."})
    cut = chunking.chunk_document

    def chunk_document(document: Document, **how: object) -> object:
        if document.text == "Odd.":
            raise RuntimeError("no way")
        return cut(document, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("rag.ingestion.pipeline.chunk_document", chunk_document)
    with assistant(tmp_path / "index") as index:
        report = index.ingest(docs)
    assert report.added == ("docs/a.txt", "docs/c.txt")
    assert [failure.source for failure in report.failed] == ["docs/b.txt"]
    assert "cannot be cut into passages (RuntimeError: no way)" in report.failed[0].reason


def test_names_that_are_not_utf8_stay(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / os.fsdecode(b"f\xe9")).mkdir(parents=True)
    (docs / os.fsdecode(b"caf\xe9.txt")).write_text("Open at nine.")
    (docs / os.fsdecode(b"f\xe9") / "in.txt").write_text("Open at ten.")
    with assistant(tmp_path / "index") as index:
        first = index.ingest(docs, sync=True)
        second = index.ingest(docs, sync=True)
        (docs / os.fsdecode(b"caf\xe9.txt")).unlink()
        third = index.ingest(docs, sync=True)
    assert first.added == second.unchanged == ("docs/caf\\xe9.txt", "docs/f\\xe9/in.txt")
    assert (second.added, second.removed) == ((), ())
    assert third.removed == ("docs/caf\\xe9.txt",)


def test_a_folder_of_other_files_says_what_there_is(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {"a.mp4": "x", "b.mp4": "x", "c.doc": "x"})
    with (
        assistant(tmp_path / "index") as index,
        pytest.raises(SourceNotFoundError, match=r"There are: 2 \.mp4, 1 \.doc\."),
    ):
        index.ingest(docs)


def test_pages_are_told_as_they_are_read(tmp_path: Path) -> None:
    from tests.loaders.pdf_maker import Put, pdf

    (tmp_path / "a.pdf").write_bytes(pdf([[Put(50, 700, "One.")], [Put(50, 700, "Two.")]]))
    told: list[tuple[str, int, int]] = []
    with assistant(tmp_path / "index") as index:
        index.ingest(tmp_path / "a.pdf", on_page=lambda *step: told.append(step))
    assert told == [("a.pdf", 1, 2), ("a.pdf", 2, 2)]
