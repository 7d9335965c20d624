"""What clients of OpenAI's API send: the last message is the question, those before it are the history.

Parameters that cannot change a quoted answer (a temperature, a limit of tokens) are skipped. Those that ask for
something else (tools, several choices, a JSON schema) are refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.server.problems import INVALID, NO_MODEL, UNSUPPORTED, ProblemError
from rag.server.service import Question

MODEL = "citespan"
Role = Literal["user", "assistant", "system", "developer"]
_PASSED_OVER = frozenset(
    "temperature top_p max_tokens max_completion_tokens max_output_tokens seed user safety_identifier metadata stop "
    "store presence_penalty frequency_penalty logit_bias parallel_tool_calls service_tier prompt_cache_key include "
    "instructions reasoning reasoning_effort verbosity truncation prompt_cache_retention top_logprobs stream_options "
    "max_tool_calls".split()
)
# Parameters that may be given with the value that means "as usual".
_AS_USUAL: Mapping[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "tools": ([],),
    "functions": ([],),
    "tool_choice": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "text": ({"format": {"type": "text"}}, {}),
    "modalities": (["text"],),
    "background": (False,),
    "web_search_options": ({},),
}


class Part(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str = ""


class Message(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(extra="allow")
    type: str = "message"
    role: Role
    content: str | list[Part] | None = None

    def words(self) -> str:
        """The message as text. Raises ProblemError for parts that are no text."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        for part in self.content:
            if part.type not in {"text", "input_text", "output_text", "refusal"}:
                raise ProblemError(UNSUPPORTED, f"A message has a part of type '{part.type}'; only text is read.")
        return "\n".join(part.text for part in self.content)


class Extra(BaseModel):
    """What of ours a client may add, as `extra_body={"citespan": {...}}`."""

    model_config = ConfigDict(extra="forbid")
    documents: list[str] | None = Field(None, description="Use only these documents: ids, sources or source globs.")


class _Request(BaseModel):
    model_config = ConfigDict(extra="allow")
    model: str = Field(description="One of those that GET /v1/models lists.")
    stream: bool | None = Field(None, description="Answer with server-sent events.")
    citespan: Extra = Field(default=Extra(documents=None), description="Which documents to use.")

    def _asked(self, messages: Sequence[Message]) -> Question:
        refuse_unsupported(self.model_extra or {})
        spoken = [(message.role, message.words()) for message in messages if message.role in {"user", "assistant"}]
        if not spoken or spoken[-1][0] != "user":
            raise ProblemError(INVALID, "The last message must be the user's question.")
        return Question(spoken[-1][1], self.citespan.documents, history_of(spoken[:-1]))


class ChatRequest(_Request):
    """The body of a chat completion."""

    messages: list[Message] = Field(description="The conversation, oldest message first.")

    def asked(self) -> Question:
        """The question as the service takes it. Raises ProblemError."""
        return self._asked(self.messages)


class ResponseRequest(_Request):
    """The body of a response."""

    input: str | list[Message] = Field(description="The question, or the conversation, oldest message first.")

    def asked(self) -> Question:
        """The question as the service takes it. Raises ProblemError."""
        given = [Message(role="user", content=self.input)] if isinstance(self.input, str) else self.input
        return self._asked(given)


def history_of(spoken: Iterable[tuple[Role, str]]) -> list[tuple[str, str]]:
    """The turns of a conversation: each question with what was answered to it."""
    turns: list[tuple[str, str]] = []
    for role, words in spoken:
        if role == "user":
            turns.append((words, ""))
        elif turns:
            turns[-1] = (turns[-1][0], words)
    return turns


def refuse_unsupported(extra: Mapping[str, Any]) -> None:
    """Raise ProblemError for parameters that ask for what is not offered."""
    unknown = [
        name
        for name, value in sorted(extra.items())
        if name not in _PASSED_OVER and value is not None and value not in _AS_USUAL.get(name, ())
    ]
    if unknown:
        faults = [{"field": name, "fault": "not supported"} for name in unknown]
        raise ProblemError(UNSUPPORTED, f"Not supported: {', '.join(unknown)}.", faults=faults)


def collection_of(model: str) -> str | None:
    """The collection that a model's name stands for; None for the default one. Raises ProblemError for other models."""
    name, slash, collection = model.partition("/")
    if name != MODEL or bool(slash) != bool(collection):
        raise ProblemError(NO_MODEL, f"There is no model '{model}'.")
    return collection or None
