"""Vectors deleted or damaged, a disk that is full, parts that raise; and an index put away and brought back."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from chromadb.errors import InternalError

from rag.assistant import Assistant
from rag.errors import CitespanError, IndexDamagedError, IndexWriteError, NoIndexError
from rag.storage.catalogue_writer import Journal
from rag.storage.vector_store import ChromaVectors
from tests.conftest import write_files
from tests.fakes import WordEncoder, assistant

QUESTION = "Is it so that dogs number 3 bark at night?"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "docs", {f"{n}.txt": f"Dogs number {n} bark at night." for n in range(12)})


@pytest.fixture
def index(tmp_path: Path, docs: Path) -> Assistant:
    opened = assistant(tmp_path / "index")
    opened.ingest(docs)
    return opened


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


@pytest.mark.parametrize("pattern", ["chroma.sqlite3", "*.bin"])
@pytest.mark.parametrize("spoil", [cut, garbage, Path.unlink])
def test_damaged_vectors_are_told_by_check_and_restored_by_rebuild(
    tmp_path: Path, index: Assistant, spoil: Callable[[Path], None], pattern: str
) -> None:
    index.close()
    for path in (tmp_path / "index" / "chroma").rglob(pattern):
        spoil(path)
    encoder = WordEncoder()
    with assistant(tmp_path / "index", encoder) as opened:
        told = opened.check(apart=True).problems
        assert all("`rag rebuild`" in problem for problem in told)
        assert told or pattern == "*.bin"  # so few vectors stand in Chroma's log, too: then nothing is lost
        assert opened.rebuild() == 12
        assert opened.check(apart=True).problems == ()
        assert opened.ask(QUESTION).status == "answered"
    assert set(encoder.embedded) == {QUESTION}


def test_a_deleted_folder_of_vectors_is_told_by_check_and_restored_by_rebuild(tmp_path: Path, index: Assistant) -> None:
    index.close()
    shutil.rmtree(tmp_path / "index" / "chroma")
    with assistant(tmp_path / "index") as opened:
        with pytest.raises(IndexDamagedError, match="has lost vectors. Run `rag rebuild`"):
            opened.ask(QUESTION)
        assert opened.check().problems == ("12 chunks have no vector; run `rag rebuild`",)
        assert opened.rebuild() == 12
        assert opened.check().problems == ()


def test_an_index_with_work_left_and_damaged_vectors_can_still_be_opened(tmp_path: Path, index: Assistant) -> None:
    index._index.journal.doom(["stray"])
    index.close()
    garbage(tmp_path / "index" / "chroma" / "chroma.sqlite3")
    with assistant(tmp_path / "index") as opened:
        assert len(opened.check().problems) == 1
        assert opened.rebuild() == 12
        assert opened.check().problems == ()


WRITES = [
    (Journal, "begin", IndexWriteError("The disk is full.")),
    (Journal, "keep_vectors", IndexWriteError("The disk is full.")),
    (Journal, "publish", IndexWriteError("The disk is full.")),
    (Journal, "note_files", IndexWriteError("The disk is full.")),
    (ChromaVectors, "upsert", IndexDamagedError("Chroma raised.")),
    (ChromaVectors, "delete", IndexDamagedError("Chroma raised.")),
]


@pytest.mark.parametrize(("owner", "name", "error"), WRITES, ids=lambda value: str(value)[:20])
def test_whatever_part_raises_the_old_index_stays_whole_and_the_next_ingest_finishes(
    tmp_path: Path,
    docs: Path,
    index: Assistant,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    error: Exception,
) -> None:
    write_files(docs, {"3.txt": "Cats purr.", "new.txt": "Owls hoot."})
    (docs / "4.txt").unlink()

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        with pytest.raises(CitespanError, match=str(error)):
            index.ingest(docs, sync=True)
    index.close()
    with assistant(tmp_path / "index") as opened:
        assert opened.check().problems == ()
        opened.ingest(docs, sync=True)
        assert opened.check().problems == ()
        assert {opened.document(item.doc_id).text for item in opened.documents()} == {
            path.read_text() for path in docs.iterdir()
        }


def test_what_chroma_raises_is_one_of_our_errors(index: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InternalError("disk is full")

    monkeypatch.setattr("chromadb.api.models.Collection.Collection.upsert", fail)
    with pytest.raises(IndexWriteError, match="Free some space"):
        index.rebuild()


def test_a_backup_brings_back_the_index_as_it_was(tmp_path: Path, docs: Path, index: Assistant) -> None:
    before = index.ask(QUESTION).to_dict() | {"timings": 0}
    index.backup(tmp_path / "kept")
    assert [path.name for path in tmp_path.glob("kept*")] == ["kept"]
    write_files(docs, {"3.txt": "Cats purr."})
    index.ingest(docs)
    index.remove(["5.txt"])
    encoder = index._index.unchecked_encoder
    assert isinstance(encoder, WordEncoder)
    encoder.embedded.clear()
    index.restore(tmp_path / "kept")
    assert encoder.embedded == []
    assert index.check().problems == ()
    assert index.ask(QUESTION).to_dict() | {"timings": 0} == before
    with assistant(tmp_path / "other") as other:
        other.restore(tmp_path / "kept")
        assert other.check().problems == ()
        assert other.ask(QUESTION).to_dict() | {"timings": 0} == before


def test_a_restore_that_is_cut_off_leaves_the_old_index_or_the_new_one(
    tmp_path: Path, index: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.backup(tmp_path / "kept")
    index.remove(["[0-5].txt"])
    writes = ((ChromaVectors, "upsert"), (Journal, "doom"), (Journal, "take_over"), (ChromaVectors, "delete"))
    for owner, name in writes:

        def fail(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail)
            with pytest.raises(KeyboardInterrupt):
                index.restore(tmp_path / "kept")
        index.close()
        index = assistant(tmp_path / "index")
        assert index.check().problems == ()
        assert index.check().documents in (6, 7, 12)  # the old index, that with one more, the new one
        index.ingest(write_files(tmp_path / "more", {"more.txt": "One more."}))
    assert not list((tmp_path / "index").glob("restore*"))


def test_a_backup_may_be_written_while_others_ask_and_ingest(tmp_path: Path, docs: Path, index: Assistant) -> None:
    write_files(docs, {f"new{n}.txt": f"Cats number {n} purr." for n in range(30)})
    worker = threading.Thread(target=index.ingest, args=(docs,))
    worker.start()
    for number in range(5):
        index.backup(tmp_path / f"kept{number}")
    worker.join()
    for number in range(5):
        with assistant(tmp_path / f"index{number}") as other:
            other.restore(tmp_path / f"kept{number}")
            assert other.check().problems == ()
            assert other.check().documents in (12, 42)


def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path, index: Assistant) -> None:
    garbage(tmp_path / "garbage")
    (tmp_path / "empty").touch()
    for name, error in (("garbage", IndexDamagedError), ("empty", IndexDamagedError), ("none", NoIndexError)):
        with pytest.raises(error, match=name):
            index.restore(tmp_path / name)
    with assistant(tmp_path / "fresh") as fresh, pytest.raises(NoIndexError, match="nothing in"):
        fresh.backup(tmp_path / "x")
    with pytest.raises(IndexWriteError, match="cannot be written"):
        index.backup(tmp_path / "no" / "such" / "folder")
    assert index.check().problems == ()
    assert index.ask(QUESTION).status == "answered"
