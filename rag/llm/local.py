"""llama.cpp as a LlamaIndex `LLM`: the model's own chat template, output held to a JSON schema, a prefix kept warm.

`llama-index-llms-llama-cpp` is not used: in 0.7 it formats every model's messages as Llama 2's, passes no grammar on,
and keeps what belongs to one call on the object. Knows nothing of evidence or answers.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import CustomLLM

from rag.errors import ContextOverflowError, ModelUnusableError

if TYPE_CHECKING:
    from llama_cpp import Llama

_BATCH = 512  # tokens of a prompt read between two looks at whether to go on
_NO_PACKAGE = (
    "Language models in GGUF files need the package llama-cpp-python. It is compiled on this machine: that takes a C "
    "and C++ compiler, CMake, and five to fifteen minutes. Install the compilers (Debian, Ubuntu: apt-get install "
    "build-essential cmake; macOS: xcode-select --install), then: pip install 'citespan[llm]'. "
    "Nothing to compile: --model ollama:NAME, or --model openai-like:URL#NAME."
)


class LlamaCpp(CustomLLM):
    """A GGUF model in this process, one caller at a time. Greedy: the same prompt has the same answer."""

    model_name: str
    window: int
    most_tokens: int
    _llama: Any = PrivateAttr()
    _lock: Any = PrivateAttr(default_factory=Lock)  # not an RLock: an answer may be finished by another thread
    _prefixes: dict[str, list[int]] = PrivateAttr(default_factory=dict)

    def __init__(self, path: Path, *, name: str, window: int, most_tokens: int) -> None:
        llama = _load(path, window)
        super().__init__(model_name=name, window=llama.n_ctx(), most_tokens=most_tokens)
        self._llama = llama

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex asks of a model."""
        return LLMMetadata(
            context_window=self.window, num_output=self.most_tokens, model_name=self.model_name, is_chat_model=True
        )

    def count(self, text: str) -> int:
        """The number of tokens of a text."""
        return len(self._llama.tokenize(text.encode(), add_bos=False, special=False))

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The model's answer as it is written. `schema` is a JSON schema to hold it to.

        Raises ContextOverflowError when the messages leave no room for an answer.
        """
        return self._chat([{"role": m.role.value, "content": m.content or ""} for m in messages], kwargs.get("schema"))

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The model's whole answer; arguments as for `stream_chat`."""
        last = ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=""))
        for response in self.stream_chat(messages, **kwargs):
            last = response
        return last

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        """The model's answer to one message of the user's."""
        return CompletionResponse(text=self.chat([_user(prompt)], **kwargs).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        """The model's answer to one message of the user's, as it is written."""
        for response in self.stream_chat([_user(prompt)], **kwargs):
            yield CompletionResponse(text=response.message.content or "", delta=response.delta)

    def close(self) -> None:
        """Let go of the model's memory."""
        with self._lock:
            self._llama.close()

    def _chat(self, messages: list[Any], schema: Any) -> ChatResponseGen:
        form = {"response_format": {"type": "json_object", "schema": schema}} if schema else {}
        text = ""
        with self._lock:
            self._keep_prefix_only(messages)
            try:
                pieces = self._llama.create_chat_completion(
                    messages, stream=True, temperature=0.0, seed=0, max_tokens=self.most_tokens, **form
                )
                with closing(pieces):
                    for delta in _deltas(pieces):
                        text += delta
                        yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=delta)
            except ValueError as error:
                raise _explained(error, self.window) from error

    def _keep_prefix_only(self, messages: list[Any]) -> None:
        """Forget all that was read but the instructions.

        Keeping whatever happens to match would save more, but the last bits of the numbers, and so the odd answer,
        would depend on what was asked before.
        """
        prefix = self._prefix(messages[0]) if len(messages) > 1 else []  # a lone message is no instruction
        kept = self._llama.input_ids[: self._llama.n_tokens].tolist()[: len(prefix)]
        if kept != prefix:
            self._llama.reset()
            self._llama.eval(prefix)
        self._llama.n_tokens = len(prefix)

    def _prefix(self, first: dict[str, str]) -> list[int]:
        """The tokens that every prompt has that begins with this message."""
        if first["content"] not in self._prefixes:
            one, other = (self._tokens([first, {"role": "user", "content": text}]) for text in ("a", "7"))
            same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
            self._prefixes[first["content"]] = one[: max(0, same)]
        return self._prefixes[first["content"]]

    def _tokens(self, messages: list[Any]) -> list[int]:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        template = self._llama.metadata.get("tokenizer.chat_template")
        if template is None:
            return []
        eos, bos = self._piece(self._llama.token_eos()), self._piece(self._llama.token_bos())
        formatted = Jinja2ChatFormatter(template=template, eos_token=eos, bos_token=bos)(messages=messages)
        return list(self._llama.tokenize(formatted.prompt.encode(), add_bos=not formatted.added_special, special=True))

    def _piece(self, token: int) -> str:
        return self._llama._model.token_get_text(token) if token >= 0 else ""


def _user(text: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.USER, content=text)


def _deltas(pieces: Iterator[Any]) -> Iterator[str]:
    return (piece["choices"][0]["delta"].get("content") or "" for piece in pieces)


def _explained(error: ValueError, window: int) -> Exception:
    if "context window" in str(error):
        return ContextOverflowError(f"The prompt does not fit the {window} tokens this model reads at once.")
    return ModelUnusableError(f"llama.cpp failed: {error}. Try another model file.")


def _load(path: Path, window: int) -> "Llama":
    """The model in a file, reading at most `window` tokens at once, and no more than it was trained for."""
    try:
        from llama_cpp import Llama
    except (ImportError, OSError, RuntimeError) as error:  # not there, or its library cannot be loaded
        raise ModelUnusableError(_NO_PACKAGE) from error
    threads = os.cpu_count() or 1
    options: dict[str, Any] = {"n_batch": _BATCH, "n_threads": threads, "n_threads_batch": threads, "verbose": False}
    try:
        llama = Llama(model_path=str(path), n_ctx=window, **options)
        trained = llama._model.n_ctx_train()
        if window <= trained:
            return llama
        llama.close()
        return Llama(model_path=str(path), n_ctx=trained, **options)
    except (ValueError, OSError, RuntimeError) as error:
        raise ModelUnusableError(f"{path} cannot be loaded: {error}. The file may be damaged: get it again.") from error
