"""The fact strategy: retrieve, read, write, verify; or a refusal that says why.

It takes every question.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answering.builder import Asked, Outcome
from rag.answering.drafting import Drafting
from rag.answering.fields import that_may_answer
from rag.answering.follow_ups import Rewrite, readings, rewritten
from rag.answering.question_kinds import QuestionKind
from rag.answering.refusals import missing_years, refusal, unnamed
from rag.answering.strategies.conflicts import Side, dated, sides
from rag.answering.strategy import NEAREST, Components
from rag.text.english.tokens import stems
from rag.types import (
    AnswerDone,
    Citation,
    Draft,
    Event,
    EvidenceFound,
    Note,
    Reading,
    Statement,
    StatementVerified,
)
from rag.verification.verifier import THRESHOLD

_HEAD = 600  # characters of a document in which its own date is looked for


@dataclass(frozen=True, slots=True)
class FactStrategy:
    """Answers with the sentences that the reader finds. `rewrite` is how a model makes follow-ups whole; else None."""

    kinds: frozenset[QuestionKind] = frozenset({"fact"})
    rewrite: Rewrite | None = None

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None]:
        """Evidence, then each statement once it is verified, then the answer; or the refusal."""
        asked, found = _understood(asked, parts)
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
            yield AnswerDone(refusal(asked, parts, found.reading))

    def _rewritten(self, asked: Asked) -> str:
        """The question as a model makes it whole, where there is one that can."""
        return rewritten(asked.question.strip(), asked.earlier, self.rewrite) if self.rewrite else asked.wanted


@dataclass(frozen=True, slots=True)
class _Found:
    """What the reader found, with receipts, and whether that is enough to answer."""

    reading: Reading
    nearest: tuple[Citation, ...]
    answers: bool


def _understood(asked: Asked, parts: Components) -> tuple[Asked, _Found]:
    """What is found for the question; of a follow-up, for the way of meaning it that is answered most surely.

    A way whose best sentence has more of the words that are new goes first: `and on Thursdays?` is about those. One
    that only finds again what was said, or nothing of what the follow-up names, is skipped.
    """
    first = _found(asked, parts)
    if not asked.earlier:
        return asked, first
    ways = [replace(asked, wanted=text, vector=None) for text in readings(asked.question.strip(), asked.earlier)[1:]]
    said = " ".join(asked.earlier[-1].said.split())
    read = [(way, _found(way, parts)) for way in ways]
    others = [
        (way, found)
        for way, found in read
        if found.answers and not _repeats(found, said) and not unnamed(asked.question, found.reading, parts)
    ]
    own = set(stems(asked.question)) - set(stems(f"{asked.earlier[-1].question} {said}"))

    def fits(pair: tuple[Asked, _Found]) -> tuple[bool, int, float]:
        answers, reading = pair[1].answers, pair[1].reading
        new = len(own & set(stems(reading.evidence[0].quote))) if answers else 0
        return answers, new, reading.confidence

    return max([(asked, first), *others], key=fits)


def _repeats(found: _Found, said: str) -> bool:
    return " ".join(found.reading.evidence[0].quote.split()) in said


def _found(asked: Asked, parts: Components) -> _Found:
    retrieved = parts.retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
    passages = that_may_answer(asked.wanted, retrieved)
    asked.clock.lap("retrieve")
    reading = parts.reader.read(asked.wanted, passages, parts.retriever.encoder())
    asked.clock.lap("read")
    answers = bool(reading.evidence) and reading.confidence >= parts.threshold
    if answers and missing_years(asked.wanted, reading.evidence[:1], parts):
        answers = False
    return _Found(reading, parts.cited(reading.evidence[:NEAREST]), answers)


def _written(asked: Asked, parts: Components, found: _Found) -> Iterator[Event | None]:
    outcome, confidence = Outcome(), found.reading.confidence
    if missing := found.reading.missing:
        outcome.notes.append(Note("not_stated", f"The documents do not say: {' '.join(missing)}"))
    yield from Drafting(asked, parts, outcome).write(found.reading)
    yield from _both_sides(asked, parts, found.reading, outcome)
    asked.clock.lap("answer")
    if outcome.kept:
        short = parts.cited([found.reading.short_answer] if found.reading.short_answer else [])
        yield AnswerDone(asked.answered(confidence, outcome, short[0] if short else None))
    else:
        yield AnswerDone(asked.refused("unsupported", nearest=found.nearest, confidence=confidence, outcome=outcome))


def _both_sides(asked: Asked, parts: Components, reading: Reading, outcome: Outcome) -> Iterator[Event | None]:
    """What each document says, the newest first, where documents disagree on what was asked; and a note of it."""
    at_odds = sides(asked.wanted, reading, parts.reader.relevance) if asked.verify and outcome.kept else ()
    if not at_odds:
        return
    told = {(citation.doc_id, citation.start) for one in outcome.kept for citation in one.citations}
    for side in at_odds:
        item = side.sentence
        if (item.chunk.doc_id, item.start) not in told:
            statement = parts.statement(Draft(" ".join(item.quote.split()), (item,)), reading)
            if statement.citations and statement.support >= THRESHOLD:
                outcome.kept.append(statement)
                yield StatementVerified(statement)
    dates = {side.sentence.chunk.doc_id: _date_of(parts, side) for side in at_odds}
    outcome.kept.sort(key=lambda statement: _age(statement, dates))
    newest_first = sorted(at_odds, key=lambda side: -(dates[side.sentence.chunk.doc_id] or date.min).toordinal())
    outcome.notes.append(Note("conflict", _disagreement(newest_first, dates)))


def _date_of(parts: Components, side: Side) -> date | None:
    """The first date that the document gives, near its beginning."""
    chunk = side.sentence.chunk
    return dated(parts.catalogue.context(chunk.doc_id, chunk.version, 0, _HEAD))


def _age(statement: Statement, dates: dict[str, date | None]) -> int:
    """Sorts statements of newer documents first, and leaves others where they are."""
    known = (dates.get(citation.doc_id) for citation in statement.citations)
    return min((-found.toordinal() for found in known if found), default=0)


def _disagreement(at_odds: Sequence[Side], dates: dict[str, date | None]) -> str:
    """Who says what, in words."""
    said = []
    for side in at_odds:
        chunk = side.sentence.chunk
        of = f" ({found:%-d %B %Y})" if (found := dates[chunk.doc_id]) else ""
        said.append(f"{chunk.source}{of} says “{side.words.quote}”")
    order = " The newest comes first." if all(dates.values()) else ""
    return f"The documents disagree: {'; '.join(said)}.{order}"
