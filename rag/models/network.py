"""The readers' networks: an encoder, trained further, and three heads over it. Imports torch; import it late.

The small one is MiniLM. The large one is MPNet (Song et al. 2020), which has BERT's vocabulary moved by four places, so
that what is made for MiniLM is read by it, and both give logits for the same wordpieces. Its layers are the official
ones and low-rank additions to them (LoRA, Hu et al. 2021). Knows tensors only: no text, no tokenizer.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

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
_MOVED = 4  # <s>, <pad>, </s> and <unk> stand before BERT's own vocabulary
_OWN = {0: 1, 101: 0, 102: 2}  # BERT's [PAD], [CLS] and [SEP] as MPNet has them
_VERDICTS = "support.2.bias"
_DOWN, _UP = ".lora_A.default.weight", ".lora_B.default.weight"


class HeadedNetwork(nn.Module):
    """The heads over an encoder's last hidden states: for each wordpiece (start, end), of the first one the others.

    The support head has one logit a statement, or with `verdicts` 2 a second one: that the evidence contradicts it.
    """

    def __init__(self, size: int, verdicts: int = 1) -> None:
        super().__init__()
        self.span = nn.Linear(size, 2)
        self.answerable = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))
        self.support = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, verdicts))

    def read(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, float32: spans (n, t, 2), answerable (n,), support (n, verdicts), for hidden states (n, t, size)."""
        first = hidden[:, 0]
        return self.span(hidden).float(), self.answerable(first).float()[:, 0], self.support(first).float()


class ReaderNetwork(HeadedNetwork):
    """BertModel with the heads."""

    def __init__(self, config: BertConfig) -> None:
        bert = BertModel(config, add_pooling_layer=False)
        super().__init__(config.hidden_size)
        self.bert = bert

    def forward(self, ids: Tensor, types: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The heads' logits for (n, t) int64 inputs."""
        return self.read(self.bert(input_ids=ids, token_type_ids=types, attention_mask=attention).last_hidden_state)


class LargeNetwork(HeadedNetwork):
    """MPNetModel with the heads."""

    def __init__(self, config: MPNetConfig, verdicts: int = 2) -> None:
        super().__init__(config.hidden_size, verdicts)
        self.mpnet = MPNetModel(config, add_pooling_layer=False)

    def forward(self, ids: Tensor, types: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As ReaderNetwork's, of ids made for MiniLM; MPNet tells the two texts apart by position alone."""
        del types
        return self.read(self.mpnet(input_ids=moved(ids), attention_mask=attention).last_hidden_state)


def moved(ids: Tensor) -> Tensor:
    """BERT's ids as MPNet's."""
    found = ids + _MOVED
    for bert, mpnet in _OWN.items():
        found = torch.where(ids == bert, mpnet, found)
    return found


def load_network(config: Path, base: Path, trained: Path, *, dtype: torch.dtype) -> ReaderNetwork:
    """The network in `dtype`, ready to infer: embeddings from `base`, all else from `trained`, both safetensors.

    Raises ModelError when the files do not fit each other.
    """
    embeddings = {f"bert.{name}": value for name, value in load_file(base).items() if name in _EMBEDDINGS}
    weights = {name if name.startswith(HEADS) else f"bert.{name}": value for name, value in load_file(trained).items()}
    network = ReaderNetwork(BertConfig.from_pretrained(config, attn_implementation="sdpa"))
    _fill(network, weights | embeddings, f"{trained} does not fit {base}")
    return network.to(dtype).eval()


def load_large_network(config: Path, base: Path, trained: Path, *, dtype: torch.dtype) -> LargeNetwork:
    """The large network in `dtype`, ready to infer: MPNet from `base`, additions and heads from `trained`.

    Both are safetensors; they are added in float32. Raises ModelError when the files do not fit each other.
    """
    shape = MPNetConfig.from_pretrained(config)
    found = {name: value.float() for name, value in load_file(trained).items()}
    verdicts = len(found[_VERDICTS]) if _VERDICTS in found else 1
    with torch.device("meta"):  # to draw first values of 110 M weights takes longer than to load them
        network = LargeNetwork(shape, verdicts)
    places = torch.arange(shape.max_position_embeddings)[None]
    network.mpnet.embeddings.register_buffer("position_ids", places, persistent=False)  # it is in no file
    there = network.state_dict()
    weights = {f"mpnet.{name}": value for name, value in load_file(base).items() if f"mpnet.{name}" in there}
    fault = f"{trained} does not fit {base}"
    try:
        for name in [name.removesuffix(_UP) for name in found if name.endswith(_UP)]:
            added = found.pop(f"{name}{_UP}") @ found.pop(f"{name}{_DOWN}")
            weights[f"{name}.weight"] = weights[f"{name}.weight"] + added
    except (KeyError, RuntimeError) as error:
        raise ModelError(f"{fault}: {error}. Install citespan again.") from error
    _fill(network, weights | found, fault)
    return network.to(dtype).eval()


def _fill(network: HeadedNetwork, weights: dict[str, Tensor], fault: str) -> None:
    try:
        faults = network.load_state_dict(weights, strict=False, assign=True)
    except RuntimeError as error:
        raise ModelError(f"{fault}: {error}. Install citespan again.") from error
    if lacking := [*faults.missing_keys, *faults.unexpected_keys]:
        raise ModelError(f"{fault}: {', '.join(lacking)}. Install citespan again.")
