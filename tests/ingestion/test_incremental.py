"""What has not changed costs nothing; what has changed is replaced whole; what was cited can still be shown."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import DocumentNotFoundError, IndexMismatchError
from rag.ingestion import parallel_read
from rag.loaders import registry
from rag.reports import FileFailure
from tests.conftest import write_files
from tests.fakes import WordEncoder, assistant
from tests.loaders.pdf_maker import Put, pdf

TEXTS = {"a.txt": "The cat sat on the mat. It slept.", "b.txt": "Dogs bark at night.", "in/c.txt": "A cow moos."}
VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    doc_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'ready')), added TEXT NOT NULL, PRIMARY KEY (doc_id, version));
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, doc_id TEXT NOT NULL, version TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, text_hash TEXT NOT NULL,
    sentences TEXT NOT NULL, FOREIGN KEY (doc_id, version) REFERENCES documents ON DELETE CASCADE);
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'chunks', content_rowid = 'number', tokenize = 'porter unicode61 remove_diacritics 2');
INSERT INTO meta VALUES ('fingerprint', 'tables 1, chunks 1/1 of 60 wordpieces, encoder fake:words');
INSERT INTO documents VALUES ('6ea9ae7c3b67',
    '3c2bb7a1bd4a1a1cbbaca3c1ed1ec1c8d8a0c5fd3bbd1b2d6b9bb1b4f2f0a9d1',
    'docs/b.txt', 'Dogs bark at night.', 'ready', 'then');
"""


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def index(tmp_path: Path, encoder: WordEncoder) -> Assistant:
    return assistant(tmp_path / "index", encoder)


@pytest.fixture
def docs(tmp_path: Path, index: Assistant) -> Path:
    """A folder that the index holds, its files an hour old."""
    folder = write_files(tmp_path / "docs", TEXTS)
    age(folder)
    index.ingest(folder)
    return folder


def age(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        now = path.stat().st_mtime_ns
        os.utime(path, ns=(now, now - 3_600_000_000_000))


def sources(index: Assistant) -> list[str]:
    return [info.source for info in index.documents()]


def no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(parallel_read, "read_bytes", read)


def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_: object, path: Path, *__: object, **___: object) -> None:
        raise AssertionError(f"{path} was parsed")

    monkeypatch.setattr(parallel_read.FileReader, "load", load)


def test_a_file_of_the_same_size_and_time_is_not_even_read(
    index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_reading(monkeypatch)
    assert index.ingest(docs).unchanged == ("docs/a.txt", "docs/b.txt", "docs/in/c.txt")


def test_a_file_that_was_only_touched_is_read_once_and_not_parsed(
    index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(docs)
    no_parsing(monkeypatch)
    assert len(index.ingest(docs).unchanged) == 3
    no_reading(monkeypatch)
    assert len(index.ingest(docs).unchanged) == 3


def test_a_change_within_the_clocks_grain_is_seen(index: Assistant, docs: Path) -> None:
    path = docs / "b.txt"
    index.ingest(write_files(docs, {"b.txt": "Dogs bark at dusk!."}))
    times = path.stat().st_mtime_ns
    write_files(docs, {"b.txt": "Dogs bark at dawn!."})
    os.utime(path, ns=(times, times))  # same size, same time, other words
    assert index.ingest(docs).changed == ("docs/b.txt",)


def test_another_loader_reads_every_file_again(index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "VERSION", "next")
    no_reading(monkeypatch)
    with pytest.raises(AssertionError, match="was read"):
        index.ingest(docs)


def test_a_file_that_was_renamed_is_neither_parsed_nor_embedded(
    index: Assistant, encoder: WordEncoder, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = index.ask("Did the cat sit on the mat?").statements[0].citations[0]
    (docs / "a.txt").rename(docs / "z.txt")
    encoder.embedded.clear()
    no_parsing(monkeypatch)
    report = index.ingest(docs, sync=True)
    assert (report.added, report.removed, report.embedded) == (("docs/z.txt",), ("docs/a.txt",), 0)
    assert encoder.embedded == []
    after = index.ask("Did the cat sit on the mat?").statements[0].citations[0]
    assert replace(after, doc_id=before.doc_id, source=before.source) == before
    assert after.source == "docs/z.txt"
    assert index.check().problems == ()


def test_a_copy_of_what_a_changed_file_was_has_its_own_words(
    index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingestion.pipeline.WINDOW", 1)  # what has changed is published before the copy is met
    (docs / "a.txt").rename(docs / "z.txt")
    write_files(docs, {"a.txt": "Something else."})
    report = index.ingest(docs)
    assert (report.added, report.changed) == (("docs/z.txt",), ("docs/a.txt",))
    assert (index.document("z.txt").text, index.document("a.txt").text) == (TEXTS["a.txt"], "Something else.")


def test_a_copy_is_embedded_once_and_cited_under_its_own_name(
    index: Assistant, encoder: WordEncoder, docs: Path
) -> None:
    encoder.embedded.clear()
    (docs / "copy.txt").write_bytes((docs / "a.txt").read_bytes())
    index.ingest(docs)
    assert encoder.embedded == []
    cited = [index.ask("Did the cat sit on the mat?", documents=[name]) for name in ("a.txt", "copy.txt")]
    found = [answer.statements[0].citations[0] for answer in cited]
    assert [citation.source for citation in found] == ["docs/a.txt", "docs/copy.txt"]


def test_every_file_that_fails_is_told_and_the_rest_goes_in(index: Assistant, docs: Path) -> None:
    (docs / "empty.txt").touch()
    (docs / "bad.pdf").write_bytes(b"%PDF")
    os.mkfifo(docs / "pipe.txt")
    (docs / "loop.txt").symlink_to(docs / "loop.txt")
    write_files(docs, {"good.txt": "Good."})
    told: list[FileFailure] = []
    report = index.ingest(docs, on_failure=told.append)
    assert report.added == ("docs/good.txt",)
    assert [item.source for item in report.failed] == [
        f"docs/{name}" for name in ("bad.pdf", "empty.txt", "loop.txt", "pipe.txt")
    ]
    assert tuple(told) == report.failed


def test_pages_without_text_are_told(index: Assistant, docs: Path) -> None:
    (docs / "half.pdf").write_bytes(pdf([[Put(50, 700, "Text.")], []], pictures=[2]))
    assert [(item.source, item.message[:12]) for item in index.ingest(docs).warnings] == [
        ("docs/half.pdf", "page 2 witho")
    ]


def test_sync_does_not_take_out_what_it_could_not_look_for(
    index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = os.scandir

    def scandir(folder: str) -> "os._ScandirIterator[str]":
        if folder.endswith("in"):
            raise PermissionError(13, "Permission denied", folder)
        return look(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    report = index.ingest(docs, sync=True)
    assert (report.removed, [item.source for item in report.failed]) == ((), ["docs/in"])


def test_sync_takes_out_the_last_file_too(index: Assistant, docs: Path) -> None:
    for path in docs.rglob("*.txt"):
        path.unlink()
    assert len(index.ingest(docs, sync=True).removed) == 3
    assert sources(index) == []


def test_a_cited_version_can_be_shown_for_as_long_as_it_is_kept(index: Assistant, docs: Path) -> None:
    citation = index.ask("Do dogs bark?").statements[0].citations[0]
    for number in range(3):
        write_files(docs, {"b.txt": f"Dogs bark at night, {number}."})
        index.ingest(docs, keep_versions=2)
        if number < 2:
            old = index.document("b.txt", version=citation.version)
            assert old.text[citation.start : citation.end] == citation.quote
            assert index.is_stale(citation)
            assert index.document("b.txt").text == f"Dogs bark at night, {number}."
    with pytest.raises(DocumentNotFoundError, match="--keep-versions"):
        index.document("b.txt", version=citation.version)
    assert index.check().problems == ()


def test_a_version_that_comes_back_is_kept_once(index: Assistant, docs: Path) -> None:
    first = index.document("b.txt").version
    for text in ("Dogs are quiet.", TEXTS["b.txt"]):
        write_files(docs, {"b.txt": text})
        index.ingest(docs, keep_versions=5)
    assert index.document("b.txt", version=first[:8]).text == TEXTS["b.txt"]
    assert index.remove(["b.txt"]) == ["docs/b.txt"]
    with pytest.raises(DocumentNotFoundError):
        index.document("b.txt", version=first)


def test_rows_that_only_moved_are_cited_where_they_are_now(index: Assistant, docs: Path) -> None:
    write_files(docs, {"t.csv": "name\nThe owl hoots.\n"})
    index.ingest(docs)
    write_files(docs, {"t.csv": "name\n\n\nThe owl hoots.\n"})
    index.ingest(docs)
    assert index.ask("The owl hoots, as they say?").statements[0].citations[0].row == 4
    assert index.check().problems == ()


def test_a_document_longer_than_a_window_goes_in_by_parts(
    index: Assistant, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingestion.pipeline.WINDOW", 2)
    write_files(docs, {"long.txt": "\n\n".join(f"{number} " + "word " * 50 for number in range(9))})
    assert index.ingest(docs).chunks == 9
    assert index.check().problems == ()


def test_an_index_of_an_older_version_says_what_to_do_and_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with sqlite3.connect(tmp_path / "index" / "catalogue.sqlite3") as connection:
        connection.executescript(VERSION_1)
    connection.close()
    with assistant(tmp_path / "index") as index:
        with pytest.raises(IndexMismatchError, match="Run `rag rebuild`"):
            index.ask("Do dogs bark?")
        assert index.rebuild() == 1
        assert index.ask("Do dogs bark?").statements[0].citations[0].line == 1
