"""Made-up documents of any size for timing, and an encoder without layers for sizes at which the real one takes hours.

The documents are sentences of words from the encoder's vocabulary, the rarer the further down the list (Zipf), the same
each time. They mean nothing: what is answered from them is never judged.
"""

import json
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

SEED = 20260101
CHUNKS_A_FILE = 10
SENTENCES_A_CHUNK, WORDS_A_SENTENCE = 9, 20  # 21 wordpieces with the full stop; a chunk takes up to 200


def write(folder: Path, chunks: int, words: Sequence[str]) -> None:
    """Files that the default settings cut into about that many chunks."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(SEED)
    for number in range(-(-chunks // CHUNKS_A_FILE)):
        left = min(CHUNKS_A_FILE, chunks - number * CHUNKS_A_FILE)
        text = " ".join(_sentences(draw, words, left * SENTENCES_A_CHUNK))
        (folder / f"{number:06}.txt").write_text(text + "\n", encoding="utf-8")


def questions(count: int, words: Sequence[str]) -> list[str]:
    """Questions in the same words."""
    draw = random.Random(SEED + 1)
    return [f"What do {' '.join(_drawn(draw, words, 6))} mean?" for _ in range(count)]


def vocabulary(model: Path) -> list[str]:
    """The whole lower-case words of an encoder's vocabulary, shuffled: one wordpiece each."""
    tokens = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    words = sorted(token for token in tokens if token.isascii() and token.isalpha() and len(token) > 2)
    random.Random(SEED).shuffle(words)
    return words


def without_layers(model: Path, folder: Path) -> Path:
    """A copy of a BERT encoder with its tokenizer and word embeddings and none of its layers.

    Its vectors are as long and as many, and cost next to nothing; everything around the encoder runs as ever.
    """
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"num_hidden_layers": 0}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "encoder.layer." not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _sentences(draw: random.Random, words: Sequence[str], count: int) -> Iterator[str]:
    for _ in range(count):
        yield " ".join(_drawn(draw, words, WORDS_A_SENTENCE)).capitalize() + "."


def _drawn(draw: random.Random, words: Sequence[str], count: int) -> list[str]:
    return [words[min(int(draw.paretovariate(0.5)), len(words)) - 1] for _ in range(count)]
