"""The teacher: the large reader's network in training, which the small reader is distilled from as well.

Its twelve layers of 768 are eight times the small reader's. They stay those of all-mpnet-base-v2. What is trained are
the heads, and low-rank additions (LoRA, Hu et al. 2021) to the upper layers, which a CPU trains 1.5 times as fast as
all weights: 9 MB, so that what hours have taught can be kept, shipped, and gone on from.
"""

from pathlib import Path

from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load_file
from torch import nn
from transformers import MPNetConfig, MPNetModel

from rag.models.network import LargeNetwork
from rag.models.registry import WEIGHTS
from training.modeling.model import ReaderLogits, WeightsError

RANK = 32
LOWEST = 4  # the layers below it stay as they are; nothing is carried back through them


class TeacherModel(LargeNetwork, ReaderLogits):
    """The large reader's network. Its embeddings take no gradient."""

    def __init__(self, config: MPNetConfig, verdicts: int = 2) -> None:
        super().__init__(config, verdicts)
        self.mpnet.embeddings.requires_grad_(False)


def fresh_teacher(folder: Path) -> TeacherModel:
    """MPNet from `folder`; the heads are untrained, and nothing drops out. Raises WeightsError if weights lack."""
    config = MPNetConfig.from_pretrained(folder)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    model = TeacherModel(config)
    faults = model.mpnet.load_state_dict(load_file(folder / WEIGHTS), strict=False)
    if faults.missing_keys:
        raise WeightsError(f"{folder}/{WEIGHTS} lacks {faults.missing_keys}")
    adapt(model.mpnet)
    return model


def adapt(encoder: MPNetModel, lowest: int = LOWEST, rank: int = RANK) -> None:
    """Add `rank` trained dimensions to each matrix of the layers from `lowest` on; what was there takes no gradient."""
    layers = list(range(lowest, encoder.config.num_hidden_layers))
    # equal rank and alpha: what is added is not scaled, so that a rate means the same at any rank
    config = LoraConfig(
        r=rank, lora_alpha=rank, target_modules=["q", "k", "v", "o", "dense"], layers_to_transform=layers
    )
    inject_adapter_in_model(config, encoder)


def merge(encoder: nn.Module) -> None:
    """Put what was added into the matrices themselves, for a teacher that is only asked; before any cast to bf16."""
    for module in encoder.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()
