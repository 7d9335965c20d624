"""A question in several parts, read part by part."""

from collections.abc import Sequence
from dataclasses import replace

from rag.protocols import Encoder, Reader
from rag.reader.similarity import order
from rag.text.english.questions import parts
from rag.types import Evidence, Passage, Reading


class MultipartReader:
    """A `Reader` that reads each question of a two-part question by itself, and says which part is not answered."""

    def __init__(self, reader: Reader, threshold: float) -> None:
        self._reader = reader
        self._threshold = threshold

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """The readings of the parts in one: the best of each part's evidence first; confident as its surest part."""
        asked = parts(question)
        read = [self._reader.read(part, passages, encoder) for part in asked]
        if len(read) == 1:
            return read[0]
        surest = max(read, key=lambda one: one.confidence)
        answered = tuple(one for one in read if one.confidence >= self._threshold)
        missing = tuple(part for part, one in zip(asked, read, strict=True) if one.confidence < self._threshold)
        return replace(
            surest,
            evidence=_merged(answered or read),
            on_topic=any(one.on_topic for one in read),
            parts=answered,
            missing=missing if answered else (),
        )

    def relevance(self, question: str, statement: str) -> float:
        """That for the part which it answers best."""
        return max(self._reader.relevance(part, statement) for part in parts(question))

    def load(self) -> None:
        """Load what its reader reads with."""
        self._reader.load()


def _merged(read: Sequence[Reading]) -> tuple[Evidence, ...]:
    """Every sentence once, with its best score; the first of each reading before all others."""
    best: dict[tuple[str, int], Evidence] = {}
    for evidence in sorted((item for one in read for item in one.evidence), key=order):
        best.setdefault((evidence.chunk.id, evidence.start), evidence)
    leading = {(one.evidence[0].chunk.id, one.evidence[0].start) for one in read if one.evidence}
    return tuple(sorted(best.values(), key=lambda item: ((item.chunk.id, item.start) not in leading, order(item))))
