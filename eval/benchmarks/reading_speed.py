"""How fast the reader reads, beside the bare forward pass of its network at the shape that suits it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from time import perf_counter

from rag import SpanModel

PASSAGES = 8
WORDPIECES = 200
QUESTION = 12
PADDED = math.ceil((QUESTION + WORDPIECES + 3) / 16) * 16  # a pair's wordpieces as reading pads them, for speed
BATCHES = (1, 2, 4, 8)
READING = "reading"


def work(words: Sequence[str]) -> dict[str, Callable[[], float]]:
    """What to time, by name: reading passages of so many wordpieces, and the network alone in each batch size.

    `words` are whole words, each one wordpiece long. Every piece of work gives its seconds.
    """
    draw = Random(7)
    question = " ".join(draw.sample(words, QUESTION))
    texts = [" ".join(draw.sample(words, WORDPIECES)) for _ in range(PASSAGES)]
    passages = [(text, [(0, len(text))]) for text in texts]
    model = SpanModel()
    model.read(question, passages)
    return {READING: lambda: _seconds(lambda: model.read(question, passages)), **_forward_passes(model)}


def ratio(seconds: Mapping[str, float]) -> float:
    """Reading as a multiple of the best forward pass."""
    return seconds[READING] / min(value for name, value in seconds.items() if name != READING)


def _forward_passes(model: SpanModel) -> dict[str, Callable[[], float]]:
    import torch

    ids = torch.randint(1000, 20_000, (PASSAGES, PADDED), generator=torch.Generator().manual_seed(7))
    types, attention = torch.zeros_like(ids), torch.ones_like(ids)

    def alone(batch: int) -> float:
        def passes() -> None:
            with torch.inference_mode():
                for first in range(0, PASSAGES, batch):
                    rows = slice(first, first + batch)
                    model.network(ids[rows], types[rows], attention[rows])

        return _seconds(passes)

    alone(BATCHES[0])
    return {f"its network alone, {batch} at once": partial(alone, batch) for batch in BATCHES}


def _seconds(passes: Callable[[], object]) -> float:
    started = perf_counter()
    passes()
    return perf_counter() - started
