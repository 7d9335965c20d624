"""The trained cross-encoder: from question and passage to answer spans or none, from statement and evidence to support.

Three heads over an encoder: start and end of the answer for each wordpiece, where the first token stands for "no
answer"; whether the passage answers; whether it supports a statement. The encoder is MiniLM's six layers, trained
further, or MPNet's twelve, added to (see docs/reference/reader-card.md). Turns nothing into probabilities and knows
nothing of an index.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from rag.models.registry import BASE, LARGE_BASE, LARGE_READER, READER, WEIGHTS, ModelFiles, find_model
from rag.models.sentence_encoder import TILE, computes_bfloat16

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import dtype
    from torch.nn import Module

    Floats = NDArray[np.float32]
    Spans = Sequence[tuple[int, int]]

WINDOW = 384  # wordpieces of question and passage together; it was trained on at most 256, and positions end at 512
QUESTION = 96  # wordpieces of the question, or the statement, that are read
ANSWER = 30  # wordpieces of the longest answer
BATCH = 4096  # padded wordpieces
_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class Found:
    """What was read in one passage, as logits.

    `sentences` has, for each sentence asked about, how far the best span that starts in it is above "no answer", and
    where that span is, (start, end) in the passage; None for a sentence past the window. `answerable` is the
    classifier's word on the whole passage.
    """

    sentences: tuple[tuple[float, int, int] | None, ...]
    answerable: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What evidence says of a statement, as logits: that it supports it, and that it contradicts it.

    `contradiction` is None for a model that wasn't trained to tell a contradiction from what is merely not said.
    """

    support: float
    contradiction: float | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """Token ids of [CLS] first [SEP] second [SEP], where the second begins, and its tokens' offsets."""

    ids: list[int]
    second: int
    offsets: list[tuple[int, int]]

    @property
    def padded(self) -> int:
        """The length at which it is run, a multiple of TILE."""
        return math.ceil(len(self.ids) / TILE) * TILE


class SpanModel:
    """The weights and how to run them. Safe to share between threads; one batch runs at a time.

    `weights` and `base` give the trained layers' files and MiniLM's, those that ship unless told otherwise; they are
    called when first needed.
    """

    def __init__(
        self,
        weights: Callable[[], ModelFiles] = lambda: find_model(READER),
        base: Callable[[], ModelFiles] = lambda: find_model(BASE),
    ) -> None:
        self._weights = weights
        self._base = base
        self._lock = Lock()

    def read(self, question: str, passages: Sequence[tuple[str, Spans]]) -> list[Found]:
        """For each (text, sentences' offsets) what was read in it, in order.

        The same passages give the same logits. What else is in the batch may move their last bits: in float32 the
        rounding to a thousandth hides it, in bfloat16 a logit may differ by one part in 128.
        """
        pairs = [self._pair(question, text) for text, _ in passages]
        found: list[Found | None] = [None] * len(pairs)
        for group in _groups(pairs):
            spans, answerable, _ = self._run([pairs[place] for place in group])
            for row, place in enumerate(group):
                ends = spans[row, : len(pairs[place].ids)]
                sentences = _best_spans(pairs[place], ends, passages[place][1])
                found[place] = Found(sentences, round(float(answerable[row]), 3))
        return [item for item in found if item is not None]

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The support logit of each (statement, evidence), in order, rounded to a thousandth."""
        return [judgement.support for judgement in self.judge(pairs)]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
        """The logits of each (statement, evidence), in order, rounded to a thousandth."""
        encoded = [self._pair(*pair) for pair in pairs]
        judged: list[Judgement | None] = [None] * len(encoded)
        for group in _groups(encoded):
            for place, row in zip(group, self._run([encoded[place] for place in group])[2], strict=True):
                support, *rest = (round(float(logit), 3) for logit in row)
                judged[place] = Judgement(support, rest[0] if rest else None)
        return [item for item in judged if item is not None]

    def load(self) -> None:
        """Load the weights and the tokenizer now."""
        _ = self.network, self._tokenizer

    def _pair(self, first: str, second: str) -> _Pair:
        head = self._tokenizer.encode(first, add_special_tokens=False).ids[:QUESTION]
        body = self._tokenizer.encode(second, add_special_tokens=False)
        room = WINDOW - len(head) - 3
        ids = [_CLS, *head, _SEP, *body.ids[:room], _SEP]
        return _Pair(ids, len(head) + 2, body.offsets[:room])

    def _run(self, pairs: Sequence[_Pair]) -> tuple[Floats, Floats, Floats]:
        """For n pairs padded to t, a multiple of TILE: span logits (n, t, 2), answerable (n,), support (n, 1 or 2)."""
        import torch

        width = max(pair.padded for pair in pairs)
        ids = torch.zeros((len(pairs), width), dtype=torch.long)
        types, attention = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
            types[row, pair.second : len(pair.ids)] = 1
            attention[row, : len(pair.ids)] = 1
        with self._lock, torch.inference_mode():
            spans, answerable, support = self.network(ids, types, attention)
        return spans.numpy(), answerable.numpy(), support.numpy()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._base().folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def network(self) -> Module:
        """The network that runs; a reading is little else. ModelError when its files do not fit."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from rag.models.network import load_network

        base, trained = self._base().folder, self._weights().folder
        return load_network(base, base / WEIGHTS, trained / WEIGHTS, dtype=_dtype())


class LargeSpanModel(SpanModel):
    """The same reading, by MPNet: eight times the work, and better. `large_base` gives MPNet's own files."""

    def __init__(
        self,
        weights: Callable[[], ModelFiles] = lambda: find_model(LARGE_READER),
        base: Callable[[], ModelFiles] = lambda: find_model(BASE),
        large_base: Callable[[], ModelFiles] = lambda: find_model(LARGE_BASE),
    ) -> None:
        super().__init__(weights, base)
        self._large_base = large_base

    @cached_property
    def network(self) -> Module:
        """As `SpanModel.network`."""
        from rag.models.network import load_large_network

        base, trained = self._large_base().folder, self._weights().folder
        return load_large_network(base, base / WEIGHTS, trained / WEIGHTS, dtype=_dtype())


def _dtype() -> dtype:
    import torch

    return torch.bfloat16 if computes_bfloat16() else torch.float32


def _groups(pairs: Sequence[_Pair]) -> list[list[int]]:
    """Places of the pairs in batches of like length, each of at most BATCH padded wordpieces, or of one pair."""
    groups: list[list[int]] = []
    for place in sorted(range(len(pairs)), key=lambda place: (len(pairs[place].ids), place)):
        if not groups or (len(groups[-1]) + 1) * pairs[place].padded > BATCH:
            groups.append([])
        groups[-1].append(place)
    return groups


def _best_spans(pair: _Pair, logits: Floats, sentences: Spans) -> tuple[tuple[float, int, int] | None, ...]:
    """The best span within each sentence: its margin above "no answer", its start and its end."""
    begins = np.array([offset for offset, _ in pair.offsets], dtype=np.int64)
    start, end = logits[pair.second : pair.second + len(begins)].T
    no_answer = float(logits[0].sum())
    found: list[tuple[float, int, int] | None] = []
    for first, last in sentences:
        inside = np.flatnonzero((begins >= first) & (begins < last))
        if not len(inside):
            found.append(None)
            continue
        scores = start[inside, None] + end[None, inside]
        allowed = np.tri(len(inside), k=ANSWER - 1, dtype=bool) & ~np.tri(len(inside), k=-1, dtype=bool)
        margins = np.where(allowed, np.round(scores - no_answer, 3), -np.inf)
        one, other = divmod(int(margins.argmax()), len(inside))
        place = (pair.offsets[inside[one]][0], pair.offsets[inside[other]][1])
        found.append((round(float(margins[one, other]), 3), *place))
    return tuple(found)
