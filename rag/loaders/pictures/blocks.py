"""Which blocks of a document were recognised in a picture, and how sure that is."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from rag.types import Block

RecognisedSpan = tuple[int, int, float]
"""(start, end) of a line that was recognised, and the recogniser's mean confidence, 0..1."""


def with_confidence(blocks: Sequence[Block], lines: Sequence[RecognisedSpan]) -> tuple[Block, ...]:
    """Blocks with the mean confidence of the lines in them, by length; `lines` are in order and do not overlap."""
    starts = [start for start, _, _ in lines]
    return tuple(replace(block, recognised=_confidence(block, lines, starts)) for block in blocks)


def _confidence(block: Block, lines: Sequence[RecognisedSpan], starts: Sequence[int]) -> float | None:
    first = max(0, bisect_right(starts, block.start) - 1)
    weights = weighted = 0.0
    for start, end, confidence in lines[first:]:
        if start >= block.end:
            break
        shared = min(end, block.end) - max(start, block.start)
        if shared > 0:
            weights += shared
            weighted += shared * confidence
    return round(weighted / weights, 4) if weights else None
