"""The generator that writes: a language model over numbered evidence. It makes drafts; others judge them.

The model gives a statement and the numbers of the sentences it rests on. Spans are attached here, from the numbers; the
model never sees or writes an offset. Whatever it does wrong (no answer, numbers it was not offered, repetition) ends in
fewer drafts and a note, never in a draft without evidence of the sources.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import ContextOverflowError, ModelTimeoutError, SettingsError
from rag.generation import prompts
from rag.generation.output_parser import StatementReader, Written
from rag.llm.backends import Backend, Limits, Message, label, open_backend, own_backend, share_processor
from rag.types import Draft, Evidence, Note, Reading, Schema

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

# Sentences offered: the likeliest, and those at least this share as likely. Small models often choose one that does not
# answer when there is one (docs/how-to/generators.md); every sentence also costs its time to read.
MOST_EVIDENCE = 4
SHARE = 0.3
_MARGIN = 96  # tokens left free for what a chat template puts around messages, and for a second try
_QUESTION_TOKENS = 120  # the longest rewritten question that is waited for

Step = Draft | Note | None


@dataclass(frozen=True, slots=True)
class _Offer:
    """The sentences a model is shown, in the order of their numbers, which count from 1."""

    evidence: tuple[Evidence, ...]
    marked: tuple[str, ...] = ()
    cut: int = 0

    @property
    def sentences(self) -> list[str]:
        """The sentences, each behind its context."""
        return [_told(item) for item in self.evidence]

    def halved(self) -> "_Offer":
        """The better half of it."""
        best = sorted(self.evidence, key=_rank)[: len(self.evidence) // 2]
        cut = self.cut + len(self.evidence) - len(best)
        return replace(self, evidence=tuple(sorted(best, key=_place)), cut=cut)

    def draft(self, written: Written) -> tuple[Draft, int]:
        """The statement with the sentences it names, and how many of its numbers were not offered."""
        known = [number for number in written.sources if 1 <= number <= len(self.evidence)]
        evidence = tuple(self.evidence[number - 1] for number in known)
        return Draft(prompts.as_written(written.text), evidence), len(written.sources) - len(known)


class Writer:
    """A `Generator` that asks a language model. The model is loaded when it is first needed.

    `seconds` is any clock; a model gets `timeout` of them for one answer.
    """

    def __init__(
        self, name: str, load: Callable[[], Backend], limits: Limits, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._load = load
        self._limits = limits
        self._seconds = seconds
        self._backend: Backend | None = None
        self._loading = Lock()

    @classmethod
    def named(cls, spec: str, limits: Limits) -> "Writer":
        """The writer with the model of a specification. Raises SettingsError when there is none of that form."""
        share_processor(spec)
        return cls(label(spec), lambda: open_backend(spec, limits), limits)

    @classmethod
    def of(cls, backend: Backend, limits: Limits) -> "Writer":
        """The writer with a model that is there."""
        return cls(backend.name, lambda: backend, limits)

    @property
    def backend(self) -> Backend:
        """The model. Raises ModelError when it cannot be had."""
        with self._loading:
            if self._backend is None:
                self._backend = self._load()
            return self._backend

    def close(self) -> None:
        """Let go of the model, if it was loaded."""
        with self._loading:
            if self._backend is not None:
                self._backend.close()
                self._backend = None

    def generate(self, question: str, reading: Reading) -> Iterator[Step]:
        """Drafts as the model completes them, and None for every piece of text between, where it can be stopped.

        Raises ModelError when the model cannot be had, asked, or waited for any longer.
        """
        offer = self._offer(question, reading)
        for last in (False, True):
            try:
                if offer.cut:
                    yield Note("evidence_cut", "Not all of the evidence fits what the model reads at once.", offer.cut)
                if not offer.evidence:
                    break
                yield from self._written(question, offer)
                return
            except ContextOverflowError:
                if last:
                    break
                offer = replace(offer.halved(), cut=len(offer.evidence) - len(offer.evidence) // 2)
        yield Note("context_overflow", "The model cannot read enough at once to answer this.")

    def rewrite(self, question: str, turns: Sequence[tuple[str, str]]) -> str:
        """A follow-up in words that can be understood alone, as the model puts it; empty when it puts nothing usable.

        `turns` are earlier (question, answer) pairs, oldest first. Raises as `generate`.
        """
        messages = [("system", prompts.REWRITE), ("user", prompts.rewrite(question, turns))]
        read = StatementReader()
        with closing(self._pieces(messages, prompts.QUESTION)) as pieces:
            for count, piece in enumerate(pieces):
                if found := read.feed(piece):
                    return prompts.as_written(found[0].text)
                if count > _QUESTION_TOKENS:
                    break
        return ""

    def _offer(self, question: str, reading: Reading) -> _Offer:
        """The likeliest sentences, as many as fit, in the order of their documents."""
        marked = tuple(part.short_answer.quote for part in reading.parts or (reading,) if part.short_answer)
        count, room = self.backend.count, self._room(question, marked)
        chosen: list[Evidence] = []
        wanted = _likely(reading)
        for item in wanted:
            room -= count(prompts.evidence_line(len(wanted), _told(item))) + 1
            if room < 0:
                break
            chosen.append(item)
        return _Offer(tuple(sorted(chosen, key=_place)), marked, cut=len(wanted) - len(chosen))

    def _room(self, question: str, marked: Sequence[str]) -> int:
        count = self.backend.count
        told = sum(count(text) for _, text in prompts.start()) + count(prompts.ask(question, (), marked))
        return self.backend.window - told - self._limits.answer - _MARGIN

    def _written(self, question: str, offer: _Offer) -> Iterator[Step]:
        """What the model writes, asked once more when nothing of it can be read."""
        start = [*prompts.start(), ("user", prompts.ask(question, offer.sentences, offer.marked))]
        messages = start
        for _ in range(2):
            read, seen = StatementReader(), False
            for step in self._attempt(messages, offer, read):
                seen = seen or isinstance(step, Draft)
                yield step
            if seen:
                return
            messages = [*start, ("assistant", read.text[:200] or "{}"), ("user", prompts.AGAIN)]
        yield Note("malformed_output", "What the model wrote could not be read as statements.")

    def _attempt(self, messages: Sequence[Message], offer: _Offer, read: StatementReader) -> Iterator[Step]:
        said: set[str] = set()
        for written in self._statements(messages, read):
            if written is None:
                yield None
                continue
            if written.text in said or len(said) == prompts.MOST_STATEMENTS:
                yield _REPEATS
                return
            said.add(written.text)
            draft, unknown = offer.draft(written)
            yield draft
            if unknown:
                yield Note("unknown_source", "The model named sentences it was not shown.", unknown)
        if read.loops():
            yield _REPEATS

    def _statements(self, messages: Sequence[Message], read: StatementReader) -> Iterator[Written | None]:
        """Statements as they are completed, None between; ends where the model begins to repeat itself."""
        found = False
        with closing(self._pieces(messages, prompts.STATEMENTS)) as pieces:
            for piece in pieces:
                complete = read.feed(piece)
                found = found or bool(complete)
                yield from complete or (None,)
                if read.loops():
                    break
        if not found:
            yield from read.plain()

    def _pieces(self, messages: Sequence[Message], schema: Schema) -> Generator[str, None, None]:
        """What the model writes, for as long as it may take. Raises ModelTimeoutError."""
        until = self._seconds() + self._limits.timeout
        with closing(self.backend.stream(messages, schema)) as pieces:
            for piece in pieces:
                yield piece
                if self._seconds() > until:
                    raise ModelTimeoutError(
                        f"{self.name} was still writing after {self._limits.timeout:g} seconds. "
                        "Allow more with RAG_MODEL_TIMEOUT, or take a smaller model."
                    )


def writer_for(llm: "LLM", limits: Limits) -> Writer:
    """The writer for a LlamaIndex `LLM`. Raises SettingsError for anything else."""
    from llama_index.core.llms import LLM

    if not isinstance(llm, LLM):
        raise SettingsError(f"{type(llm).__name__} is no generator. Pass a name, a Generator or a LlamaIndex LLM.")
    return Writer.of(own_backend(llm), limits)


_REPEATS = Note("repetition", "The model began to repeat itself and was stopped.")


def _likely(reading: Reading) -> list[Evidence]:
    """The likeliest sentence of each part of the question, and those about as likely, best first."""
    firsts = [part.evidence[0] for part in reading.parts or (reading,) if part.evidence]
    least = SHARE * min((item.score for item in firsts), default=0.0)
    return [item for item in reading.evidence[:MOST_EVIDENCE] if item.score >= least]


def _told(item: Evidence) -> str:
    """A sentence as the model reads it: behind its own context, or else the headings above its passage."""
    return prompts.in_context(item.quote, [span.quote for span in item.context or item.chunk.context])


def _place(item: Evidence) -> tuple[str, int]:
    return item.chunk.source, item.start


def _rank(item: Evidence) -> tuple[float, str, int]:
    return -item.score, item.chunk.doc_id, item.start
