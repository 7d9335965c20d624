"""Retrieval: dense and BM25 rankings over the same chunks, fused by their scores.

Reads one moment of the catalogue, so a document that changes meanwhile is seen whole or not yet. Scores no sentence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rag.protocols import Encoder, VectorStore
from rag.retrieval.fusion import fuse
from rag.storage.catalogue import Catalogue
from rag.types import Passage, Ranked

if TYPE_CHECKING:
    from rag.types import Vectors


@dataclass(frozen=True, slots=True)
class Retriever:
    """Finds the passages of one index that are read for a question.

    `encoder` gives the encoder that the index was made with, or raises IndexMismatchError; `catch_up` brings the
    vectors to the present state of the catalogue. `candidates` chunks are put forward by each ranking, `limit` are
    returned.
    """

    catalogue: Catalogue
    vectors: VectorStore
    encoder: Callable[[], Encoder]
    catch_up: Callable[[], None]
    candidates: int
    limit: int

    def vector(self, question: str) -> "Vectors":
        """The vector of a question: (dimension,) float32 of unit length."""
        return cast("Vectors", self.encoder().encode([question])[0])

    def retrieve(
        self, question: str, doc_ids: Sequence[str] | None = None, *, vector: "Vectors | None" = None
    ) -> list[Passage]:
        """The best chunks for a question, best first, of some documents or of all; `vector` is its own, if known."""
        vector = self.vector(question) if vector is None else vector
        self.catch_up()
        doc_ids = self.catalogue.scope(doc_ids)
        dense = self.vectors.search(vector, limit=self.candidates, doc_ids=doc_ids)
        with self.catalogue.snapshot():
            lexical = self.catalogue.search(question, limit=self.candidates, doc_ids=doc_ids)
            fused = fuse(dense, lexical, limit=2 * self.candidates)
            return _first_ready(self.catalogue, fused, self.limit)


def _first_ready(catalogue: Catalogue, ranked: Sequence[Ranked], limit: int) -> list[Passage]:
    """The first `limit` chunks that are ready; no more are read than it takes."""
    passages: list[Passage] = []
    for first in range(0, len(ranked), limit):
        part = ranked[first : first + limit]
        chunks = catalogue.chunks([item.id for item in part])
        passages += [Passage(chunks[item.id], score=item.score) for item in part if item.id in chunks]
        if len(passages) >= limit:
            break
    return passages[:limit]
