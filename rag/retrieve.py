"""Retrieval: dense and BM25 rankings over the same chunks, fused by their scores.

Reads one moment of the catalogue, so a document that changes meanwhile is seen whole or not yet. Scores no sentence.
"""

from collections.abc import Sequence

from rag.catalogue import Catalogue
from rag.fusion import fuse
from rag.types import Encoder, Passage, VectorStore


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
        chunks = catalogue.chunks([item.id for item in fused])
    found = [item for item in fused if item.id in chunks][:limit]
    return [Passage(chunks[item.id], score=item.score) for item in found]
