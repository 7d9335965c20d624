"""The reader's network: MiniLM's layers, trained further, and three heads over them. Imports torch; import it late.

Knows tensors only: no text, no tokenizer.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from rag.errors import ModelError

_EMBEDDINGS = frozenset(
    f"embeddings.{name}"
    for name in (
        "word_embeddings.weight",
        "position_embeddings.weight",
        "token_type_embeddings.weight",
        "LayerNorm.weight",
        "LayerNorm.bias",
    )
)
_HEADS = ("span.", "answerable.", "support.")


class ReaderNetwork(nn.Module):
    """BertModel with a head for each wordpiece (start, end) and two of the first one (answerable, support)."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.bert = BertModel(config, add_pooling_layer=False)
        self.span = nn.Linear(size, 2)
        self.answerable = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))
        self.support = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))

    def forward(self, ids: Tensor, types: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, float32: spans (n, t, 2), answerable (n,), support (n,), for (n, t) int64 inputs."""
        hidden = self.bert(input_ids=ids, token_type_ids=types, attention_mask=attention).last_hidden_state
        first = hidden[:, 0]
        return self.span(hidden).float(), self.answerable(first).float()[:, 0], self.support(first).float()[:, 0]


def load_network(config: Path, base: Path, trained: Path, *, dtype: torch.dtype) -> ReaderNetwork:
    """The network in `dtype`, ready to infer: embeddings from `base`, all else from `trained`, both safetensors.

    Raises ModelError when the files do not fit each other.
    """
    embeddings = {f"bert.{name}": value for name, value in load_file(base).items() if name in _EMBEDDINGS}
    weights = {name if name.startswith(_HEADS) else f"bert.{name}": value for name, value in load_file(trained).items()}
    network = ReaderNetwork(BertConfig.from_pretrained(config, attn_implementation="sdpa"))
    try:
        faults = network.load_state_dict(weights | embeddings, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{trained} does not fit {base}: {error}. Install citespan again.") from error
    if lacking := [*faults.missing_keys, *faults.unexpected_keys]:
        raise ModelError(f"{trained} does not fit {base}: {', '.join(lacking)}. Install citespan again.")
    return network.to(dtype).eval()
