"""The assistant as programs use it: opening, asking, and every way an index can be in the wrong state."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

import rag
from rag.assistant import Assistant
from rag.errors import (
    DocumentNotFoundError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexWriteError,
    NoIndexError,
    SettingsError,
)
from rag.models.cross_encoder import LargeSpanModel, SpanModel
from rag.models.registry import LARGE_READER
from rag.settings import load_settings
from tests.conftest import write_files
from tests.fakes import WordEncoder, assistant

FILES = {"a.txt": "Cats purr softly. It is known.", "b.txt": "Dogs bark at night."}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write_files(tmp_path / "docs", FILES)


@pytest.fixture
def index(tmp_path: Path, docs: Path) -> Assistant:
    found = assistant(tmp_path / "index")
    found.ingest(docs)
    return found


def test_public_names_are_those_that_dir_lists() -> None:
    assert {name for name in dir(rag) if hasattr(rag, name)} == set(dir(rag)) >= {"Assistant", "query", "Answer"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rag.nothing


def test_an_index_that_is_not_there_is_made_or_missed(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="rag ingest PATH"):
        Assistant.open(tmp_path / "none", create=False)
    with Assistant.open(tmp_path / "new") as made:
        assert made.documents() == []
        assert made.name == str(tmp_path / "new")


def test_an_index_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexWriteError, match="cannot be made"):
        Assistant.open(tmp_path / "file")


def test_preparing_loads_both_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[type[SpanModel]] = []
    monkeypatch.setattr(SpanModel, "load", lambda self: loaded.append(type(self)))
    with Assistant.open(tmp_path / "index", settings=load_settings(reader=LARGE_READER)) as made:
        made.prepare()
    assert loaded == [SpanModel, LargeSpanModel]


def test_an_unknown_generator_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no generator 'gpt'.*extractive"):
        Assistant.open(tmp_path / "index", generator="gpt")


def test_settings_that_cannot_be_used_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_THRESHOLD", "2")
    with pytest.raises(SettingsError, match="threshold: Input should be less than or equal to 1"):
        load_settings()
    with pytest.raises(SettingsError, match="nonsense: Extra inputs are not permitted"):
        load_settings(nonsense=1, threshold=0.5)


def test_another_encoder_is_a_clear_error_and_rebuild_mends_it(index: Assistant, tmp_path: Path) -> None:
    before = index.ask("Do cats purr softly?")
    index.close()
    other = assistant(tmp_path / "index", WordEncoder("other"))
    for act in (lambda: other.ask("Do cats purr softly?"), lambda: other.ingest(tmp_path / "docs")):
        with pytest.raises(IndexMismatchError, match="fake:words(?s:.*)fake:other(?s:.*)rag rebuild"):
            act()
    assert other.rebuild() == 2
    after = other.ask("Do cats purr softly?")
    assert (after.statements, after.index_version == before.index_version) == (before.statements, False)
    assert other.check().problems == ()


def test_a_rebuild_that_was_cut_off_must_be_finished(
    index: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutOffError(Exception):
        pass

    def cut_off(*_: object) -> None:
        raise CutOffError

    with monkeypatch.context() as patch:
        patch.setattr("rag.storage.catalogue_writer.Journal.replace_chunks", cut_off)
        with pytest.raises(CutOffError):
            index.rebuild()
    with pytest.raises(IndexMismatchError, match="was cut off. Run `rag rebuild`"):
        index.ask("Do cats purr softly?")
    index.rebuild()
    assert index.ask("Do cats purr softly?").status == "answered"
    assert index.check().problems == ()


def test_lost_vectors_are_noticed_and_rebuilt_without_embedding(index: Assistant, tmp_path: Path) -> None:
    index._index.vectors.reset()
    index.close()
    encoder = WordEncoder()
    again = assistant(tmp_path / "index", encoder)
    with pytest.raises(IndexDamagedError, match="has lost vectors. Run `rag rebuild`"):
        again.ask("Do cats purr softly?")
    assert again.check().problems == ("2 chunks have no vector; run `rag rebuild`",)
    encoder.embedded.clear()
    again.rebuild()
    assert encoder.embedded == []
    assert again.check().problems == ()
    assert again.ask("Do cats purr softly?").status == "answered"


def test_a_text_that_was_tampered_with_is_noticed(index: Assistant) -> None:
    index._index.catalogue.database.connection.execute("UPDATE documents SET text = replace(text, 'night', 'noon')")
    assert index.check().problems == (
        "the text of docs/b.txt is not that of its version; ingest it again",
        *(problem for problem in index.check().problems if "is not what docs/b.txt says at 0" in problem),
    )
    answer = index.ask("Do dogs bark at night?")
    assert (answer.status, len(answer.dropped)) == ("refused", 1)


def test_one_writer_at_a_time_and_readers_go_on(index: Assistant, docs: Path) -> None:
    lock = FileLock(Path(index.name) / "writer.lock")
    (Path(index.name) / "writer.pid").write_text("4711")
    with lock:
        for act in (lambda: index.ingest(docs), lambda: index.remove(["a.txt"]), index.check, index.rebuild):
            with pytest.raises(IndexLockedError, match="is being written by process 4711"):
                act()
        assert index.ask("Do cats purr softly?").status == "answered"
    assert index.ingest(docs).unchanged


def test_opening_while_another_writes_leaves_its_work_alone(index: Assistant, tmp_path: Path) -> None:
    chunks = index._index.catalogue.chunks_of(index.documents()[0].doc_id)
    pending = rag.Document("f" * 12, "new.txt", "0" * 64, "x")
    index._index.journal.begin(pending, [])
    with FileLock(tmp_path / "index" / "writer.lock"):
        assert assistant(tmp_path / "index")._index.journal.has_unfinished()
    assert not assistant(tmp_path / "index")._index.journal.has_unfinished()
    assert len(chunks) == 1


def test_questions_are_answered_whole_while_documents_change(index: Assistant, tmp_path: Path) -> None:
    done = threading.Event()

    def quotes() -> set[str]:
        found: set[str] = set()
        while not done.is_set():
            found |= {statement.citations[0].quote for statement in index.ask("Do cats purr softly?").statements}
        return found

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(quotes) for _ in range(3)]
        for text in ("So! Cats purr softly now.", FILES["a.txt"]) * 3:
            index.ingest(write_files(tmp_path / "docs", {"a.txt": text}))
        done.set()
    seen: set[str] = set().union(*(future.result() for future in asking))
    assert seen <= {"Cats purr softly.", "Cats purr softly now."}
    assert index.check().problems == ()


def test_a_name_that_means_nothing_or_too_much_is_an_error(index: Assistant) -> None:
    assert index.document("a.txt").text == FILES["a.txt"]
    for act in (
        lambda: index.document("none.txt"),
        lambda: index.document("*.txt"),
        lambda: index.remove(["a.txt", "none.txt"]),
        lambda: index.ask("Do cats purr?", documents=["none.txt"]),
    ):
        with pytest.raises(DocumentNotFoundError, match="rag docs"):
            act()
    assert len(index.documents()) == 2


def test_the_query_engine_gives_exact_spans_to_llama_index(index: Assistant) -> None:
    response = index.as_query_engine().query("Do cats purr softly?")
    [found] = response.source_nodes
    text = index.document(found.node.metadata["doc_id"]).text
    assert str(response) == found.node.get_content() == text[found.node.metadata["start"] : found.node.metadata["end"]]
    assert response.metadata["answer"]["status"] == "answered"
    refused = index.as_query_engine().query("What is quantum chromodynamics?")
    assert (refused.source_nodes, refused.metadata["answer"]["refusal"]["reason"]) == ([], "off_topic")


def test_the_retriever_gives_chunks_with_their_spans(index: Assistant) -> None:
    best = index.as_retriever().retrieve("Do dogs bark?")[0].node
    assert (best.metadata["source"], best.start_char_idx, best.end_char_idx) == ("docs/b.txt", 0, 19)
