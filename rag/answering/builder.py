"""An answer in the making: what was asked, what became of the drafts, and the `Answer` made of both.

It puts values together; it retrieves, judges and writes nothing.
"""

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answering.follow_ups import Turn
from rag.answering.question_kinds import FACT, Kinds
from rag.types import (
    UNVERIFIED,
    Answer,
    Citation,
    Note,
    Reason,
    Refusal,
    Statement,
    Status,
)

if TYPE_CHECKING:
    from rag.types import Vectors

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
        """Add the time since the last stage ended."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self._last
        self._last = now

    def seconds(self) -> dict[str, float]:
        """All stages and their total, to the microsecond."""
        total = {"total": time.perf_counter() - self.started}
        return {stage: round(value, 6) for stage, value in {**self.stages, **total}.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of the drafts so far."""

    kept: list[Statement] = field(default_factory=list)
    dropped: list[Statement] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def told(self) -> tuple[Note, ...]:
        """The notes, those of one kind as one."""
        kinds = {note.kind: note for note in reversed(self.notes)}
        return tuple(
            replace(kinds[kind], count=sum(note.count for note in self.notes if note.kind == kind))
            for kind in dict.fromkeys(note.kind for note in self.notes)
        )

    @property
    def partial(self) -> bool:
        """Whether a part of the question is not answered, or there might have been more."""
        return any(note.kind in ("not_stated", "interrupted") for note in self.notes)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of an answer before there is one.

    `wanted` is the question in words that can be understood alone, `vector` its vector ((dimension,) float32 of unit
    length; None when it is not known yet), `kinds` what kind of question it is. `doc_ids` are the documents it is asked
    of, all if None, and `earlier` the conversation before it.
    """

    question: str
    wanted: str
    generator: str
    index_version: str
    clock: Clock
    verify: bool
    kinds: Kinds = FACT
    vector: "Vectors | None" = None
    doc_ids: tuple[str, ...] | None = None
    earlier: tuple[Turn, ...] = ()

    def answered(self, confidence: float, outcome: Outcome, short: Citation | None) -> Answer:
        """The answer made of the statements that were kept."""
        text = " ".join(statement.text for statement in outcome.kept)
        return self._answer(
            status="partial" if outcome.partial else "answered",
            text=text if self.verify else f"{UNVERIFIED}{text}",
            confidence=confidence,
            short_answer=short,
            outcome=outcome,
        )

    def spoken(self, text: str, outcome: Outcome) -> Answer:
        """The answer that comes from no document: it has no statements, and no confidence."""
        return self._answer(status="answered", text=text, confidence=0.0, outcome=outcome)

    def refused(
        self,
        reason: Reason,
        *,
        message: str | None = None,
        nearest: tuple[Citation, ...] = (),
        confidence: float = 0.0,
        outcome: Outcome | None = None,
    ) -> Answer:
        """The answer that is a refusal, in the reason's own words unless it has others."""
        refusal = Refusal(reason, message or _MESSAGES[reason], nearest)
        return self._answer(
            status="refused", text=refusal.message, refusal=refusal, confidence=confidence, outcome=outcome
        )

    def _answer(
        self,
        *,
        status: Status,
        text: str,
        confidence: float,
        refusal: Refusal | None = None,
        short_answer: Citation | None = None,
        outcome: Outcome | None = None,
    ) -> Answer:
        outcome = outcome or Outcome()
        return Answer(
            question=self.question,
            status=status,
            text=text,
            statements=tuple(outcome.kept),
            refusal=refusal,
            confidence=confidence,
            short_answer=short_answer,
            standalone_question=self.wanted,
            dropped=tuple(outcome.dropped),
            generator=self.generator,
            index_version=self.index_version,
            timings=self.clock.seconds(),
            notes=outcome.told,
            verified=self.verify,
        )
