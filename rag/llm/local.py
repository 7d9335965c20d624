"""llama.cpp in this process as a LlamaIndex `LLM`: the model's own chat template, a JSON schema, a prefix kept warm.

The engine is `xllamacpp`, llama.cpp's own server as a wheel: nothing is compiled. Its listener is a socket that is
unlinked at once (or, where that cannot be, one on 127.0.0.1 behind a random key), so that nobody else reaches the
model. Knows nothing of evidence or answers.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import LifoQueue, SimpleQueue
from threading import Event, Thread
from typing import Any

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

_BATCH = 512  # tokens of a prompt read between two looks at whether to go on
_LONGEST_SOCKET = 100  # bytes of a Unix socket's address; systems stop at 104 to 108
_NO_PACKAGE = (
    "Language models in GGUF files need the package xllamacpp, a wheel of 34 MB: pip install 'citespan[llm]'. "
    "Without it: --model ollama:NAME, or --model openai-like:URL#NAME."
)
_Message = dict[str, str]
_Piece = str | Exception | None


class LlamaCpp(CustomLLM):
    """A GGUF model in this process, for any number of threads; `slots` of them are answered at once.

    Greedy: the same prompt has the same answer.
    """

    model_name: str
    window: int
    most_tokens: int
    _server: Any = PrivateAttr()
    _slots: "LifoQueue[int]" = PrivateAttr()
    _count: int = PrivateAttr()
    _prefixes: dict[int, list[_Message]] = PrivateAttr(default_factory=dict)

    def __init__(self, path: Path, *, name: str, window: int, most_tokens: int, slots: int = 1) -> None:
        super().__init__(model_name=name, window=window, most_tokens=most_tokens)
        self._server = _load(path, window, slots)
        self._count = slots
        self._slots = LifoQueue()
        for slot in reversed(range(slots)):
            self._slots.put(slot)

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex asks of a model."""
        return LLMMetadata(
            context_window=self.window, num_output=self.most_tokens, model_name=self.model_name, is_chat_model=True
        )

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The model's answer as it is written; closing it stops the model within a token.

        `schema` is a JSON schema to hold the answer to. Raises ContextOverflowError when the messages leave no room for
        an answer, ModelUnusableError when the model fails.
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
        """Let go of the model's memory, once those who are being answered have hung up."""
        for _ in range(self._count):
            self._slots.get()
        self._server, self._count = None, 0

    def _chat(self, messages: list[_Message], schema: Any) -> ChatResponseGen:
        text = ""
        for delta in self._pieces(messages, schema):
            text += delta
            yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=delta)

    def _pieces(self, messages: list[_Message], schema: Any) -> Iterator[str]:
        """The answer's pieces. The engine writes in a thread of its own, which ends soon after nobody listens."""
        pieces, stop = SimpleQueue[_Piece](), Event()
        Thread(target=self._write, args=(messages, schema, pieces, stop), daemon=True).start()
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            stop.set()

    def _write(self, messages: list[_Message], schema: Any, pieces: "SimpleQueue[_Piece]", stop: Event) -> None:
        slot = self._slots.get()
        try:
            if not stop.is_set():
                self._keep_prefix_only(messages, slot)
                self._stream(self._request(messages, slot, schema), pieces, stop)
        except (RuntimeError, ValueError) as error:
            pieces.put(ModelUnusableError(f"llama.cpp failed: {error}. Try another model file."))
        finally:
            self._slots.put(slot)
            pieces.put(None)

    def _stream(self, request: dict[str, Any], pieces: "SimpleQueue[_Piece]", stop: Event) -> None:
        def heard(chunk: dict[str, Any]) -> bool:
            if "error" in chunk:
                pieces.put(_explained(chunk["error"], self.window))
            else:
                pieces.put(chunk["choices"][0]["delta"].get("content") or "")
            return stop.is_set()

        self._server.handle_chat_completions(request | {"stream": True}, heard)

    def _keep_prefix_only(self, messages: list[_Message], slot: int) -> None:
        """Have the slot forget all that it read but the messages before the last one, which it reads if need be.

        Keeping whatever happens to match would save more, but the last bits of the numbers, and so the odd answer,
        would depend on what was asked before.
        """
        prefix = messages[:-1]
        known = self._prefixes.get(slot) == prefix
        blank = self._request([*prefix, {"role": "user", "content": "-"}], slot, None)
        answer = self._server.handle_chat_completions(blank | {"max_tokens": 0, "cache_prompt": known})
        self._prefixes[slot] = prefix
        if "error" in answer:
            del self._prefixes[slot]

    def _request(self, messages: list[_Message], slot: int, schema: Any) -> dict[str, Any]:
        form = {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}} if schema else {}
        sampling = {"temperature": 0.0, "seed": 0, "max_tokens": self.most_tokens}
        return {"messages": messages, "id_slot": slot, "cache_prompt": True, **sampling, **form}


def _user(text: str) -> ChatMessage:
    return ChatMessage(role=MessageRole.USER, content=text)


def _explained(error: dict[str, Any], window: int) -> Exception:
    if error.get("type") == "exceed_context_size_error":
        return ContextOverflowError(f"The prompt does not fit the {window} tokens this model reads at once.")
    return ModelUnusableError(f"llama.cpp failed: {error.get('message', error)}. Try another model file.")


def _threads() -> int:
    """As many threads as OpenMP may use, by default one a processor."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else os.cpu_count() or 1


def _load(path: Path, window: int, slots: int) -> Any:
    """llama.cpp's server with the model in a file; each slot reads at most `window` tokens at once."""
    try:
        import xllamacpp
    except (ImportError, OSError) as error:  # not there, or its library cannot be loaded
        raise ModelUnusableError(_NO_PACKAGE) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.n_batch = window * slots, slots, _BATCH
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = _threads()
        threads.poll = 0  # threads that spin take the processor from each other when it is busy
    params.cache_ram_mib = 0  # llama.cpp would keep up to 8 GB of what it read
    params.verbosity, params.warmup, params.ui, params.offline = -1, False, False, True
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.api_keys, params.n_threads_http = [secrets.token_hex(16)], 1
    folder = Path(tempfile.mkdtemp(prefix="citespan-"))
    socket = folder / "llama.sock"
    if os.name == "posix" and len(os.fsencode(socket)) < _LONGEST_SOCKET:
        params.hostnames = [str(socket)]
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelUnusableError(f"{path} cannot be loaded: {error} The file may be damaged: get it again.") from error
    finally:
        shutil.rmtree(folder)
