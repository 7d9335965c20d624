"""The vectors, in a Chroma collection that any LlamaIndex program can read.

Written as LlamaIndex's `ChromaVectorStore` writes: a chunk's text is the Chroma document, the node is in the metadata.
Chroma reports no telemetry from here. It knows nothing of what is ready; the catalogue does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from rag.errors import IndexDamagedError, IndexWriteError
from rag.types import Chunk, Ranked

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from rag.types import Vectors

COLLECTION = "citespan"
_BATCH = 2000  # vectors written or deleted at once; Chroma's own limit is 5,461
# Recall over speed: a search takes a few milliseconds either way, and a missed chunk is a wrong refusal.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}


class ChromaVectors:
    """A `VectorStore` in a folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()
        self._client: ClientAPI | None = None

    def upsert(self, chunks: Sequence[Chunk], vectors: "Vectors") -> None:
        """Write vectors, (n, dimension) float32; an id that is there is replaced."""
        for first in range(0, len(chunks), _BATCH):
            part = chunks[first : first + _BATCH]
            with self._errors():
                self._collection().upsert(
                    ids=[chunk.id for chunk in part],
                    embeddings=vectors[first : first + _BATCH],
                    documents=[chunk.text for chunk in part],
                    metadatas=[_metadata(chunk) for chunk in part],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are passed over."""
        for first in range(0, len(ids), _BATCH):
            with self._errors():
                self._collection().delete(ids=list(ids[first : first + _BATCH]))

    def search(self, vector: "Vectors", *, limit: int, doc_ids: Sequence[str] | None = None) -> list[Ranked]:
        """The nearest chunks by cosine similarity, best first, over some documents or all."""
        where: dict[str, Any] | None = None if doc_ids is None else {"doc_id": {"$in": list(doc_ids)}}
        with self._errors():
            found = self._collection().query(
                query_embeddings=[vector], n_results=limit, where=where, include=["distances"]
            )
        pairs = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        ranked = (Ranked(id=id_, score=1 - float(distance)) for id_, distance in pairs)
        return sorted(ranked, key=lambda item: (-item.score, item.id))

    def count(self) -> int:
        """The number of vectors held."""
        with self._errors():
            return int(self._collection().count())

    def ids(self) -> set[str]:
        """The id of every vector held."""
        with self._errors():
            return set(self._collection().get(include=[])["ids"])

    def reset(self) -> None:
        """Drop every vector, and the collection's dimension with them."""
        from chromadb.errors import NotFoundError

        with self._errors():
            try:
                self._open().delete_collection(COLLECTION)
            except NotFoundError:
                return

    def close(self) -> None:
        """Let go of files; the next call opens them again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _collection(self) -> "Collection":
        return self._open().get_or_create_collection(COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None)

    def _open(self) -> "ClientAPI":
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            self._client = chromadb.PersistentClient(str(self._folder), Settings(anonymized_telemetry=False))
        return self._client

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        with self._lock:
            try:
                yield
            except OSError as error:
                raise IndexWriteError(
                    f"{self._folder} cannot be written: {error}. Free some space or mend its permissions, then run "
                    "the same command again."
                ) from error
            except (ChromaError, ValueError) as error:
                raise _translated(self._folder, error) from error


def _translated(folder: Path, error: Exception) -> IndexDamagedError | IndexWriteError:
    if any(sign in str(error) for sign in ("disk is full", "readonly", "No space left")):
        return IndexWriteError(
            f"{folder} cannot be written: {error}. Free some space, then run the same command again."
        )
    return IndexDamagedError(f"The vectors in {folder} cannot be used: {error}. `rag rebuild` restores them.")


def _metadata(chunk: Chunk) -> dict[str, Any]:
    from llama_index.core.vector_stores.utils import node_to_metadata_dict

    from rag.nodes import chunk_node

    return node_to_metadata_dict(chunk_node(chunk), remove_text=True, flat_metadata=True)
