"""What the product ships: the trained layers and heads as bf16 safetensors, and a JSON that says how to use them.

Format: `NAME.safetensors` holds `encoder.layer.*` as BertModel names them, and the heads `span`, `answerable.0`,
`answerable.2`, `support.0`, `support.2`; the embeddings are MiniLM's, named by sha256. To load: BertModel without
pooling layer, MiniLM's embeddings, then these. `NAME.json` is `Manifest`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.checkpoint import Checkpoint, weights_of
from training.infer import LONGEST_ANSWER, WINDOW
from training.model import MINILM_SHA256, ReaderModel, fresh_model, minilm_directory


@dataclass(frozen=True, slots=True)
class Manifest:
    """How to run the weights, and what they are worth."""

    name: str
    sha256: str
    embeddings_sha256: str = MINILM_SHA256
    tokenizer_sha256: str = ""
    dtype: str = "bfloat16"
    layers: int = 6
    hidden: int = 384
    attention_heads: int = 12
    window: int = WINDOW
    longest_answer: int = LONGEST_ANSWER
    input: str = "[CLS] question [SEP] passage [SEP], token types 0 and 1"
    span: str = (
        "linear 384 to 2: start and end logits; those of [CLS] mean no answer; question and last [SEP] are masked"
    )
    classifiers: str = "answerable, support: linear 384 to 384, tanh, linear 384 to 1, of [CLS]; logits"
    heads: tuple[str, ...] = ("span", "answerable", "support")
    seed: int = 0
    training_tokens: int = 0
    calibration: dict[str, float] = field(default_factory=dict)
    signals: dict[str, Any] = field(default_factory=dict)


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(state: Checkpoint, directory: Path, name: str, *, averaged: bool, seed: int) -> Manifest:
    """Write NAME.safetensors and NAME.json into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    weights = {product_name(k): v.to(torch.bfloat16) for k, v in weights_of(state, averaged=averaged).items()}
    path = directory / f"{name}.safetensors"
    save_file({k: v.contiguous() for k, v in sorted(weights.items())}, path, metadata={"format": "pt"})
    manifest = Manifest(
        name,
        sha256(path),
        tokenizer_sha256=sha256(minilm_directory() / "tokenizer.json"),
        seed=seed,
        training_tokens=state.progress.tokens,
    )
    write_manifest(directory, manifest)
    return manifest


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write NAME.json."""
    text = json.dumps(asdict(manifest), indent=2, sort_keys=True)
    (directory / f"{manifest.name}.json").write_text(f"{text}\n", encoding="utf-8")


def product_name(parameter: str) -> str:
    """A parameter's name without the model's own prefix."""
    return parameter.removeprefix("bert.")


def load_exported(directory: Path, name: str) -> ReaderModel:
    """The exported model in fp32, ready to infer. Raises ValueError if the weights are not those of the manifest."""
    manifest = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
    path = directory / f"{name}.safetensors"
    if sha256(path) != manifest["sha256"]:
        raise ValueError(f"{path} is not what {name}.json describes: export it again")
    return with_weights({_own_name(k): v.float() for k, v in load_file(path).items()})


def _own_name(name: str) -> str:
    return f"bert.{name}" if name.startswith("encoder.") else name


def with_weights(weights: dict[str, Tensor]) -> ReaderModel:
    """MiniLM with these trained parameters, in evaluation mode."""
    model = fresh_model()
    missing = set(model.load_state_dict(weights, strict=False).missing_keys)
    if any(not name.startswith("bert.embeddings.") for name in missing):
        raise ValueError(f"the weights lack {sorted(missing)}")
    return model.eval()
