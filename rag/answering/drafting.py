"""Drafts of a generator held to the sources: those that are verified are kept and announced, the others dropped.

Where what a model wrote leaves a part of the question open, sentences of the documents stand in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import GeneratorType

from rag.answering.builder import Asked, Outcome
from rag.answering.strategy import Components
from rag.errors import ModelError
from rag.generation.extractive import Extractive
from rag.protocols import Generator
from rag.text.english.questions import parts as questions_in
from rag.types import DOUBTFUL, Draft, Event, Note, Reading, Statement, StatementVerified
from rag.verification.verifier import LEAST_DOUBTFUL, threshold_of

# The least relevance with which a statement that a model wrote is shown; see docs/how-to/generators.md.
RELEVANT = 0.1

_BESIDE = "The model wrote something that the documents say but that does not answer the question."
_DOUBTFUL = "A statement is shown although it is in doubt whether its evidence supports it; it is marked."
_FELL_BACK = "What the model wrote does not answer this, or the documents do not bear it out: their own sentences do."


@dataclass(frozen=True, slots=True)
class Drafting:
    """Writes the statements of one answer from a reading; `outcome` has what became of every draft."""

    asked: Asked
    parts: Components
    outcome: Outcome

    def write(self, reading: Reading) -> Iterator[Event | None]:
        """What the generator writes, verified, and the documents' own words where it fails or leaves out a part."""
        generator = self.parts.generator
        try:
            yield from self._judged(generator, reading)
        except ModelError as error:  # what was verified before it stands; with nothing, there is nothing to show
            if not self.outcome.kept:
                raise
            self.outcome.notes.append(Note("interrupted", str(error)))
        if generator.name != Extractive.name and (self.asked.verify or not self.outcome.kept):
            verifying = replace(self, asked=replace(self.asked, verify=True))
            yield from verifying._completed(reading)

    def _completed(self, reading: Reading) -> Iterator[Event | None]:
        """The documents' own sentences for each part of the question that nothing of what a model wrote answers."""
        for part in self._unanswered(self.asked.wanted, reading, tuple(self.outcome.kept)):
            before = len(self.outcome.kept)
            yield from self._judged(Extractive(), part)
            if quoted := len(self.outcome.kept) - before:
                self.outcome.notes.append(Note("fell_back", _FELL_BACK, quoted))

    def _judged(self, generator: Generator, reading: Reading) -> Iterator[Event | None]:
        """Every draft of a generator, kept or dropped; those that are verified are announced."""
        steps = iter(generator.generate(self.asked.wanted, reading))
        try:
            for step in steps:
                if isinstance(step, Draft):
                    yield self._sorted(step, generator, reading)
                elif step is None:
                    yield None
                else:
                    self.outcome.notes.append(step)
        finally:
            if isinstance(steps, GeneratorType):  # so that a model stops now, not when this is collected
                steps.close()

    def _unanswered(self, question: str, reading: Reading, kept: Sequence[Statement]) -> Iterator[Reading]:
        """The readings of those parts of a question that no statement answers. What is kept answers one of them."""
        if not reading.parts:
            yield from () if kept else (reading,)
            return
        answered = [part for part in questions_in(question) if part not in reading.missing]
        for part, its_reading in zip(answered, reading.parts, strict=True):
            if not any(self._answers(part, statement.text, its_reading) for statement in kept):
                yield its_reading

    def _answers(self, question: str, text: str, reading: Reading) -> bool:
        """Whether a statement answers the question, or does so no less than the sentence the reader would quote."""
        found = self.parts.reader.relevance(question, text)
        return found >= RELEVANT or found >= self.parts.reader.relevance(question, reading.evidence[0].quote)

    def _sorted(self, draft: Draft, generator: Generator, reading: Reading) -> Event | None:
        statement = self.parts.statement(draft, reading, self.asked.wanted)
        verified = bool(statement.citations) and statement.support >= threshold_of(self.parts.verifier)
        quotes = generator.name == Extractive.name  # the reader chose them for this question
        if verified and not quotes and not self._answers(self.asked.wanted, draft.text, reading):
            verified = False
            self.outcome.notes.append(Note("beside_question", _BESIDE))
        if not verified and self._doubtful(statement, quotes):
            self.outcome.kept.append(replace(statement, text=f"{DOUBTFUL}{statement.text}"))
            self.outcome.notes.append(Note("doubtful", _DOUBTFUL))
            return None
        if verified or (statement.citations and not self.asked.verify):
            self.outcome.kept.append(statement)
            return StatementVerified(statement) if self.asked.verify else None
        self.outcome.dropped.append(statement)
        return None

    def _doubtful(self, statement: Statement, quotes: bool) -> bool:
        """Whether a written statement is to be shown although its support is in doubt."""
        wanted = self.parts.show_doubtful and self.asked.verify and not quotes and bool(statement.citations)
        return wanted and LEAST_DOUBTFUL <= statement.support < threshold_of(self.parts.verifier)
