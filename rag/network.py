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
HEADS = ("span.", "answerable.", "support.")


class HeadedNetwork(nn.Module):
    """The heads over an encoder's last hidden states: for each wordpiece (start, end), of the first one two logits."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.span = nn.Linear(size, 2)
        self.answerable = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))
        self.support = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))

    def read(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, float32: spans (n, t, 2), answerable (n,), support (n,), for hidden states (n, t, size)."""
        first = hidden[:, 0]
        return self.span(hidden).float(), self.answerable(first).float()[:, 0], self.support(first).float()[:, 0]


class ReaderNetwork(HeadedNetwork):
    """BertModel with the heads."""

    def __init__(self, config: BertConfig) -> None:
        bert = BertModel(config, add_pooling_layer=False)
        super().__init__(config.hidden_size)
        self.bert = bert

    def forward(self, ids: Tensor, types: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The heads' logits for (n, t) int64 inputs."""
        return self.read(self.bert(input_ids=ids, token_type_ids=types, attention_mask=attention).last_hidden_state)


def load_network(config: Path, base: Path, trained: Path, *, dtype: torch.dtype) -> ReaderNetwork:
    """The network in `dtype`, ready to infer: embeddings from `base`, all else from `trained`, both safetensors.

    Raises ModelError when the files do not fit each other.
    """
    embeddings = {f"bert.{name}": value for name, value in load_file(base).items() if name in _EMBEDDINGS}
    weights = {name if name.startswith(HEADS) else f"bert.{name}": value for name, value in load_file(trained).items()}
    network = ReaderNetwork(BertConfig.from_pretrained(config, attn_implementation="sdpa"))
    try:
        faults = network.load_state_dict(weights | embeddings, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{trained} does not fit {base}: {error}. Install citespan again.") from error
    if lacking := [*faults.missing_keys, *faults.unexpected_keys]:
        raise ModelError(f"{trained} does not fit {base}: {', '.join(lacking)}. Install citespan again.")
    return network.to(dtype).eval()
