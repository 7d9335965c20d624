"""The fact strategy: retrieve, read, write, verify; or a refusal that says why.

It takes every question.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.answering.builder import Asked, Outcome
from rag.answering.drafting import Drafting
from rag.answering.fields import that_may_answer
from rag.answering.follow_ups import Rewrite, rewritten
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategy import NEAREST, Components
from rag.types import AnswerDone, Citation, Event, EvidenceFound, Note, Reading, Reason


@dataclass(frozen=True, slots=True)
class FactStrategy:
    """Answers with the sentences that the reader finds. `rewrite` is how a model makes follow-ups whole; else None."""

    kinds: frozenset[QuestionKind] = frozenset({"fact"})
    rewrite: Rewrite | None = None

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None]:
        """Evidence, then each statement once it is verified, then the answer; or the refusal."""
        found = _found(asked, parts)
        if found.answers:
            yield EvidenceFound(found.nearest, asked.wanted)
        wanted = self._rewritten(asked)
        if wanted != asked.wanted:
            asked = replace(asked, wanted=wanted, vector=None)
            found = _found(asked, parts)
            if found.answers:
                yield EvidenceFound(found.nearest, asked.wanted)
        if found.answers:
            yield from _written(asked, parts, found)
        else:
            reason: Reason = "not_stated" if found.reading.on_topic else "off_topic"
            yield AnswerDone(asked.refused(reason, nearest=found.nearest, confidence=found.reading.confidence))

    def _rewritten(self, asked: Asked) -> str:
        """The question as a model makes it whole, where there is one that can."""
        return rewritten(asked.question.strip(), asked.earlier, self.rewrite) if self.rewrite else asked.wanted


@dataclass(frozen=True, slots=True)
class _Found:
    """What the reader found, with receipts, and whether that is enough to answer."""

    reading: Reading
    nearest: tuple[Citation, ...]
    answers: bool


def _found(asked: Asked, parts: Components) -> _Found:
    retrieved = parts.retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
    passages = that_may_answer(asked.wanted, retrieved)
    asked.clock.lap("retrieve")
    reading = parts.reader.read(asked.wanted, passages, parts.retriever.encoder())
    asked.clock.lap("read")
    answers = bool(reading.evidence) and reading.confidence >= parts.threshold
    return _Found(reading, parts.cited(reading.evidence[:NEAREST]), answers)


def _written(asked: Asked, parts: Components, found: _Found) -> Iterator[Event | None]:
    outcome, confidence = Outcome(), found.reading.confidence
    if missing := found.reading.missing:
        outcome.notes.append(Note("not_stated", f"The documents do not say: {' '.join(missing)}"))
    yield from Drafting(asked, parts, outcome).write(found.reading)
    asked.clock.lap("answer")
    if outcome.kept:
        short = parts.cited([found.reading.short_answer] if found.reading.short_answer else [])
        yield AnswerDone(asked.answered(confidence, outcome, short[0] if short else None))
    else:
        yield AnswerDone(asked.refused("unsupported", nearest=found.nearest, confidence=confidence, outcome=outcome))
