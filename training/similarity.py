"""MiniLM's sentence embeddings and their cosine: what the reader is compared with and added to."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.batches import tokenizer
from training.infer import grouped
from training.model import fresh_model


class Embedder:
    """all-MiniLM-L6-v2: mean of the token vectors, rows of unit length."""

    def __init__(self) -> None:
        self.bert: nn.Module = fresh_model().bert.train(False)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384) float32, rows of unit length."""
        loaded = tokenizer()
        loaded.enable_truncation(256)
        encodings = [loaded.encode(text) for text in texts]
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        for group in grouped([len(e.ids) for e in encodings]):
            vectors[group] = self._pooled([encodings[i].ids for i in group]).numpy()
        return vectors

    @torch.inference_mode()
    def _pooled(self, rows: Sequence[Sequence[int]]) -> Tensor:
        ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
        attention = torch.zeros_like(ids)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = torch.tensor(row)
            attention[index, : len(row)] = 1
        hidden = self.bert(input_ids=ids, attention_mask=attention).last_hidden_state
        weights = attention[..., None].float()
        return nn.functional.normalize((hidden * weights).sum(dim=1) / weights.sum(dim=1), dim=1)
