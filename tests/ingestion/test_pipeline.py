"""Ingest: idempotent, incremental, and honest about what it could not read."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import SourceNotFoundError
from tests.conftest import write_files
from tests.fakes import WordEncoder, assistant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "docs",
        {"a.txt": "The cat sat on the mat. It slept.", "b.txt": "Dogs bark at night.", "c.txt": "Dogs bark at night."},
    )


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def index(tmp_path: Path, encoder: WordEncoder) -> Assistant:
    return assistant(tmp_path / "index", encoder)


def test_identical_text_is_embedded_once_and_kept_under_every_name(
    index: Assistant, encoder: WordEncoder, folder: Path
) -> None:
    report = index.ingest(folder)
    assert report.added == ("docs/a.txt", "docs/b.txt", "docs/c.txt")
    assert (report.chunks, report.embedded) == (3, 2)
    assert sorted(encoder.embedded) == ["Dogs bark at night.", "The cat sat on the mat. It slept."]
    assert index.check().problems == ()


def test_a_second_ingest_does_nothing(index: Assistant, encoder: WordEncoder, folder: Path) -> None:
    index.ingest(folder)
    before = list(encoder.embedded), index.ask("Do dogs bark?").index_version
    report = index.ingest([folder, folder / "a.txt"])
    assert report.unchanged == ("docs/a.txt", "docs/b.txt", "docs/c.txt")
    assert (report.added, report.changed, report.chunks, report.embedded) == ((), (), 0, 0)
    assert encoder.embedded[: len(before[0])] == before[0]
    assert index.ask("Do dogs bark?").index_version == before[1]


def test_a_changed_file_takes_the_place_of_its_old_version(index: Assistant, folder: Path) -> None:
    index.ingest(folder)
    old = index.ask("The cat sat on the mat, did it sleep?").statements[0].citations[0]
    write_files(folder, {"a.txt": "Now. The cat sat on the mat. It slept."})
    assert index.ingest(folder).changed == ("docs/a.txt",)
    new = index.ask("The cat sat on the mat, did it sleep?").statements[0].citations[0]
    assert (old.start, new.start) == (0, 5)
    assert index.is_stale(old)
    assert not index.is_stale(new)
    assert index.check().problems == ()


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_in(index: Assistant, folder: Path) -> None:
    (folder / "bad.txt").write_bytes(b"a\0b")
    report = index.ingest(folder)
    assert [failure.source for failure in report.failed] == ["docs/bad.txt"]
    assert "is not text: byte 1 is zero" in report.failed[0].reason
    assert len(report.added) == 3


def test_the_last_good_version_stays_when_a_file_becomes_unreadable(index: Assistant, folder: Path) -> None:
    index.ingest(folder)
    (folder / "a.txt").write_bytes(b"a\0b")
    assert index.ingest(folder, sync=True).removed == ()
    assert index.document("docs/a.txt").text == "The cat sat on the mat. It slept."


def test_sync_removes_what_is_gone_from_the_folders_it_was_given(
    index: Assistant, folder: Path, tmp_path: Path
) -> None:
    index.ingest([folder, write_files(tmp_path / "more", {"d.txt": "Elsewhere."})])
    (folder / "c.txt").unlink()
    assert index.ingest(folder).removed == ()
    assert index.ingest(folder, sync=True).removed == ("docs/c.txt",)
    assert [info.source for info in index.documents()] == ["docs/a.txt", "docs/b.txt", "more/d.txt"]
    assert index.check().problems == ()


def test_removing_a_document_forgets_its_text_but_not_what_others_share(
    index: Assistant, encoder: WordEncoder, folder: Path
) -> None:
    index.ingest(folder)
    assert index.remove(["docs/[ab].txt"]) == ["docs/a.txt", "docs/b.txt"]
    assert index.check().vectors == 1
    encoder.embedded.clear()
    index.ingest(folder)
    assert encoder.embedded == ["The cat sat on the mat. It slept."]


def test_progress_counts_files(index: Assistant, folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    index.ingest(folder, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_nothing_to_read_is_an_error(index: Assistant, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError):
        index.ingest(tmp_path / "nowhere")


def test_many_small_windows_make_the_same_index_as_one(
    index: Assistant, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.ingest(folder)
    monkeypatch.setattr("rag.ingestion.pipeline.WINDOW", 1)
    other = assistant(tmp_path / "other")
    other.ingest(folder)
    assert other.ask("Do dogs bark?").to_dict() | {"timings": 0} == index.ask("Do dogs bark?").to_dict() | {
        "timings": 0
    }
