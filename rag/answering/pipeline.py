"""From a question to an answer: retrieve, read, write, verify; or a refusal that says why.

Each step is a part passed in. Nothing is shown that has not been verified, and a failed check drops a statement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import GeneratorType

from rag.answering.builder import Asked, Clock, Outcome
from rag.answering.citations import cite
from rag.answering.follow_ups import History, Rewrite, Turn, resolve, rewritten, turns
from rag.errors import ModelError
from rag.generation.extractive import Extractive
from rag.protocols import Generator, Verifier
from rag.reader.multipart import MultipartReader
from rag.retrieval.retriever import Retriever
from rag.storage.catalogue import Catalogue
from rag.text.english.questions import is_instruction, parts
from rag.types import (
    AnswerDone,
    Citation,
    Draft,
    Event,
    Evidence,
    EvidenceFound,
    Note,
    Reading,
    Reason,
    Statement,
    StatementVerified,
)
from rag.verification.gate import settled
from rag.verification.verifier import THRESHOLD

NEAREST = 3  # citations shown with a refusal

# The least relevance with which a statement that a model wrote is shown; see docs/how-to/generators.md.
RELEVANT = 0.1

_BESIDE = "The model wrote something that the documents say but that does not answer the question."
_FELL_BACK = "What the model wrote does not answer this, or the documents do not bear it out: their own sentences do."
_COMPLETED = "Sentences of the documents that are as likely to answer stand beside what the model wrote."


@dataclass(frozen=True, slots=True)
class Answerer:
    """The steps from question to answer over one index. `threshold` is the least confidence with which it answers.

    `rewrite` is how a model makes follow-ups whole; without it, rules do.
    """

    catalogue: Catalogue
    retriever: Retriever
    reader: MultipartReader
    generator: Generator
    verifier: Verifier
    threshold: float
    question_characters: int
    rewrite: Rewrite | None = None

    def stream(
        self, question: str, *, doc_ids: Sequence[str] | None = None, history: History = (), verify: bool = True
    ) -> Iterator[Event | None]:
        """Evidence, then each statement once it is verified, then the answer; or the answer alone, when it refuses.

        None between them stands for a step that brought nothing to show, where it can be stopped. Without `verify`
        statements are not announced, for none is verified, and the answer says so.
        """
        earlier = turns(history)
        wanted = resolve(question.strip(), earlier)
        asked = Asked(question, wanted, self.generator.name, self.catalogue.index_version(), Clock(), verify)
        if fault := self._fault(asked.wanted):
            yield AnswerDone(asked.refused("bad_question", message=fault))
        elif self.catalogue.is_empty():
            yield AnswerDone(asked.refused("empty_index"))
        else:
            yield from self._read(asked, earlier, doc_ids)

    def _fault(self, question: str) -> str | None:
        """What is wrong with a question that cannot be looked up, and what to do about it."""
        if not any(character.isalnum() for character in question):
            return "The question is empty. Type a question about the documents."
        if len(question) > self.question_characters:
            return (
                f"The question is {len(question):,} characters long; {self.question_characters:,} is the most. "
                "Ask for one thing, and add long texts as documents."
            )
        if is_instruction(question):
            return "This tells the assistant to make something. Ask a question that the documents can answer."
        return None

    def _read(self, asked: Asked, earlier: Sequence[Turn], doc_ids: Sequence[str] | None) -> Iterator[Event | None]:
        found = self._found(asked, doc_ids)
        if found.answers:
            yield EvidenceFound(found.nearest, asked.wanted)
        wanted = rewritten(asked.question.strip(), earlier, self.rewrite) if self.rewrite else asked.wanted
        if wanted != asked.wanted and not self._fault(wanted):
            asked = replace(asked, wanted=wanted)
            found = self._found(asked, doc_ids)
            if found.answers:
                yield EvidenceFound(found.nearest, asked.wanted)
        if found.answers:
            yield from self._write(asked, found)
        else:
            reason: Reason = "not_stated" if found.reading.on_topic else "off_topic"
            yield AnswerDone(asked.refused(reason, nearest=found.nearest, confidence=found.reading.confidence))

    def _found(self, asked: Asked, doc_ids: Sequence[str] | None) -> "_Found":
        passages = self.retriever.retrieve(asked.wanted, doc_ids)
        asked.clock.lap("retrieve")
        reading = self.reader.read(asked.wanted, passages, self.retriever.encoder())
        asked.clock.lap("read")
        answers = bool(reading.evidence) and reading.confidence >= self.threshold
        return _Found(reading, self._cited(reading.evidence[:NEAREST]), answers)

    def _write(self, asked: Asked, found: "_Found") -> Iterator[Event | None]:
        outcome = Outcome()
        if missing := found.reading.missing:
            outcome.notes.append(Note("not_stated", f"The documents do not say: {' '.join(missing)}"))
        try:
            yield from self._judged(self.generator, asked, found.reading, outcome)
        except ModelError as error:  # what was verified before it stands; with nothing, there is nothing to show
            if not outcome.kept:
                raise
            outcome.notes.append(Note("interrupted", str(error)))
        if self.generator.name != Extractive.name and (asked.verify or not outcome.kept):
            yield from self._completed(replace(asked, verify=True), found.reading, outcome)
        asked.clock.lap("answer")
        if outcome.kept:
            short = self._cited([found.reading.short_answer] if found.reading.short_answer else [])
            yield AnswerDone(asked.answered(found.reading.confidence, outcome, short[0] if short else None))
        else:
            confidence = found.reading.confidence
            refused = asked.refused("unsupported", nearest=found.nearest, confidence=confidence, outcome=outcome)
            yield AnswerDone(refused)

    def _completed(self, asked: Asked, reading: Reading, outcome: Outcome) -> Iterator[Event | None]:
        """The documents' own sentences, beside what a model wrote.

        First for each part of the question that nothing it wrote answers, then what else quoting would choose of the
        documents that it cites.
        """
        failed = len(outcome.dropped)
        for part in self._unanswered(asked.wanted, reading, tuple(outcome.kept)):
            before = len(outcome.kept)
            yield from self._judged(Extractive(), asked, part, outcome)
            if quoted := len(outcome.kept) - before:
                outcome.notes.append(Note("fell_back", _FELL_BACK, quoted))
        told = tuple(outcome.kept)
        for draft in Extractive().generate(asked.wanted, reading) if told else ():
            if _left_out(draft, told) and all(draft.text != one.text for one in outcome.dropped[failed:]):
                yield self._sorted(draft, Extractive(), asked, reading, outcome)
        if quoted := len(outcome.kept) - len(told):
            outcome.notes.append(Note("completed", _COMPLETED, quoted))

    def _judged(self, generator: Generator, asked: Asked, reading: Reading, outcome: Outcome) -> Iterator[Event | None]:
        """Every draft of a generator, kept or dropped; those that are verified are announced."""
        steps = iter(generator.generate(asked.wanted, reading))
        try:
            for step in steps:
                if isinstance(step, Draft):
                    yield self._sorted(step, generator, asked, reading, outcome)
                elif step is None:
                    yield None
                else:
                    outcome.notes.append(step)
        finally:
            if isinstance(steps, GeneratorType):  # so that a model stops now, not when this is collected
                steps.close()

    def _unanswered(self, question: str, reading: Reading, kept: Sequence[Statement]) -> Iterator[Reading]:
        """The readings of those parts of a question that no statement answers. What is kept answers one of them."""
        if not reading.parts:
            yield from () if kept else (reading,)
            return
        answered = [part for part in parts(question) if part not in reading.missing]
        for part, its_reading in zip(answered, reading.parts, strict=True):
            if not any(self._answers(part, statement.text, its_reading) for statement in kept):
                yield its_reading

    def _answers(self, question: str, text: str, reading: Reading) -> bool:
        """Whether a statement answers the question, or does so no less than the sentence the reader would quote."""
        found = self.reader.relevance(question, text)
        return found >= RELEVANT or found >= self.reader.relevance(question, reading.evidence[0].quote)

    def _sorted(
        self, draft: Draft, generator: Generator, asked: Asked, reading: Reading, outcome: Outcome
    ) -> Event | None:
        statement = self._statement(draft, reading)
        verified = bool(statement.citations) and statement.support >= THRESHOLD
        quotes = generator.name == Extractive.name  # the reader chose them for this question
        if verified and not quotes and not self._answers(asked.wanted, draft.text, reading):
            verified = False
            outcome.notes.append(Note("beside_question", _BESIDE))
        if verified or (statement.citations and not asked.verify):
            outcome.kept.append(statement)
            return StatementVerified(statement) if asked.verify else None
        outcome.dropped.append(statement)
        return None

    def _statement(self, draft: Draft, reading: Reading) -> Statement:
        """A draft with its receipts and its support; none when a receipt does not hold."""
        draft, support = settled(draft, reading, self.verifier)
        citations = self._cited(draft.evidence)
        holds = len(citations) == len(draft.evidence)
        return Statement(text=draft.text, citations=citations, support=round(support, 4) if holds else 0.0)

    def _cited(self, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
        found = (cite(item, self.catalogue.context) for item in evidence)
        return tuple(citation for citation in found if citation is not None)


def _left_out(draft: Draft, told: Sequence[Statement]) -> bool:
    """Whether a draft quotes a document that statements cite, in a place and in words that none of them has.

    What is in other documents a model has passed over: it may be there to be quoted beside a right answer.
    """
    quoted = draft.evidence[0]
    cited = [citation for one in told for citation in one.citations if citation.doc_id == quoted.chunk.doc_id]
    overlaps = any(quoted.start < citation.end and citation.start < quoted.end for citation in cited)
    return bool(cited) and not overlaps and all(draft.text != statement.text for statement in told)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the reader found, with receipts, and whether that is enough to answer."""

    reading: Reading
    nearest: tuple[Citation, ...]
    answers: bool
