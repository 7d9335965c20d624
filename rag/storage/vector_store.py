"""The vectors, in a Chroma collection that any LlamaIndex program can read.

A chunk's node, text and all, is in the metadata, where LlamaIndex's `ChromaVectorStore` looks for it. There is no
Chroma document: Chroma would index its trigrams, half the time and much of the disk that a chunk takes, for a search
that the catalogue does. Where the collection lives, in a folder or on a server, is the business of
`rag.storage.chroma_client`. It knows nothing of what is ready; the catalogue does.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from rag.errors import IndexDamagedError, VectorServerError
from rag.storage.chroma_client import DAMAGED, LOCAL, ChromaFolder, ChromaHome
from rag.types import Chunk, Ranked

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from rag.types import Vectors

_BATCH = 2000  # vectors written or deleted at once; Chroma's own limit is 5,461
# Recall over speed: a search takes a few milliseconds either way, and a missed chunk is a wrong refusal.
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}


class ChromaVectors:
    """A `VectorStore` in Chroma. Safe to share between threads.

    `find_home` says where the collection lives; it is asked whenever the store is opened again, so that a store follows
    an index whose vectors have moved.
    """

    def __init__(self, find_home: Callable[[], ChromaHome]) -> None:
        self._find_home = find_home
        self._lock = RLock()
        self._opened: tuple[ChromaHome, ClientAPI] | None = None

    @property
    def url(self) -> str:
        """The server's URL, or `local`."""
        return self._find_home().url

    @property
    def address(self) -> str:
        """The URL and the name of the collection there, or `local`."""
        return self._find_home().address

    def upsert(self, chunks: Sequence[Chunk], vectors: "Vectors") -> None:
        """Write vectors, (n, dimension) float32; an id that is there is replaced."""
        for first in range(0, len(chunks), _BATCH):
            part = chunks[first : first + _BATCH]
            with self._collection() as held:
                held.upsert(
                    ids=[chunk.id for chunk in part],
                    embeddings=vectors[first : first + _BATCH],
                    metadatas=[_metadata(chunk) for chunk in part],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are skipped."""
        for first in range(0, len(ids), _BATCH):
            with self._collection() as held:
                held.delete(ids=list(ids[first : first + _BATCH]))

    def search(self, vector: "Vectors", *, limit: int, doc_ids: Sequence[str] | None = None) -> list[Ranked]:
        """The nearest chunks by cosine similarity, best first, over some documents or all."""
        where: dict[str, Any] | None = None if doc_ids is None else {"doc_id": {"$in": list(doc_ids)}}
        with self._collection() as held:
            found = held.query(query_embeddings=[vector], n_results=limit, where=where, include=["distances"])
        pairs = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        ranked = (Ranked(id=id_, score=1 - float(distance)) for id_, distance in pairs)
        return sorted(ranked, key=lambda item: (-item.score, item.id))

    def count(self) -> int:
        """The number of vectors held."""
        with self._collection() as held:
            return int(held.count())

    def ids(self) -> set[str]:
        """The id of every vector held."""
        with self._collection() as held:
            return set(held.get(include=[])["ids"])

    def reset(self) -> None:
        """Drop every vector, and the collection's dimension with them; a folder that cannot be read is emptied."""
        from chromadb.errors import NotFoundError

        try:
            with self._client() as (client, name), suppress(NotFoundError):
                client.delete_collection(name)
        except IndexDamagedError as damage:
            self.close()
            self._find_home().clear(damage)

    def try_out(self) -> None:
        """Read every file of the collection once. Raises IndexDamagedError, or crashes."""
        with self._collection() as held:
            found = held.get(limit=1, include=["embeddings"])["embeddings"]
        if found is not None and len(found):
            self.search(found[0], limit=1)

    def probe(self) -> str | None:
        """What is wrong with the collection, found out without risk to this process; None for nothing."""
        self.close()
        return self._find_home().probe(self.try_out)

    def refresh(self) -> None:
        """See what other processes wrote: Chroma knows files as they were when it opened them; a server keeps up."""
        with self._lock:
            home = self._opened[0] if self._opened else None
            if home and (home.url == LOCAL or home != self._find_home()):
                self.close()

    def close(self) -> None:
        """Let go of files and connections; the next call opens them again."""
        with self._lock:
            if self._opened is not None:
                home, client = self._opened
                home.disconnect(client)
                self._opened = None

    @contextmanager
    def _collection(self) -> Iterator["Collection"]:
        with self._client() as (client, name):
            yield client.get_or_create_collection(name, configuration={"hnsw": _HNSW}, embedding_function=None)

    @contextmanager
    def _client(self) -> Iterator[tuple["ClientAPI", str]]:
        """A client and the collection's name, for one thread at a time, in a block whose errors are ours."""
        with self._lock:
            home = self._opened[0] if self._opened else self._find_home()
            try:
                with home.errors():
                    self._opened = self._opened or (home, home.connect())
                    yield self._opened[1], home.collection
            except VectorServerError:
                self.close()  # what is left of the connection is of no use to the next call
                raise


def _metadata(chunk: Chunk) -> dict[str, Any]:
    from llama_index.core.vector_stores.utils import node_to_metadata_dict

    from rag.storage.llama_nodes import chunk_node

    return node_to_metadata_dict(chunk_node(chunk), flat_metadata=True)


def main(folder: str) -> None:
    """Read all vectors in a folder and search them once; what is wrong goes to standard error."""
    home = ChromaFolder(Path(folder))
    vectors = ChromaVectors(lambda: home)
    try:
        vectors.try_out()
    except IndexDamagedError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(DAMAGED)
    finally:
        vectors.close()


if __name__ == "__main__":
    main(sys.argv[1])
