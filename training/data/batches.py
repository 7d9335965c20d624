"""Rows to padded tensors: tokenising with offsets, labels on tokens, batches of like length.

The tokenizer is MiniLM's own `tokenizer.json`; offsets it gives are code points of the text as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from training.data.development import Claim, Reading
from training.data.text import Span
from training.modeling.model import minilm_directory

MAX_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Item:
    """An encoded row. `start`, `end` are token indices, 0 for no answer; `supported` is None for reading rows."""

    ids: list[int]
    types: list[int]
    start: int
    end: int
    supported: bool | None


@dataclass(frozen=True, slots=True)
class Batch:
    """n rows padded to t tokens. `passage` (n, t) marks the first token and the passage's, where spans may lie."""

    ids: Tensor
    types: Tensor
    attention: Tensor
    passage: Tensor
    start: Tensor
    end: Tensor
    supported: Tensor | None

    @property
    def tokens(self) -> int:
        """Padded size, which is what it costs."""
        return self.ids.numel()


@cache
def tokenizer() -> Tokenizer:
    """MiniLM's tokenizer without padding or truncation of its own."""
    loaded: Tokenizer = Tokenizer.from_file(str(minilm_directory() / "tokenizer.json"))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def encode_pair(first: str, second: str, limit: int = MAX_TOKENS) -> Encoding:
    """[CLS] first [SEP] second [SEP]; the second text is cut where the whole exceeds `limit` tokens."""
    loaded = tokenizer()
    loaded.enable_truncation(limit, strategy="only_second")
    return loaded.encode(first, second)


def token_span(encoding: Encoding, span: Span) -> tuple[int, int] | None:
    """First and last token of the second text that cover `span`; None if truncation took any of it."""
    tokens = [
        index
        for index, (offset, sequence) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
        if sequence == 1 and offset[0] < span.end and span.start < offset[1]
    ]
    if not tokens or encoding.offsets[tokens[-1]][1] < span.end:
        return None
    return tokens[0], tokens[-1]


def reading_item(row: Reading) -> Item | None:
    """The row encoded; None if its answer does not fit, or its question alone fills the window."""
    if len(row.question) > 400:
        return None
    encoding = encode_pair(row.question, row.passage.text)
    found = token_span(encoding, row.passage.answer) if row.passage.answer else (0, 0)
    return Item(encoding.ids, encoding.type_ids, found[0], found[1], None) if found else None


def claim_item(row: Claim) -> Item:
    """The claim and its evidence encoded."""
    encoding = encode_pair(row.claim[:600], row.evidence)
    return Item(encoding.ids, encoding.type_ids, 0, 0, row.supported)


def batched(items: Sequence[Item], budget: int, rng: Random) -> list[Batch]:
    """Items of one task in batches of at most `budget` padded tokens, of like length, in random order."""
    order = sorted(items, key=lambda item: len(item.ids) + rng.uniform(-4, 4))
    groups: list[list[Item]] = [[]]
    for item in order:
        if groups[-1] and (len(groups[-1]) + 1) * max(len(item.ids), len(groups[-1][-1].ids)) > budget:
            groups.append([])
        groups[-1].append(item)
    rng.shuffle(groups)
    return [collate(group) for group in groups if group]


def collate(items: Sequence[Item]) -> Batch:
    """Items padded to the longest; all must be of one task."""
    width = max(len(item.ids) for item in items)
    ids = torch.zeros((len(items), width), dtype=torch.long)
    types, attention = torch.zeros_like(ids), torch.zeros_like(ids)
    for index, item in enumerate(items):
        size = len(item.ids)
        ids[index, :size] = torch.tensor(item.ids)
        types[index, :size] = torch.tensor(item.types)
        attention[index, :size] = 1
    passage = types.bool()
    passage[torch.arange(len(items)), attention.sum(dim=1) - 1] = False
    passage[:, 0] = True
    supported = [float(item.supported) for item in items if item.supported is not None]
    return Batch(
        ids, types, attention, passage,
        torch.tensor([item.start for item in items]), torch.tensor([item.end for item in items]),
        torch.tensor(supported) if supported else None,
    )  # fmt: skip
