"""The vectors, in a Chroma collection that any LlamaIndex program can read.

Written as LlamaIndex's `ChromaVectorStore` writes: a chunk's text is the Chroma document, the node is in the metadata.
Chroma reports no telemetry from here. It knows nothing of what is ready; the catalogue does.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from rag.errors import IndexDamagedError, IndexWriteError
from rag.types import Chunk, Ranked

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

    from rag.types import Vectors

COLLECTION = "citespan"
_BATCH = 2000  # vectors written or deleted at once; Chroma's own limit is 5,461
_DAMAGED = 3  # exit code of a probe that could tell what is wrong
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
        """Drop every vector, and the collection's dimension with them; a folder that cannot be read is emptied."""
        from chromadb.errors import NotFoundError

        try:
            with self._errors(), suppress(NotFoundError):
                self._open().delete_collection(COLLECTION)
        except IndexDamagedError:
            self.close()
            with self._errors():
                shutil.rmtree(self._folder)

    def try_out(self) -> None:
        """Read every file of the collection once. Raises IndexDamagedError, or crashes."""
        with self._errors():
            found = self._collection().get(limit=1, include=["embeddings"])["embeddings"]
        if found is not None and len(found):
            self.search(found[0], limit=1)

    def probe(self) -> str | None:
        """What is wrong with the files; None for nothing. Read in a process of its own: damage may crash its reader."""
        self.close()
        command = [sys.executable, "-P", "-m", "rag.vectors", str(self._folder)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
        if not done.returncode:
            return None
        return (
            done.stderr.strip() if done.returncode == _DAMAGED else f"{_damage(self._folder, 'reading them crashed')}"
        )

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
            from chromadb.config import Settings

            self._client = self._connect(Settings(anonymized_telemetry=False))
        return self._client

    def _connect(self, settings: "Settings") -> "ClientAPI":
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient

        try:
            return chromadb.PersistentClient(str(self._folder), settings)
        except BaseException:  # Chroma 1.5 keeps the half-made system and would hand it out the next time
            SharedSystemClient._identifier_to_system.pop(str(self._folder), None)
            raise

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
    return _damage(folder, error)


def _damage(folder: Path, what: object) -> IndexDamagedError:
    return IndexDamagedError(f"The vectors in {folder} cannot be used: {what}. `rag rebuild` restores them.")


def _metadata(chunk: Chunk) -> dict[str, Any]:
    from llama_index.core.vector_stores.utils import node_to_metadata_dict

    from rag.nodes import chunk_node

    return node_to_metadata_dict(chunk_node(chunk), remove_text=True, flat_metadata=True)


def main(folder: str) -> None:
    """Read all vectors in a folder and search them once; what is wrong goes to standard error."""
    vectors = ChromaVectors(Path(folder))
    try:
        vectors.try_out()
    except IndexDamagedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_DAMAGED)
    finally:
        vectors.close()


if __name__ == "__main__":
    main(sys.argv[1])
