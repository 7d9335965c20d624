"""The bodies of requests, as they come from outside."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rag.server.service import Question

Collection = Annotated[str | None, Field(description="The collection to use; the first one served if not given.")]
Patterns = Annotated[
    list[str] | None, Field(description="Use only these documents: ids, the start of ids, sources or source globs.")
]
Turn = dict[str, Any] | tuple[str, str]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ask(_Body):
    """A question."""

    question: str = Field(description="A question about the documents.", examples=["How long is the notice period?"])
    documents: Patterns = None
    history: list[Turn] = Field(
        default=[], description="Earlier turns, oldest first: answers as they came, or [question, answer] pairs."
    )
    stream: bool = Field(default=False, description="Answer with server-sent events: evidence, statement, answer.")
    collection: Collection = None

    def asked(self) -> Question:
        """The question as the service takes it."""
        return Question(self.question, self.documents, self.history)


class Retrieve(_Body):
    """A search."""

    question: str = Field(description="What to look for.")
    documents: Patterns = None
    collection: Collection = None


class Verify(_Body):
    """A text to be checked."""

    text: str = Field(description="Any text: an answer of another assistant, a report, a README.", max_length=1_000_000)
    documents: Patterns = None
    collection: Collection = None
