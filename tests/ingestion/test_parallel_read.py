"""Files read ahead, in processes that may crash or hang without taking the ingest along."""

import os
import signal
from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import sandbox
from rag.loaders.sandbox import ReaderProcess
from tests.conftest import write_files
from tests.fakes import assistant
from tests.loaders.pdf_maker import Put, pdf

PDF = pdf([[Put(50, 700, "The cat sat on the mat.")]])


def stop(reader: ReaderProcess, number: int) -> None:
    reader.load(Path("a.pdf"), PDF, source="a.pdf")
    assert reader._process
    os.kill(reader._process.pid, number)


def test_a_reader_that_crashes_is_one_failure_and_the_next_file_is_read() -> None:
    reader = ReaderProcess()
    stop(reader, signal.SIGSEGV)
    with pytest.raises(UnreadableSourceError, match="bad.pdf made its reader crash"):
        reader.load(Path("bad.pdf"), PDF, source="bad.pdf")
    assert reader.load(Path("a.pdf"), PDF, source="a.pdf").document.text == "The cat sat on the mat."
    reader.close()


def test_a_reader_that_hangs_is_one_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 0.3)
    reader = ReaderProcess()
    with pytest.raises(UnreadableSourceError):  # may be over before it has begun
        stop(reader, signal.SIGSTOP)
        reader.load(Path("slow.pdf"), PDF, source="slow.pdf")
    reader.close()


def test_what_a_process_finds_wrong_is_raised_here() -> None:
    reader = ReaderProcess()
    with pytest.raises(UnreadableSourceError, match="a.pdf is damaged"):
        reader.load(Path("a.pdf"), b"%PDF", source="a.pdf")
    reader.close()


def test_outcomes_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    docs = write_files(tmp_path / "docs", {f"{number:02}.txt": f"Text {number}." for number in range(0, 40, 2)})
    for number in range(1, 40, 6):
        (docs / f"{number:02}.pdf").write_bytes(PDF)
    with assistant(tmp_path / "index") as index:
        added = index.ingest(docs).added
    assert list(added) == sorted(added)
    assert len(added) == 27
