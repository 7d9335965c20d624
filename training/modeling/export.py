"""What the product ships of a run: the trained layers and heads as bf16 safetensors, without MiniLM's embeddings.

The file holds `encoder.layer.*` as BertModel names them, and the heads `span`, `answerable.0`, `answerable.2`,
`support.0`, `support.2`; `rag.models.network` loads it.
"""

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.modeling.checkpoint import Checkpoint, weights_of

WEIGHTS, FACTS = "model.safetensors", "run.json"


def export(state: Checkpoint, folder: Path, *, averaged: bool, seed: int) -> str:
    """Write the weights and the facts of their run into `folder`; the weights' sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name.removeprefix("bert."): value.to(torch.bfloat16)
        for name, value in weights_of(state, averaged=averaged).items()
    }
    path = folder / WEIGHTS
    save_file({name: value.contiguous() for name, value in sorted(weights.items())}, path, metadata={"format": "pt"})
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = {"sha256": sha256, "seed": seed, "tokens": state.progress.tokens, "steps": state.progress.step}
    (folder / FACTS).write_text(f"{json.dumps(facts, indent=2)}\n", encoding="utf-8")
    return sha256


def trained_weights(folder: Path) -> dict[str, Tensor]:
    """The weights of an export, float32, by the names that they have in training."""
    return {
        f"bert.{name}" if name.startswith("encoder.") else name: value.to(torch.float32)
        for name, value in load_file(folder / WEIGHTS).items()
    }
