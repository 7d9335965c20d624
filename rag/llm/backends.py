"""Language models by name, behind LlamaIndex's `LLM`: a GGUF file, Ollama, an OpenAI-compatible server, or an object.

`Backend.stream` asks a model and turns every library's faults into ours. What is asked, and what is made of the
answer, is decided elsewhere.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from rag.errors import (
    CitespanError,
    ContextOverflowError,
    ModelError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnusableError,
    SettingsError,
)
from rag.llm.gguf import find_gguf
from rag.settings import Settings, load_settings
from rag.types import Schema

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

API_KEY = "RAG_API_KEY"  # the only place an API key comes from
AUTO = "auto"  # the writer of `rag fetch writer` once it is there, else the documents' own sentences
KINDS = ("gguf:PATH", "ollama:NAME", "openai-like:URL#NAME")
_OLLAMA = "http://127.0.0.1:11434"
_UNKNOWN_FORM = frozenset({400, 422, 501})  # how servers refuse a schema they do not support
_NO_ACCESS = frozenset({401, 403})

Faults = tuple[type[Exception], ...]
Message = tuple[str, str]
"""(role, text); the roles are system, user and assistant."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a model reads and writes at once, in tokens, and how long it may take, in seconds.

    `slots` is how many questions a model in this process answers at once.
    """

    window: int
    answer: int
    timeout: float
    slots: int = 1

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those of the settings."""
        return cls(settings.context_window, settings.answer_tokens, settings.model_timeout, settings.model_slots)


@dataclass(frozen=True, slots=True)
class Backend:
    """A language model, and how to talk to it.

    `session` opens the model for one answer, and hangs up when that is done with. `form` gives the arguments that hold
    its output to a JSON schema, none where it cannot. `count` is the number of tokens of a text, or a number above it.
    `faults` are what its library raises when something goes wrong. `close` lets go of what it holds.
    """

    name: str
    session: "Callable[[], AbstractContextManager[LLM]]" = field(repr=False)
    window: int
    form: Callable[[Schema], Mapping[str, Any]]
    count: Callable[[str], int]
    faults: Faults
    close: Callable[[], None] = lambda: None

    def stream(self, messages: Sequence[Message], schema: Schema) -> Generator[str, None, None]:
        """What the model writes, piece by piece; held to the schema where the model can be. Closing it stops the model.

        Raises ModelServerError, ModelTimeoutError, ContextOverflowError or ModelUnusableError.
        """
        begun = False
        try:
            for piece in self._pieces(messages, self.form(schema)):
                begun = True
                yield piece
        except _UnsupportedFormError as error:
            if begun:
                raise error.explained from error
            yield from self._pieces(messages, {})

    def _pieces(self, messages: Sequence[Message], form: Mapping[str, Any]) -> Generator[str, None, None]:
        try:
            with self.session() as llm, closing(llm.stream_chat(_chat(messages), **form)) as responses:
                for response in responses:
                    yield response.delta or ""
        except CitespanError:
            raise
        except self.faults as error:
            explained = _explained(error, self.name)
            # some servers say 500, and name what they could not read
            refused = getattr(error, "status_code", None) in _UNKNOWN_FORM or "response_format" in str(error)
            unsupported = form and refused
            if unsupported and not isinstance(explained, ContextOverflowError):
                raise _UnsupportedFormError(explained) from error
            raise explained from error


class _UnsupportedFormError(Exception):
    """A server refused a request that asked for a schema; perhaps because of it."""

    def __init__(self, explained: ModelError) -> None:
        self.explained = explained


def share_processor(spec: str) -> None:
    """Have the threads of a model in this process wait without spinning, if it is one and nothing was loaded yet.

    Threads that spin take the processor from each other when it is busy: on two busy cores, reading a prompt was 2.4
    times and writing 3.8 times as fast with this. OpenMP reads it once, when torch's or llama.cpp's library loads.
    """
    if spec.startswith("gguf:"):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def label(spec: str) -> str:
    """How answers name a model: its specification, without the folders of a path. Raises SettingsError."""
    kind, colon, rest = spec.partition(":")
    if kind not in _OPENERS or not colon or not rest:
        raise SettingsError(f"There is no generator '{spec}'. Those there are: auto, extractive, {', '.join(KINDS)}.")
    if kind == "gguf":
        return f"gguf:{os.path.basename(rest.partition('#')[0])}"
    if "://" in rest:
        _server(rest)
    return spec


def open_backend(spec: str, limits: Limits) -> Backend:
    """The model that a specification names.

    Raises SettingsError for one that cannot be read, ModelNotFoundError, ModelHashError or ModelUnusableError for a
    model that cannot be had. Servers are not asked yet.
    """
    name = label(spec)
    kind, _, rest = spec.partition(":")
    return _OPENERS[kind](name, rest, limits)


@contextmanager
def language_model(spec: str) -> "Iterator[LLM]":
    """The LlamaIndex `LLM` that a specification names, in the limits of the settings, for other programs to ask.

    Nothing that it writes is checked. Raises as `open_backend`.
    """
    share_processor(spec)
    with closing(open_backend(spec, Limits.of(load_settings()))) as backend, backend.session() as llm:
        yield llm


def own_backend(llm: "LLM") -> Backend:
    """A LlamaIndex `LLM` that a program passes in. Its output is not held to a schema; a tolerant reader copes."""
    meta = llm.metadata
    named = meta.model_name not in {"", "unknown"}  # LlamaIndex's word for models without a name
    name = f"llm:{meta.model_name if named else type(llm).__name__}"
    return Backend(name, lambda: nullcontext(llm), meta.context_window, lambda _: {}, _estimate, (Exception,))


def _gguf(name: str, rest: str, limits: Limits) -> Backend:
    path = find_gguf(rest)
    from rag.llm.local import LlamaCpp

    llm = LlamaCpp(path, name=name, window=limits.window, most_tokens=limits.answer, slots=limits.slots)
    return Backend(name, lambda: nullcontext(llm), llm.window, _gguf_form, _estimate, (RuntimeError,), llm.close)


def _ollama(name: str, rest: str, limits: Limits) -> Backend:
    library = _imported("llama_index.llms.ollama", "ollama")
    errors = _imported("ollama", "ollama")
    address, model = _server(rest) if "://" in rest else (os.environ.get("OLLAMA_HOST") or _OLLAMA, rest)
    llm = library.Ollama(
        model=model,
        base_url=address,
        temperature=0.0,
        context_window=limits.window,  # without it Ollama cuts prompts off at its default and does not say so
        request_timeout=limits.timeout,
        additional_kwargs={"seed": 0, "num_predict": limits.answer},
    )
    faults = (errors.ResponseError, ConnectionError, *_http_faults())
    return Backend(name, lambda: nullcontext(llm), limits.window, _ollama_form, _estimate, faults)


def _openai_like(name: str, rest: str, limits: Limits) -> Backend:
    library = _imported("llama_index.llms.openai_like", "openai-like")
    errors = _imported("openai", "openai-like")
    address, model = _server(rest)

    @contextmanager
    def session() -> "Iterator[LLM]":
        # A client for each answer: closing it hangs up. The library leaves that to the garbage collector.
        with _keyed_client(limits.timeout) as client:
            yield library.OpenAILike(
                model=model,
                api_base=address,
                api_key="-",  # the library shows its fields; the real key is put on each request below it
                http_client=client,
                is_chat_model=True,
                context_window=limits.window,
                max_tokens=limits.answer,
                temperature=0.0,
                timeout=limits.timeout,
                max_retries=0,
                additional_kwargs={"seed": 0},
            )

    return Backend(name, session, limits.window, _json_schema, _estimate, (errors.OpenAIError, *_http_faults()))


_OPENERS: dict[str, Callable[[str, str, Limits], Backend]] = {
    "gguf": _gguf,
    "ollama": _ollama,
    "openai-like": _openai_like,
}


def _gguf_form(schema: Schema) -> Mapping[str, Any]:
    return {"schema": dict(schema)}


def _ollama_form(schema: Schema) -> Mapping[str, Any]:
    return {"format": dict(schema)}


def _json_schema(schema: Schema) -> Mapping[str, Any]:
    named = {"name": "answer", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _server(rest: str) -> tuple[str, str]:
    """The address and the model of `URL#NAME`."""
    address, _, model = rest.partition("#")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not model:
        raise SettingsError(f"'{address}' and '{model}' do not name a server's model. Write http://HOST:PORT/v1#NAME.")
    if parts.username or parts.password or parts.query:
        raise SettingsError(f"The address of {parts.hostname} holds a secret. Keys come from {API_KEY} alone.")
    return address, model


def _keyed_client(timeout: float) -> Any:
    import httpx

    def keyed(request: httpx.Request) -> httpx.Request:
        if key := os.environ.get(API_KEY):
            request.headers["Authorization"] = f"Bearer {key}"
        else:
            request.headers.pop("Authorization", None)
        return request

    return httpx.Client(auth=keyed, timeout=timeout)


def _imported(module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ModelUnusableError(
            f"This model needs packages that are not installed: pip install 'citespan[{extra}]'"
        ) from error


def _http_faults() -> Faults:
    import httpx

    return (httpx.HTTPError,)


def _estimate(text: str) -> int:
    """A number of tokens that no usual tokenizer exceeds by much: one for every three bytes."""
    return len(text.encode()) // 3 + 1


def _chat(messages: Sequence[Message]) -> "list[ChatMessage]":
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole(role), content=text) for role, text in messages]


def _explained(error: Exception, name: str) -> ModelError:
    """A library's fault as one of ours. A key that a server repeats is taken out."""
    said, status = _without_key(str(error)), cast("int | None", getattr(error, "status_code", None))
    kind = type(error).__name__
    if "Timeout" in kind:
        return ModelTimeoutError(f"{name} did not answer in time. Allow more with RAG_MODEL_TIMEOUT, in seconds.")
    if "context" in said.lower() and any(word in said.lower() for word in ("length", "window", "exceed", "size")):
        return ContextOverflowError(f"The prompt is longer than {name} reads at once: {said}")
    if status in _NO_ACCESS:
        return ModelServerError(f"{name} refuses access ({status}). Put a valid key in {API_KEY}.")
    if status == 404:
        return ModelServerError(f"{name}: the server has no such model, or no such address: {said}")
    if status is None or status < 0:
        return ModelServerError(f"{name} cannot be reached: {said or kind}. Is the server running at that address?")
    return ModelServerError(f"{name} answered with an error ({status}): {said}")


def _without_key(text: str) -> str:
    key = os.environ.get(API_KEY)
    return text.replace(key, "***") if key else text
