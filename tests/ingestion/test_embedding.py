"""Vectors made in the background: in order, each text once, one part ahead, and nothing left running after an error."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from rag.ingestion.embedding import write
from rag.loaders import make_document
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.text.chunking import chunk_document
from rag.types import Chunk
from tests.fakes import WordEncoder, vectors_in

if TYPE_CHECKING:
    from rag.types import Vectors


def chunks_of(*texts: str) -> list[Chunk]:
    documents = [make_document(text, source=f"{number}-{text}.txt") for number, text in enumerate(texts)]
    cut = [chunk_document(document, token_spans=WordEncoder().token_spans, limit=50) for document in documents]
    return [chunk for chunks in cut for chunk in chunks]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite3")
    yield Journal(catalogue.database)
    catalogue.close()


def test_every_part_is_in_the_store_when_its_label_comes(tmp_path: Path, journal: Journal) -> None:
    encoder, store = WordEncoder(), vectors_in(tmp_path / "chroma")
    parts = [(chunks_of("one", "two"), "a"), ([], "b"), (chunks_of("three", "one"), "c")]
    steps = []
    for label, embedded in write(parts, journal=journal, store=store, encode=encoder.encode):
        steps.append((label, embedded, store.count()))
    assert steps == [("a", 2, 2), ("b", 0, 2), ("c", 1, 4)]
    assert sorted(encoder.embedded) == ["one", "three", "two"]
    store.close()


def test_the_next_part_is_made_while_one_is_embedded(tmp_path: Path, journal: Journal) -> None:
    made_next = Event()

    def encode(texts: Sequence[str]) -> "Vectors":
        assert made_next.wait(timeout=10)
        return WordEncoder().encode(texts)

    def parts() -> Iterator[tuple[list[Chunk], int]]:
        yield chunks_of("one"), 1
        made_next.set()
        yield chunks_of("two"), 2

    store = vectors_in(tmp_path / "chroma")
    assert list(write(parts(), journal=journal, store=store, encode=encode)) == [(1, 1), (2, 1)]
    store.close()


def test_an_error_of_the_encoder_is_raised_where_the_vectors_are_waited_for(tmp_path: Path, journal: Journal) -> None:
    def encode(texts: Sequence[str]) -> "Vectors":
        raise MemoryError("no room")

    store = vectors_in(tmp_path / "chroma")
    with pytest.raises(MemoryError, match="no room"):
        list(write([(chunks_of("one"), 1), (chunks_of("two"), 2)], journal=journal, store=store, encode=encode))
    assert store.count() == 0
    store.close()


def test_what_was_being_embedded_when_the_store_failed_is_kept(tmp_path: Path, journal: Journal) -> None:
    encoder, store = WordEncoder(), vectors_in(tmp_path / "chroma")
    parts = [(chunks_of("one"), 1), (chunks_of("two"), 2)]

    def fail(*_: object) -> None:
        raise OSError("gone")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(OSError, match="gone"):
        patch.setattr(store, "upsert", fail)
        list(write(parts, journal=journal, store=store, encode=encoder.encode))
    assert [made[1] for made in write(parts, journal=journal, store=store, encode=encoder.encode)] == [0, 0]
    store.close()
