"""The catalogue's writing side, and what readers see of it meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from rag.errors import DocumentNotFoundError, IndexDamagedError, IndexWriteError
from rag.loaders import make_document
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.text.chunking import chunk_document
from rag.types import Chunk, Document
from tests.fakes import WordEncoder


def cut(document: Document) -> list[Chunk]:
    return chunk_document(document, token_spans=WordEncoder().token_spans, limit=8)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "catalogue.sqlite3")


@pytest.fixture
def journal(catalogue: Catalogue) -> Journal:
    return Journal(catalogue.database)


OLD = make_document("Cats purr. Dogs bark.", source="a.txt")
NEW = make_document("Cats purr. Dogs bark loudly.", source="a.txt")


def test_readers_see_the_old_version_until_the_new_one_is_published(catalogue: Catalogue, journal: Journal) -> None:
    journal.begin(OLD, cut(OLD))
    assert (catalogue.versions(), catalogue.search("cats", limit=5), catalogue.count()) == ({}, [], 0)
    journal.publish([OLD])
    journal.begin(NEW, cut(NEW))
    assert catalogue.document(OLD.doc_id) == OLD
    assert [item.id for item in catalogue.search("dogs", limit=5)] == [chunk.id for chunk in cut(OLD)]
    journal.publish([NEW])
    assert catalogue.document(OLD.doc_id) == NEW
    assert [item.id for item in catalogue.search("loud dogs", limit=5)] == [chunk.id for chunk in cut(NEW)]
    assert journal.outbox() == sorted(chunk.id for chunk in cut(OLD))
    assert journal.faults() == []


def test_what_is_left_pending_goes_to_the_outbox(catalogue: Catalogue, journal: Journal) -> None:
    journal.begin(OLD, cut(OLD))
    assert journal.has_unfinished()
    journal.discard_pending()
    assert journal.outbox() == [chunk.id for chunk in cut(OLD)]
    journal.clear_outbox(journal.outbox())
    assert not journal.has_unfinished()


def test_a_chunk_that_comes_back_leaves_the_outbox(journal: Journal) -> None:
    journal.begin(OLD, cut(OLD))
    journal.discard_pending()
    journal.begin(OLD, cut(OLD))
    assert journal.outbox() == []


def test_vectors_are_kept_by_text_to_the_last_bit(journal: Journal) -> None:
    vectors = np.array([[0.1, -2e-30], [3.0, 4.0]], dtype=np.float32)
    journal.keep_vectors(["x", "y"], vectors)
    kept = journal.vectors(["y", "x", "z"])
    assert {hash_: vector.tolist() for hash_, vector in kept.items()} == {
        "x": vectors[0].tolist(),
        "y": vectors[1].tolist(),
    }
    journal.forget_vectors()
    assert journal.vectors(["x", "y"]) == {}


def test_a_chunk_comes_out_as_it_went_in(catalogue: Catalogue, journal: Journal) -> None:
    document = make_document("# Head\n\nIt’s 👩‍👩‍👧.\r\nYes.", source="é.md")
    journal.begin(document, cut(document))
    journal.publish([document])
    assert catalogue.chunks_of(document.doc_id) == cut(document)
    assert catalogue.context(document.doc_id, document.version, -5, 6) == "# Head"
    assert catalogue.context(document.doc_id, document.version, 8, 10_000) == "It’s 👩‍👩‍👧.\r\nYes."
    assert catalogue.context("none", document.version, 0, 5) == ""
    assert catalogue.context(document.doc_id, "0" * 64, 0, 5) == ""


def test_documents_are_named_by_id_start_of_id_source_or_glob(catalogue: Catalogue, journal: Journal) -> None:
    for name in ("docs/a.txt", "docs/b.md"):
        document = make_document(name, source=name)
        journal.begin(document, cut(document))
        journal.publish([document])
    ids = [info.doc_id for info in catalogue.documents()]
    assert catalogue.match(ids[0]) == catalogue.match(ids[0][:4]) == catalogue.match("a.txt") == ids[:1]
    assert catalogue.match("docs/*") == ids
    for pattern in ("", ids[0][:3], "c.txt"):
        with pytest.raises(DocumentNotFoundError, match="rag docs"):
            catalogue.match(pattern)
    with pytest.raises(DocumentNotFoundError, match="names 2 documents"):
        catalogue.match_one("docs/*")


@pytest.mark.parametrize("question", ['say "AND" OR NEAR(', "***", "NOT", "col:umn", "ünïcode", "a'b", "“Ça?”"])
def test_a_question_is_never_search_syntax(catalogue: Catalogue, journal: Journal, question: str) -> None:
    assert catalogue.search(question, limit=5) == []


def test_a_word_of_too_many_chunks_is_passed_over_unless_there_is_no_other(
    catalogue: Catalogue, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for document in (OLD, OTHER := make_document("Dogs sleep.", source="b.txt")):
        journal.begin(document, cut(document))
        journal.publish([document])
    assert len(catalogue.search("sleeping dogs", limit=5)) == 2
    monkeypatch.setattr("rag.storage.catalogue.COMMON", 1)
    assert [item.id for item in catalogue.search("sleeping dogs", limit=5)] == [chunk.id for chunk in cut(OTHER)]
    assert len(catalogue.search("dogs", limit=5)) == 2
    assert len(catalogue.search("sleeping dogs", limit=5, doc_ids=[OLD.doc_id, OTHER.doc_id])) == 2


def test_search_within_some_documents_finds_nothing_in_others(catalogue: Catalogue, journal: Journal) -> None:
    journal.begin(OLD, cut(OLD))
    journal.publish([OLD])
    assert catalogue.search("dogs", limit=5, doc_ids=["other"]) == []
    assert len(catalogue.search("dogs", limit=5, doc_ids=[OLD.doc_id])) == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"this is not a database, and it is long enough to tell" * 10)
    with pytest.raises(IndexDamagedError, match=r"catalogue\.sqlite3 cannot be read as an index"):
        Catalogue(tmp_path / "catalogue.sqlite3")


def test_a_full_disk_rolls_back_and_says_so(catalogue: Catalogue, journal: Journal) -> None:
    journal.begin(OLD, cut(OLD))
    journal.publish([OLD])
    connection = catalogue.database.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    big = make_document("Word. " * 3_000, source="b.txt")
    with pytest.raises(IndexWriteError, match="The disk is full. Free some space"):
        journal.begin(big, cut(big))
    assert catalogue.document(OLD.doc_id) == OLD
    assert not journal.has_unfinished()
