"""Vectors in Chroma: ours to find, and anybody's LlamaIndex to read."""

import json
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from rag.errors import IndexDamagedError
from rag.loaders import make_document
from rag.storage.chroma_client import COLLECTION
from rag.storage.vector_store import ChromaVectors
from rag.text.chunking import chunk_document
from rag.types import Chunk
from tests.fakes import DIMENSION, WordEncoder, vectors_in

ENCODER = WordEncoder()


def chunks(*texts: str) -> list[Chunk]:
    documents = [make_document(text, source=f"{number}.txt") for number, text in enumerate(texts)]
    return [chunk for item in documents for chunk in chunk_document(item, token_spans=ENCODER.token_spans, limit=50)]


@pytest.fixture
def vectors(tmp_path: Path) -> ChromaVectors:
    store = vectors_in(tmp_path / "chroma")
    held = chunks("Cats purr. Cats purr.", "Dogs bark.", "Rain falls.")
    store.upsert(held, ENCODER.encode([chunk.text for chunk in held]))
    return store


def test_the_nearest_come_first_with_their_cosine(vectors: ChromaVectors) -> None:
    found = vectors.search(ENCODER.encode(["Dogs bark."])[0], limit=2)
    assert found[0].id == chunks("", "Dogs bark.")[0].id
    assert found[0].score == pytest.approx(1, abs=1e-5)
    assert found[0].score > found[1].score


def test_search_within_some_documents_finds_nothing_in_others(vectors: ChromaVectors) -> None:
    rain = chunks("", "", "Rain falls.")[0]
    found = vectors.search(ENCODER.encode(["Dogs bark."])[0], limit=5, doc_ids=[rain.doc_id])
    assert [item.id for item in found] == [rain.id]


def test_deleting_passes_over_what_is_not_there(vectors: ChromaVectors) -> None:
    vectors.delete(["nothing", *sorted(vectors.ids())[:1]])
    assert vectors.count() == 2
    vectors.reset()
    vectors.reset()
    assert vectors.ids() == set()


def test_a_vector_of_another_length_is_damage_with_a_remedy(vectors: ChromaVectors) -> None:
    with pytest.raises(IndexDamagedError, match="rag rebuild"):
        vectors.search(np.ones(3, dtype=np.float32), limit=1)


def test_a_damaged_folder_is_damage_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(IndexDamagedError, match="rag rebuild"):
        vectors_in(tmp_path / "chroma").count()


def test_a_plain_llama_index_program_reads_our_nodes_with_their_spans(vectors: ChromaVectors, tmp_path: Path) -> None:
    from llama_index.core import MockEmbedding, VectorStoreIndex
    from llama_index.vector_stores.chroma import ChromaVectorStore

    vectors.close()
    client = chromadb.PersistentClient(str(tmp_path / "chroma"), Settings(anonymized_telemetry=False))
    held = client.get_collection(COLLECTION)
    assert held.get()["documents"] == [None] * 3  # no second index of the texts
    store = ChromaVectorStore(chroma_collection=held)
    index = VectorStoreIndex.from_vector_store(store, embed_model=MockEmbedding(DIMENSION))
    found = {node.node.get_content(): node.node for node in index.as_retriever(similarity_top_k=3).retrieve("anything")}
    assert set(found) == {"Cats purr. Cats purr.", "Dogs bark.", "Rain falls."}
    cats = found["Cats purr. Cats purr."]
    assert (cats.start_char_idx, cats.end_char_idx) == (0, 21)
    assert (cats.metadata["source"], cats.metadata["start"], cats.metadata["end"]) == ("0.txt", 0, 21)
    assert json.loads(cats.metadata["sentences"]) == [[0, 10], [11, 21]]
    assert {node.get_content() for node in store.get_nodes(list(vectors.ids()))} == set(found)
    client.close()
