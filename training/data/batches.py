"""Rows to padded tensors: tokenising with offsets, labels on tokens, batches of like length.

The tokenizer is MiniLM's own `tokenizer.json`; offsets it gives are code points of the text as it was.
"""

import math
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
TILE = 16  # widths are multiples of it: a tensor of another size each step fragments the heap, to 8 GB in 20 minutes


@dataclass(frozen=True, slots=True)
class Item:
    """An encoded row.

    `starts` and `ends` are the tokens at which a right span may start and end, the first token for "no answer".
    `supported` is None for reading rows; `contradicted` also where nobody said.
    """

    ids: list[int]
    types: list[int]
    starts: tuple[int, ...] = (0,)
    ends: tuple[int, ...] = (0,)
    supported: bool | None = None
    contradicted: bool | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """n rows padded to t tokens. `passage` (n, t) marks the first token and the passage's, where spans may lie.

    `starts` and `ends` (n, t) mark where a right span starts and ends. `contradicted` (n,) is NaN where nobody said.
    """

    ids: Tensor
    types: Tensor
    attention: Tensor
    passage: Tensor
    starts: Tensor
    ends: Tensor
    supported: Tensor | None = None
    contradicted: Tensor | None = None

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


def reading_item(row: Reading, limit: int = MAX_TOKENS) -> Item | None:
    """The row encoded; None if no right span fits, or its question alone fills the window."""
    if len(row.question) > 400:
        return None
    encoding = encode_pair(row.question, row.passage.text, limit)
    if not row.spans:
        return Item(encoding.ids, encoding.type_ids)
    found = [tokens for span in row.spans if (tokens := token_span(encoding, span))]
    if not found:
        return None
    if row.within:
        inside = tuple(token for first, last in found for token in range(first, last + 1))
        return Item(encoding.ids, encoding.type_ids, inside, inside)
    starts, ends = zip(*found, strict=True)
    return Item(encoding.ids, encoding.type_ids, starts, ends)


def claim_item(row: Claim, limit: int = MAX_TOKENS) -> Item:
    """The claim and its evidence encoded."""
    encoding = encode_pair(row.claim[:600], row.evidence, limit)
    return Item(encoding.ids, encoding.type_ids, supported=row.supported, contradicted=row.contradicted)


def batched(items: Sequence[Item], budget: int, rng: Random) -> list[Batch]:
    """Items of one task in batches of at most `budget` padded tokens, of like length, in random order."""
    order = sorted(items, key=lambda item: len(item.ids) + rng.uniform(-4, 4))
    groups: list[list[Item]] = [[]]
    for item in order:
        if groups[-1] and (len(groups[-1]) + 1) * _padded([*groups[-1], item]) > budget:
            groups.append([])
        groups[-1].append(item)
    rng.shuffle(groups)
    return [collate(group) for group in groups if group]


def _padded(items: Sequence[Item]) -> int:
    return -(-max(len(item.ids) for item in items) // TILE) * TILE


def collate(items: Sequence[Item]) -> Batch:
    """Items padded to the longest, up to a multiple of TILE; all must be of one task."""
    width = _padded(items)
    ids = torch.zeros((len(items), width), dtype=torch.long)
    types, attention = torch.zeros_like(ids), torch.zeros_like(ids)
    starts, ends = torch.zeros_like(ids, dtype=torch.bool), torch.zeros_like(ids, dtype=torch.bool)
    for index, item in enumerate(items):
        size = len(item.ids)
        ids[index, :size] = torch.tensor(item.ids)
        types[index, :size] = torch.tensor(item.types)
        attention[index, :size] = 1
        starts[index, list(item.starts)] = True
        ends[index, list(item.ends)] = True
    passage = types.bool()
    passage[torch.arange(len(items)), attention.sum(dim=1) - 1] = False
    passage[:, 0] = True
    supported = [float(item.supported) for item in items if item.supported is not None]
    if not supported:
        return Batch(ids, types, attention, passage, starts, ends)
    contradicted = torch.tensor([math.nan if item.contradicted is None else item.contradicted for item in items])
    return Batch(ids, types, attention, passage, starts, ends, torch.tensor(supported), contradicted)
