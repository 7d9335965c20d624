"""Vectors on a Chroma server: the same answers, killed or not, and words that help when nobody answers."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import rag.ingestion.pipeline
import rag.wiring
from rag.assistant import Assistant
from rag.cli import app
from rag.errors import IndexDamagedError, IndexMismatchError, SettingsError, VectorServerError
from rag.settings import load_settings
from rag.storage.catalogue import Catalogue
from rag.storage.chroma_client import home_of
from rag.storage.vector_store import ChromaVectors
from tests.conftest import write_files
from tests.fakes import WordEncoder
from tests.fakes.servers import ChromaProcess, free_port

pytestmark = pytest.mark.network

NOUNS = ("ant", "bee", "cow", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay", "kite", "lion")
QUESTIONS = ("Where does the elk live?", "Is the hen heavy?", "What is the capital of France?", "Who eats the kite?")
Open = Callable[..., Assistant]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    process = ChromaProcess(tmp_path_factory.mktemp("server"))
    yield process
    process.kill()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ChromaProcess]:
    """A server for one test, which may kill it."""
    process = ChromaProcess(tmp_path / "server")
    yield process
    process.kill()


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> WordEncoder:
    """What stands for the model in whatever is opened; small windows, so that there are many writes."""
    fake = WordEncoder()
    monkeypatch.setattr(rag.wiring, "SentenceEncoder", lambda find: fake)
    monkeypatch.setattr(rag.ingestion.pipeline, "WINDOW", 3)
    monkeypatch.setenv("RAG_READER", "similarity")
    return fake


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    texts = {f"{noun}.txt": f"The {noun} lives in wood {len(noun)}. Everyone knows the {noun}." for noun in NOUNS}
    return write_files(tmp_path / "docs", texts)


def opened(folder: Path, chroma: str | None = None) -> Assistant:
    return Assistant.open(folder, settings=load_settings(chroma=chroma))


def answers(assistant: Assistant) -> list[dict[str, Any]]:
    """Answers to all questions, but for how long they took."""
    return [assistant.ask(question).to_dict() | {"timings": None} for question in QUESTIONS]


def vectors_of(folder: Path) -> set[str]:
    """The ids in the vector store that an index remembers."""
    with closing(Catalogue(folder / "catalogue.sqlite3")) as catalogue:
        store = ChromaVectors(lambda: home_of(catalogue.meta("chroma"), folder / "chroma"))
        with closing(store):
            return store.ids()


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """The exit code of `rag` with those arguments, and what it said to standard error."""
    monkeypatch.setattr(app, "_add_plugins", lambda app: None)
    monkeypatch.setattr(sys, "argv", ["rag", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        app.main()
        raise SystemExit(0)
    return int(left.value.code or 0), " ".join(capsys.readouterr().err.split())


def test_answers_are_the_same_as_with_vectors_in_the_folder(tmp_path: Path, docs: Path, server: ChromaProcess) -> None:
    with opened(tmp_path / "local") as local, opened(tmp_path / "far", server.url) as far:
        here, there = local.ingest(docs), far.ingest(docs)
        assert (there.added, there.chunks, there.embedded) == (here.added, here.chunks, here.embedded)
        assert answers(far) == answers(local)
        assert far.check(apart=True) == local.check(apart=True)
    assert not (tmp_path / "far" / "chroma").exists()
    assert vectors_of(tmp_path / "far") == vectors_of(tmp_path / "local")


def test_an_index_remembers_its_server_and_shares_it_with_others(
    tmp_path: Path, docs: Path, server: ChromaProcess
) -> None:
    for noun in ("ant", "bee"):
        with opened(tmp_path / noun, server.url) as made:
            made.ingest(docs / f"{noun}.txt")
    for noun in ("ant", "bee"):
        with opened(tmp_path / noun) as found:
            assert found.check(apart=True).problems == ()
            assert found.check().vectors == 1
            assert found.ask(f"Where does the {noun} live?").status == "answered"


def test_a_server_killed_during_an_ingest_costs_no_text_a_second_embedding(
    tmp_path: Path, docs: Path, mortal: ChromaProcess, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert, calls = ChromaVectors.upsert, []

    def fatal(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 3:
            mortal.kill()
        upsert(*args)

    monkeypatch.setattr(ChromaVectors, "upsert", fatal)
    with opened(tmp_path / "far", mortal.url) as far:
        with pytest.raises(VectorServerError, match="chroma run"):
            far.ingest(docs)
        with pytest.raises(VectorServerError, match="chroma run"):
            far.ask(QUESTIONS[0])
    with opened(tmp_path / "far") as far:  # opening and listing want no server
        assert 0 < len(far.documents()) < len(NOUNS)
    mortal.start()
    with opened(tmp_path / "far") as far, opened(tmp_path / "local") as local:
        far.ingest(docs)
        assert sorted(encoder.embedded) == sorted({*encoder.embedded})
        local.ingest(docs)
        assert answers(far) == answers(local)
        assert far.check().problems == ()
    assert vectors_of(tmp_path / "far") == vectors_of(tmp_path / "local")


def test_who_has_an_index_open_while_the_server_starts_again_need_do_nothing(
    tmp_path: Path, docs: Path, mortal: ChromaProcess
) -> None:
    with opened(tmp_path / "far", mortal.url) as far:
        far.ingest(docs)
        before = answers(far)
        mortal.kill()
        mortal.start()
        assert answers(far) == before


def test_vectors_move_to_a_server_and_back_and_readers_follow(
    tmp_path: Path, docs: Path, server: ChromaProcess, encoder: WordEncoder
) -> None:
    with opened(tmp_path / "index") as made, opened(tmp_path / "index") as reader:
        made.ingest(docs)
        before, embedded = answers(reader), list(encoder.embedded)
        for place in (server.url, "local"):
            with opened(tmp_path / "index", place) as mover:
                with pytest.raises(IndexMismatchError, match=f"--chroma {place}"):
                    mover.ingest(docs)
                del encoder.embedded[:]
                assert mover.rebuild() == len(NOUNS)
                assert encoder.embedded == []
                assert mover.ingest(docs).added == ()
            assert answers(reader) == before
            assert len(vectors_of(tmp_path / "index")) == len(NOUNS)
        assert embedded


def test_a_backup_comes_back_into_a_collection_of_its_own(tmp_path: Path, docs: Path, server: ChromaProcess) -> None:
    with opened(tmp_path / "one", server.url) as one, opened(tmp_path / "two", server.url) as two:
        one.ingest(docs)
        one.backup(tmp_path / "file")
        two.restore(tmp_path / "file")
        one.remove(["ant.txt"])
        assert len(two.documents()) == len(NOUNS)
        assert (two.check().problems, one.check().problems) == ((), ())
        with opened(tmp_path / "three") as three:
            three.restore(tmp_path / "file")
            assert answers(three) == answers(two)
    assert (tmp_path / "three" / "chroma").exists()


def test_a_server_that_lost_its_vectors_is_damage_and_a_rebuild_restores_them(
    tmp_path: Path, docs: Path, mortal: ChromaProcess
) -> None:
    with opened(tmp_path / "far", mortal.url) as far:
        far.ingest(docs)
        before = answers(far)
        mortal.kill()
        shutil.rmtree(mortal.folder)
        mortal.start()
        assert far.check(apart=True).problems == (f"{len(NOUNS)} chunks have no vector; run `rag rebuild`",)
        with opened(tmp_path / "far") as reader, pytest.raises(IndexDamagedError, match="rag rebuild"):
            reader.ask(QUESTIONS[0])
        far.rebuild()
        assert answers(far) == before


def test_nobody_at_the_address_is_an_error_that_says_what_to_do_and_costs_nothing(
    tmp_path: Path,
    docs: Path,
    server: ChromaProcess,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rag = partial(run, monkeypatch, capsys)
    index = ("--index", tmp_path / "index")
    nowhere = f"http://127.0.0.1:{free_port()}"
    code, said = rag("ingest", docs, *index, "--chroma", nowhere)
    assert (code, f"The Chroma server at {nowhere}" in said, "`chroma run`" in said) == (3, True, True)
    assert rag("ingest", docs, *index, "--chroma", server.url) == (0, "")
    code, said = rag("rebuild", *index, "--chroma", nowhere)
    assert (code, nowhere in said) == (3, True)
    assert rag("ask", QUESTIONS[0], *index)[0] == 0
    assert rag("check", *index)[0] == 0


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<html>No such page</html>")

    def log_message(self, *_: object) -> None: ...


def test_another_kind_of_server_is_named_as_such(tmp_path: Path, docs: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Shop) as shop:
        thread = Thread(target=shop.serve_forever)
        thread.start()
        index = opened(tmp_path / "index", f"http://127.0.0.1:{shop.server_port}/")
        with index, pytest.raises(VectorServerError, match="no Chroma server"):
            index.ingest(docs)
        shop.shutdown()
        thread.join()


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://host", "http://host/path", "http://", "http://a b", "no"])
def test_what_is_no_address_is_a_setting_that_cannot_be_used(address: str) -> None:
    with pytest.raises(SettingsError, match="neither http://HOST:PORT nor local"):
        load_settings(chroma=address)
