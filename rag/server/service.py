"""The indexes that are served, and the work done on them for callers. Knows neither HTTP nor JSON.

Every question takes its turn in the fair queue; every write to an index is a job.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from rag.answering.follow_ups import History
from rag.assistant import Assistant
from rag.errors import DocumentNotFoundError
from rag.reports import DocumentInfo
from rag.server.access import Caller, Right
from rag.server.jobs import Jobs
from rag.server.metrics import Metrics
from rag.server.problems import FORBIDDEN, NO_COLLECTION, UNAUTHORISED, ProblemError
from rag.server.workers import Workers
from rag.types import Answer, AnswerDone, Document, Event, Passage, Verification

Result = TypeVar("Result")


def ignored(caller: Caller, collection: str, answer: Answer) -> None:
    """Write nothing down."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as callers ask it: of some documents (ids or source globs) or all, after earlier turns."""

    text: str
    documents: Sequence[str] | None = None
    history: History = ()


@dataclass(frozen=True, slots=True)
class Service:
    """The assistants that are served, by the names of their collections; the first is the default.

    `is_valid` tells whether a caller's token still holds, while an answer is on its way; `answered` hears of each
    answer.
    """

    assistants: Mapping[str, Assistant]
    workers: Workers = field(default_factory=Workers)
    jobs: Jobs = field(default_factory=Jobs)
    metrics: Metrics = field(default_factory=Metrics)
    is_valid: Callable[[Caller], bool] = lambda caller: True
    answered: Callable[[Caller, str, Answer], None] = ignored

    @property
    def default(self) -> str:
        """The name of the collection that is meant when none is named."""
        return next(iter(self.assistants))

    def collections(self, caller: Caller) -> list[str]:
        """The names of the collections that a caller may read."""
        return [name for name in self.assistants if caller.may("read", name)]

    def assistant(self, caller: Caller, collection: str | None, right: Right = "read") -> Assistant:
        """The assistant of a collection that a caller may use in that way. Raises ProblemError."""
        name = collection or self.default
        if name not in self.assistants or not (caller.may("read", name) or caller.may("write", name)):
            raise ProblemError(NO_COLLECTION, f"There is no collection '{name}' that this caller may use.")
        if not caller.may(right, name):
            raise ProblemError(FORBIDDEN, f"'{caller.name}' has no right to {right} '{name}'.")
        if right == "write" or caller.labels is None:
            return self.assistants[name]
        return self.assistants[name].restricted(caller.labels)

    async def stream(self, caller: Caller, collection: str | None, question: Question) -> AsyncGenerator[Event]:
        """The answer as it comes about. Raises ProblemError, QueueFullError, and as `Assistant.ask`."""
        assistant = self.assistant(caller, collection)
        walk = self.workers.walk(caller.name, partial(_events, assistant, question))
        async with aclosing(walk) as events:
            with self.metrics.question() as measured:
                async for event in events:
                    if not self.is_valid(caller):
                        raise ProblemError(UNAUTHORISED, "The token was taken back while the answer was on its way.")
                    if isinstance(event, AnswerDone):
                        measured.answered(event.answer)
                        self.answered(caller, collection or self.default, event.answer)
                    yield event

    async def ask(self, caller: Caller, collection: str | None, question: Question) -> Answer:
        """The answer to a question. Raises as `stream`."""
        async with aclosing(self.stream(caller, collection, question)) as events:
            answers = [event.answer async for event in events if isinstance(event, AnswerDone)]
        return answers[-1]

    async def retrieve(self, caller: Caller, collection: str | None, question: Question) -> list[Passage]:
        """The chunks that would be read for a question, best first. Raises as `stream`."""
        assistant = self.assistant(caller, collection)
        work = partial(assistant.retrieve, question.text, documents=question.documents)
        return await self.workers.run(caller.name, work)

    async def verify(
        self, caller: Caller, collection: str | None, text: str, documents: Sequence[str] | None = None
    ) -> Verification:
        """A text held against the documents. Raises as `stream`."""
        assistant = self.assistant(caller, collection)
        return await self.workers.run(caller.name, partial(assistant.verify, text, documents=documents))

    async def documents(self, caller: Caller, collection: str | None) -> list[DocumentInfo]:
        """What is in a collection, by source. Raises as `stream`."""
        return await self.look(caller, collection, lambda assistant: assistant.documents())

    async def document(self, caller: Caller, collection: str | None, name: str, version: str | None = None) -> Document:
        """A document by its id. Raises as `stream`, and DocumentNotFoundError."""
        return await self.look(caller, collection, lambda assistant: assistant.document(name, version=version))

    async def remove(self, caller: Caller, collection: str | None, doc_id: str) -> str:
        """Take a document out by its whole id, with its file if it was uploaded; its source.

        Raises as `stream`, DocumentNotFoundError, IndexLockedError or IndexWriteError.
        """
        assistant = self.assistant(caller, collection, "write")
        seen = assistant if caller.labels is None else assistant.restricted(caller.labels)
        return await self.workers.run(caller.name, partial(_remove, assistant, seen, doc_id))

    async def look(self, caller: Caller, collection: str | None, read: Callable[[Assistant], Result]) -> Result:
        """What a function reads from a collection that the caller may read."""
        return await self.workers.run(caller.name, partial(read, self.assistant(caller, collection)))


def _events(assistant: Assistant, question: Question) -> Iterator[Event]:
    return assistant.stream(question.text, documents=question.documents, history=question.history)


def _remove(assistant: Assistant, seen: Assistant, doc_id: str) -> str:
    """Never by a pattern, which might name others; nor what the caller may not see."""
    from rag.server.uploads import forget

    info = next((item for item in seen.documents() if item.doc_id == doc_id), None)
    if info is None:
        raise DocumentNotFoundError(f"No document {doc_id} in the index. GET /v1/documents lists what there is.")
    assistant.remove([doc_id])
    forget(assistant, info.source)
    return info.source
