"""From a question to an answer: retrieve, read, write, verify; or a refusal that says why.

Each step is a part passed in. Nothing is shown that has not been verified, and a failed check drops a statement.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.catalogue import Catalogue
from rag.citations import cite
from rag.types import (
    Answer,
    AnswerDone,
    Citation,
    Draft,
    Event,
    Evidence,
    EvidenceFound,
    Generator,
    Passage,
    Reading,
    Reason,
    Refusal,
    Statement,
    StatementVerified,
    Status,
    Verifier,
)
from rag.verify import THRESHOLD, supported

NEAREST = 3  # citations shown with a refusal

_MESSAGES: dict[Reason, str] = {
    "empty_index": "There are no documents to answer from. Add some with `rag ingest PATH`.",
    "off_topic": "The documents are not about this. Ask about what is in them.",
    "not_stated": "The documents come near this but do not say it. See the nearest passages, or ask in other words.",
    "unsupported": "An answer was written, but the documents do not bear it out, so it is not shown.",
    "bad_question": "This is not a question that can be looked up.",
}


@dataclass(slots=True)
class Clock:
    """Seconds spent by stage."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Note the time since the last stage ended."""
        now = time.perf_counter()
        self.stages[stage] = now - self._last
        self._last = now

    def seconds(self) -> dict[str, float]:
        """All stages and their total, to the microsecond."""
        total = {"total": time.perf_counter() - self.started}
        return {stage: round(value, 6) for stage, value in {**self.stages, **total}.items()}


@dataclass(frozen=True, slots=True)
class Answerer:
    """The steps from question to answer over one index. `threshold` is the least confidence with which it answers."""

    catalogue: Catalogue
    retrieve: Callable[[str, Sequence[str] | None], list[Passage]]
    read: Callable[[str, Sequence[Passage]], Reading]
    generator: Generator
    verifier: Verifier
    threshold: float
    question_characters: int

    def stream(self, question: str, *, doc_ids: Sequence[str] | None = None) -> Iterator[Event]:
        """Evidence, then each statement once it is verified, then the answer; or the answer alone, when it refuses."""
        asked = _Asked(question, question.strip(), self.generator.name, self.catalogue.index_version(), Clock())
        if fault := self._fault(asked.wanted):
            yield AnswerDone(asked.refused("bad_question", message=fault))
        elif self.catalogue.is_empty():
            yield AnswerDone(asked.refused("empty_index"))
        else:
            yield from self._read(asked, doc_ids)

    def _fault(self, question: str) -> str | None:
        """What is wrong with a question that cannot be looked up, and what to do about it."""
        if not any(character.isalnum() for character in question):
            return "The question is empty. Type a question about the documents."
        if len(question) > self.question_characters:
            return (
                f"The question is {len(question):,} characters long; {self.question_characters:,} is the most. "
                "Ask for one thing, and add long texts as documents."
            )
        return None

    def _read(self, asked: "_Asked", doc_ids: Sequence[str] | None) -> Iterator[Event]:
        passages = self.retrieve(asked.wanted, doc_ids)
        asked.clock.lap("retrieve")
        reading = self.read(asked.wanted, passages)
        asked.clock.lap("read")
        nearest = self._cited(reading.evidence[:NEAREST])
        if reading.confidence < self.threshold or not reading.evidence:
            reason: Reason = "not_stated" if reading.on_topic else "off_topic"
            yield AnswerDone(asked.refused(reason, nearest=nearest, confidence=reading.confidence))
            return
        yield EvidenceFound(nearest)
        yield from self._write(asked, reading, nearest)

    def _write(self, asked: "_Asked", reading: Reading, nearest: tuple[Citation, ...]) -> Iterator[Event]:
        kept: list[Statement] = []
        dropped: list[Statement] = []
        for draft in self.generator.generate(asked.wanted, reading):
            statement = self._judged(draft)
            if statement.citations and statement.support >= THRESHOLD:
                kept.append(statement)
                yield StatementVerified(statement)
            else:
                dropped.append(statement)
        asked.clock.lap("answer")
        if kept:
            short = self._cited([reading.short_answer] if reading.short_answer else [])
            yield AnswerDone(asked.answered(reading.confidence, kept, dropped, short[0] if short else None))
        else:
            refused = asked.refused("unsupported", nearest=nearest, confidence=reading.confidence, dropped=dropped)
            yield AnswerDone(refused)

    def _judged(self, draft: Draft) -> Statement:
        """A draft with its receipts and its support; none when a receipt does not hold."""
        citations = self._cited(draft.evidence)
        holds = len(citations) == len(draft.evidence)
        support = supported(draft, self.verifier) if holds else 0.0
        return Statement(text=draft.text, citations=citations, support=round(support, 4))

    def _cited(self, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
        found = (cite(item, self.catalogue.context) for item in evidence)
        return tuple(citation for citation in found if citation is not None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of an answer before there is one."""

    question: str
    wanted: str
    generator: str
    index_version: str
    clock: Clock

    def answered(
        self, confidence: float, kept: Sequence[Statement], dropped: Sequence[Statement], short: Citation | None
    ) -> Answer:
        """The answer made of the statements that were kept."""
        text = " ".join(statement.text for statement in kept)
        return self._answer(
            status="answered",
            text=text,
            statements=tuple(kept),
            confidence=confidence,
            short_answer=short,
            dropped=tuple(dropped),
        )

    def refused(
        self,
        reason: Reason,
        *,
        message: str | None = None,
        nearest: tuple[Citation, ...] = (),
        confidence: float = 0.0,
        dropped: Sequence[Statement] = (),
    ) -> Answer:
        """The answer that is a refusal, in the reason's own words unless it has others."""
        refusal = Refusal(reason, message or _MESSAGES[reason], nearest)
        return self._answer(
            status="refused", text=refusal.message, refusal=refusal, confidence=confidence, dropped=tuple(dropped)
        )

    def _answer(
        self,
        *,
        status: Status,
        text: str,
        confidence: float,
        statements: tuple[Statement, ...] = (),
        refusal: Refusal | None = None,
        short_answer: Citation | None = None,
        dropped: tuple[Statement, ...] = (),
    ) -> Answer:
        return Answer(
            question=self.question,
            status=status,
            text=text,
            statements=statements,
            refusal=refusal,
            confidence=confidence,
            short_answer=short_answer,
            standalone_question=self.wanted,
            dropped=dropped,
            generator=self.generator,
            index_version=self.index_version,
            timings=self.clock.seconds(),
        )
