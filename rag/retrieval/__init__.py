"""Retrieval: dense and BM25 rankings over the same chunks, fused."""
