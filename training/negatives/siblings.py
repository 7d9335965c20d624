"""Passages that look as if they answered a question and do not state its answer: BM25 over the other passages.

BM25 after Robertson & Zaragoza (2009), k1 = 1.2, b = 0.75, over lower-cased words; scikit-learn counts them.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]

from training.data.development import Reading
from training.negatives.edits import states

K1, B = 1.2, 0.75


def bm25_matrix(texts: Sequence[str], vectorizer: CountVectorizer) -> sparse.csr_matrix:
    """Weights of each term in each text, (n texts, n terms); a query's score is the sum over its terms."""
    counts = sparse.csr_matrix(vectorizer.fit_transform(texts), dtype=np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    weights = counts.tocoo()
    weights.data = idf[weights.col] * weights.data * (K1 + 1) / (weights.data + norm[weights.row])
    return weights.tocsr()


def nearest_without_answer(rows: Sequence[Reading], texts: Sequence[str], *, limit: int) -> list[list[int]]:
    """For each row the indices into `texts` of the best passages for its question that lack its answer's words."""
    vectorizer = CountVectorizer(binary=False, stop_words="english", token_pattern=r"(?u)\b\w+\b")
    weights = bm25_matrix(texts, vectorizer)
    queries = sparse.csr_matrix(vectorizer.transform([row.question for row in rows]) > 0, dtype=np.float64)
    found = []
    for begin in range(0, len(rows), 512):
        scores = (queries[begin : begin + 512] @ weights.T).toarray()
        for row, line in zip(rows[begin : begin + 512], scores, strict=True):
            found.append(_lacking(row, texts, line, limit))
    return found


def _lacking(row: Reading, texts: Sequence[str], scores: np.ndarray, limit: int) -> list[int]:
    best = np.argsort(-scores, kind="stable")[: limit * 4]
    keep = [int(i) for i in best if texts[i] != row.passage.text and not states(texts[i], row.passage.answer_text)]
    return keep[:limit]
