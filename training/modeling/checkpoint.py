"""A run's state on disk: weights, optimizer moments and averages as safetensors, counters as JSON. No pickle.

Written to a temporary name and renamed, so that a killed run finds the previous checkpoint whole.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

STATE, COUNTERS = "state.safetensors", "counters.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: batch `position` of `shard` is next; `tokens` are padded ones, `seconds` working time."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    shard: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything needed to go on: tensors by `kind.name` with kinds weight, average, count, mean and square."""

    progress: Progress
    tensors: dict[str, Tensor]


def save(directory: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint, replacing the one there."""
    directory.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().contiguous() for k, v in checkpoint.tensors.items()}, directory / f"{STATE}.part")
    (directory / f"{COUNTERS}.part").write_text(json.dumps(asdict(checkpoint.progress)), encoding="utf-8")
    os.replace(directory / f"{STATE}.part", directory / STATE)
    os.replace(directory / f"{COUNTERS}.part", directory / COUNTERS)


def load(directory: Path) -> Checkpoint | None:
    """The checkpoint in `directory`, or None if there is none."""
    if not (directory / COUNTERS).exists():
        return None
    progress = Progress(**json.loads((directory / COUNTERS).read_text(encoding="utf-8")))
    return Checkpoint(progress, load_file(directory / STATE))


def weights_of(checkpoint: Checkpoint, *, averaged: bool) -> dict[str, Tensor]:
    """The trained parameters by name, as they stand or as their running average."""
    prefix = "average." if averaged else "weight."
    return {k.removeprefix(prefix): v.to(torch.float32) for k, v in checkpoint.tensors.items() if k.startswith(prefix)}
