"""The sentence-transformers encoder: texts to unit vectors, in bfloat16 where the CPU computes with it.

Loads a model that `rag.models.registry` found and checked; it searches for none and downloads none. Torch and
sentence-transformers, some six seconds of imports, load with the first text that is encoded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np

from rag.errors import ModelError
from rag.models.registry import ModelFiles

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from rag.types import Progress, Vectors

BATCH = 16  # texts; nothing is gained above it, what the layers make of them stays in the cache, and less is padded
TILE = 16  # wordpieces; torch's attention takes up to twice as long over a length that is no multiple of it
_PADDED = {"text": {"pad_to_multiple_of": TILE}}
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


class SentenceEncoder:
    """An `Encoder` over one model folder. Safe to share between threads.

    `find` gives the model's files; it is called when they are first needed, and its errors come up then.
    """

    def __init__(self, find: Callable[[], ModelFiles]) -> None:
        self._find = find
        self._lock = Lock()

    @cached_property
    def _files(self) -> ModelFiles:
        return self._find()

    @property
    def fingerprint(self) -> str:
        """The name and the hash of the weights."""
        return f"{self._files.name}:{self._files.sha256}"

    @cached_property
    def dimension(self) -> int:
        """The length of a vector."""
        size = self._model.get_embedding_dimension()
        if size is None:
            raise ModelError(f"{self._files.folder} does not say how long its vectors are; use another encoder.")
        return size

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Vectors of the texts, in their order: (n, dimension) float32, rows of unit length.

        Batches are made of texts of like length, so that little is spent on padding.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
        batches = [order[first : first + BATCH] for first in range(0, len(order), BATCH)]
        done = 0
        for places, found in zip(batches, self._run([[texts[i] for i in places] for places in batches]), strict=True):
            vectors[places] = found
            done += len(places)
            if progress:
                progress(done, len(texts))
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """For each text its wordpieces' vectors: (wordpieces, dimension) float32, rows of unit length."""
        if not texts:
            return []
        with self._lock:
            found = self._model.encode(
                list(texts),
                output_value="token_embeddings",
                batch_size=BATCH,
                show_progress_bar=False,
                processing_kwargs=_PADDED,
            )
        return [_unit(tokens.float().numpy()[1:-1]) for tokens in found]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The offsets of a text's wordpieces, by the encoder's own tokenizer; loads no torch."""
        return self._tokenizer.encode(text, add_special_tokens=False).offsets

    def _run(self, batches: Sequence[list[str]]) -> Iterator[Vectors]:
        """The vectors of each batch, in order: of a single one with all processors, of several with one for each."""
        import torch

        workers = min(len(batches), torch.get_num_threads())
        if workers < 2:
            yield from map(self._batch, batches)
            return
        with ThreadPoolExecutor(workers, "encoding", initializer=_take_one_processor) as threads:
            yield from threads.map(self._batch, batches)

    def _batch(self, texts: list[str]) -> Vectors:
        import torch

        with self._lock:  # a tokenizer is for one thread at a time
            features = self._model.preprocess(texts, processing_kwargs=_PADDED)
        with torch.inference_mode():
            found = self._model(features)["sentence_embedding"]
        return _unit(found.float().numpy())

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._files.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # a line a load on stderr, in the midst of our own
        try:
            model = SentenceTransformer(
                str(self._files.folder),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"The model in {self._files.folder} cannot be loaded: {error}. Reinstall it.") from error
        return (model.to(torch.bfloat16) if computes_bfloat16() else model).eval()


def computes_bfloat16(cpuinfo: str = "/proc/cpuinfo") -> bool:
    """Whether the CPU has bfloat16 instructions; without them bfloat16 is a hundred times slower than float32."""
    try:
        with open(cpuinfo, encoding="utf-8") as file:
            flags = next((line for line in file if line.startswith("flags")), "")
    except OSError:
        return False
    return not _BFLOAT16_FLAGS.isdisjoint(flags.split())


def _take_one_processor() -> None:
    """Let the calling thread compute with one processor, and no other thread, as `torch.set_num_threads` would."""
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    torch.get_num_threads()  # sets the thread up, which would undo what follows if it came after
    threadpool_limits(1, user_api="openmp")


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return cast("Vectors", vectors / np.maximum(lengths, np.finfo(np.float32).tiny))
