"""Files that come and documents that go, one by one."""

from pathlib import Path

import pytest

from rag.errors import IndexLockedError
from rag.reports import IngestReport
from tests.fakes.chat import FakeAssistant, document
from ui.documents.uploads import FILES_AT_ONCE, TYPES, Uploads
from ui.types import Upload


def test_each_file_is_told_of_as_it_goes_and_a_failure_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "evil.exe").write_bytes(b"MZ")
    (tmp_path / "good.md").write_text("Good.", encoding="utf-8")
    assistant = FakeAssistant(name=str(tmp_path / "index"))
    stages = list(Uploads(assistant).add([str(tmp_path / name) for name in ("bad.txt", "evil.exe", "good.md")]))
    evil = Upload("evil.exe", "failed", f"no format that is read: {', '.join(TYPES)}")
    bad = Upload("bad.txt", "failed", "bad.txt is not UTF-8: byte 0")
    assert stages == [
        (Upload("bad.txt", "reading"), evil, Upload("good.md")),
        (bad, evil, Upload("good.md", "reading")),
        (bad, evil, Upload("good.md", "added")),
    ]
    assert [path.name for path in (tmp_path / "index" / "uploads").iterdir()] == ["good.md"]


def test_a_newer_version_takes_the_place_of_the_older_and_a_bad_one_does_not(tmp_path: Path) -> None:
    uploads = Uploads(FakeAssistant(name=str(tmp_path / "index")))
    for data, state in ((b"One.", "added"), (b"Two.", "updated"), (b"\xff", "failed")):
        (tmp_path / "a.txt").write_bytes(data)
        *_, (last,) = uploads.add([str(tmp_path / "a.txt")])
        assert last.state == state
    assert (uploads.folder / "a.txt").read_bytes() == b"Two."


def test_a_locked_index_is_the_files_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> IngestReport:
        raise IndexLockedError("Locked by process 12.")

    monkeypatch.setattr(FakeAssistant, "ingest", locked)
    (tmp_path / "a.txt").write_text("One.", encoding="utf-8")
    uploads = Uploads(FakeAssistant(name=str(tmp_path / "index")))
    *_, (last,) = uploads.add([str(tmp_path / "a.txt")])
    assert last == Upload("a.txt", "failed", "Locked by process 12.")
    assert not list(uploads.folder.iterdir())


def test_too_many_files_are_named_and_turned_away(tmp_path: Path) -> None:
    names = [f"{number}.txt" for number in range(FILES_AT_ONCE + 2)]
    for name in names:
        (tmp_path / name).write_text(name, encoding="utf-8")
    uploads = Uploads(FakeAssistant(name=str(tmp_path / "index")))
    *_, states = uploads.add([str(tmp_path / name) for name in names])
    assert [item.name for item in states if item.state == "failed"] == names[FILES_AT_ONCE:]


def test_only_a_document_that_is_there_is_removed_and_an_uploaded_file_goes_with_it(tmp_path: Path) -> None:
    kept = tmp_path / "index" / "uploads" / "a.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("One.", encoding="utf-8")
    other = tmp_path / "a.txt"
    other.write_text("Another of that name.", encoding="utf-8")
    texts = [document("index/uploads/a.txt", "One."), document("a.txt", "Another of that name.")]
    uploads = Uploads(FakeAssistant(texts, name=str(tmp_path / "index")))
    assert [uploads.remove(pattern) for pattern in ("*", "id-b.txt", "")] == [None, None, None]
    assert uploads.remove("id-a.txt") == "a.txt"
    assert (other.exists(), kept.exists()) == (True, True)
    assert uploads.remove("id-index/uploads/a.txt") == "index/uploads/a.txt"
    assert (other.exists(), kept.exists()) == (True, False)
