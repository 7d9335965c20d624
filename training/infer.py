"""Reference inference: a question and passages to spans with exact offsets, and to whether they answer at all.

Needs torch, transformers' BertModel and MiniLM's tokenizer only. Passages longer than the window are cut at its end;
callers that must not lose text pass chunks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding
from torch import Tensor

from training.batches import Item, collate, encode_pair
from training.model import Logits, ReaderModel
from training.text import Span

WINDOW = 384  # tokens of question and passage together
LONGEST_ANSWER = 30  # tokens
BATCH_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A span of the passage (code points) and its start and end logits' sum."""

    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in one passage: spans, best first; `no_answer`, on their scale; the classifier's logit.

    `sentences` has for each sentence asked about the best score of a span that starts in it, or None past the window.
    """

    spans: list[FoundSpan]
    no_answer: float
    answerable: float
    sentences: list[float | None]

    @property
    def margin(self) -> float:
        """How far the best span is above "no answer"; very low where there is no span."""
        return self.spans[0].score - self.no_answer if self.spans else -100.0


@dataclass(frozen=True, slots=True)
class Query:
    """One question to ask of one passage; `sentences` are spans to be scored."""

    question: str
    passage: str
    sentences: tuple[Span, ...] = ()


def read(model: ReaderModel, queries: Sequence[Query], *, best: int = 3, window: int = WINDOW) -> list[Read]:
    """One Read per query, in order; batched by length, the same for any batch size up to rounding."""
    encodings = [encode_pair(query.question[:400], query.passage, window) for query in queries]
    found: dict[int, Read] = {}
    for group in grouped([len(e.ids) for e in encodings]):
        logits = forward(model, [encodings[i] for i in group])
        for row, index in enumerate(group):
            size = len(encodings[index].ids)
            start, end = logits.start[row, :size], logits.end[row, :size]
            found[index] = _decode(start, end, float(logits.answerable[row]), encodings[index], queries[index], best)
    return [found[index] for index in range(len(queries))]


def support(model: ReaderModel, pairs: Sequence[tuple[str, str]], *, window: int = WINDOW) -> list[float]:
    """The support logit of each (claim, evidence), in order."""
    encodings = [encode_pair(claim[:600], evidence, window) for claim, evidence in pairs]
    found: dict[int, float] = {}
    for group in grouped([len(e.ids) for e in encodings]):
        logits = forward(model, [encodings[i] for i in group])
        found.update({index: float(logits.supported[row]) for row, index in enumerate(group)})
    return [found[index] for index in range(len(pairs))]


def grouped(lengths: Sequence[int]) -> list[list[int]]:
    """Indices in batches of like length, each at most BATCH_TOKENS padded tokens (but at least one row)."""
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        if not groups or (len(groups[-1]) + 1) * lengths[index] > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(index)
    return groups


@torch.inference_mode()
def forward(model: ReaderModel, encodings: Sequence[Encoding]) -> Logits:
    """Logits of encoded pairs as one padded batch."""
    batch = collate([Item(e.ids, e.type_ids, 0, 0, None) for e in encodings])
    logits: Logits = model(batch.ids, batch.types, batch.attention)
    return logits


def _decode(start: Tensor, end: Tensor, answerable: float, encoding: Encoding, query: Query, best: int) -> Read:
    tokens = [i for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    no_answer = float(start[0] + end[0])
    if not tokens:
        return Read([], no_answer, answerable, [None] * len(query.sentences))
    first, last = tokens[0], tokens[-1] + 1
    pairs = start[first:last, None] + end[None, first:last]
    size = last - first
    allowed = torch.ones(size, size, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
    pairs = pairs.masked_fill(~allowed, -1e9)
    offsets = [Span(*encoding.offsets[i]) for i in range(first, last)]
    return Read(_best_spans(pairs, offsets, best), no_answer, answerable, _sentence_scores(pairs, offsets, query))


def _best_spans(pairs: Tensor, offsets: Sequence[Span], best: int) -> list[FoundSpan]:
    found: list[FoundSpan] = []
    scores, flat = pairs.flatten().topk(min(pairs.numel(), best * 20))
    for score, where in zip(scores.tolist(), flat.tolist(), strict=True):
        start, end = divmod(where, pairs.shape[1])
        span = Span(offsets[start].start, offsets[end].end)
        if score > -1e8 and not any(span.overlaps(other.span) for other in found):
            found.append(FoundSpan(span, score))
        if len(found) == best:
            break
    return found


def _sentence_scores(pairs: Tensor, offsets: Sequence[Span], query: Query) -> list[float | None]:
    per_start = pairs.max(dim=1).values.tolist()
    scores: list[float | None] = []
    for sentence in query.sentences:
        inside = [s for s, o in zip(per_start, offsets, strict=True) if sentence.start <= o.start < sentence.end]
        scores.append(max(inside) if inside else None)
    return scores
