"""Retrieval: dense and BM25 rankings over the same chunks, fused by their scores.

Reads one moment of the catalogue, so a document that changes meanwhile is seen whole or not yet. Scores no sentence.
"""

from collections.abc import Sequence

from rag.catalogue import Catalogue
from rag.fusion import fuse
from rag.types import Encoder, Passage, Ranked, VectorStore


def retrieve(
    question: str,
    *,
    catalogue: Catalogue,
    vectors: VectorStore,
    encoder: Encoder,
    candidates: int,
    limit: int,
    doc_ids: Sequence[str] | None = None,
) -> list[Passage]:
    """The `limit` best chunks for a question, best first, of `candidates` that each ranking puts forward."""
    vector = encoder.encode([question])[0]
    dense = vectors.search(vector, limit=candidates, doc_ids=doc_ids)
    with catalogue.snapshot():
        lexical = catalogue.search(question, limit=candidates, doc_ids=doc_ids)
        fused = fuse(dense, lexical, limit=2 * candidates)
        return _first_ready(catalogue, fused, limit)


def _first_ready(catalogue: Catalogue, ranked: Sequence[Ranked], limit: int) -> list[Passage]:
    """The first `limit` chunks that are ready; no more are read than it takes."""
    found: list[Passage] = []
    for first in range(0, len(ranked), limit):
        part = ranked[first : first + limit]
        chunks = catalogue.chunks([item.id for item in part])
        found += [Passage(chunks[item.id], score=item.score) for item in part if item.id in chunks]
        if len(found) >= limit:
            break
    return found[:limit]
