"""Models by name: the forms of a specification, the wire formats, and every way a server can fail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import (
    ContextOverflowError,
    ModelError,
    ModelHashError,
    ModelNotFoundError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnusableError,
    SettingsError,
)
from rag.generation.prompts import STATEMENTS
from rag.llm.backends import Limits, label, open_backend
from rag.llm.gguf import find_gguf
from rag.settings import load_settings
from tests.fakes.llms import LIMITS, Reply, Server, ollama_stream, openai_stream, serving, statements

REPLY = statements(("Cats purr.", [1]))
MESSAGES = [("system", "Rules."), ("user", "Do cats purr?")]
KEY = "sk-very-secret"


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("gguf:/home/ada/models/qwen.gguf#sha256=00", "gguf:qwen.gguf"),
        ("ollama:qwen2.5:0.5b", "ollama:qwen2.5:0.5b"),
        ("ollama:http://10.0.0.1:11434#qwen2.5", "ollama:http://10.0.0.1:11434#qwen2.5"),
        ("openai-like:http://127.0.0.1:8080/v1#name", "openai-like:http://127.0.0.1:8080/v1#name"),
    ],
)
def test_answers_name_a_model_without_the_folders_of_a_path(spec: str, name: str) -> None:
    assert label(spec) == name


@pytest.mark.parametrize("spec", ["gpt", "", "gguf", "gguf:", "openai:x", "ollama:ftp://h#m", "ollama:http://h"])
def test_what_is_no_specification_is_told(spec: str) -> None:
    with pytest.raises(SettingsError):
        label(spec)


def test_a_secret_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="RAG_API_KEY") as told:
        label(f"openai-like:http://ada:{KEY}@127.0.0.1/v1#m")
    assert KEY not in str(told.value)


def test_a_model_file_is_found_checked_and_told_apart(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    with pytest.raises(ModelNotFoundError, match="There is no model at"):
        find_gguf(str(model))
    model.write_text("<html>")
    with pytest.raises(ModelUnusableError, match="is not a GGUF file"):
        find_gguf(str(model))
    model.write_bytes(b"GGUF....")
    assert find_gguf(str(model)) == model
    with pytest.raises(ModelHashError, match="its sha256 is"):
        find_gguf(f"{model}#sha256={'0' * 64}")


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "llama_index.llms.ollama", None)
    with pytest.raises(ModelUnusableError, match=r"pip install 'citespan\[ollama\]'"):
        open_backend("ollama:m", LIMITS)


def test_without_the_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF....")
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", None)
    with pytest.raises(ModelUnusableError, match=r"pip install 'citespan\[llm\]'"):
        open_backend(f"gguf:{tmp_path / 'm.gguf'}", LIMITS)


def spec(kind: str, server: Server) -> str:
    return f"{kind}:{server.address}{'/v1' if kind == 'openai-like' else ''}#m"


def said(kind: str, server: Server, limits: Limits = LIMITS) -> str:
    return "".join(open_backend(spec(kind, server), limits).stream(MESSAGES, STATEMENTS))


STREAMS: dict[str, Any] = {"openai-like": openai_stream, "ollama": ollama_stream}


@pytest.mark.network
@pytest.mark.parametrize("kind", STREAMS)
def test_a_server_is_asked_in_its_own_words_for_the_schema(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_API_KEY", KEY)
    with serving(lambda body: (200, STREAMS[kind](REPLY))) as server:
        backend = open_backend(spec(kind, server), LIMITS)
        assert "".join(backend.stream(MESSAGES, STATEMENTS)) == REPLY
        with backend.session() as llm:
            assert KEY not in repr(backend) + repr(llm) + repr(load_settings())
    [(path, headers, body)] = server.requests
    assert [(message["role"], message["content"]) for message in body["messages"]] == MESSAGES
    if kind == "ollama":
        assert (path, body["format"], headers.get("Authorization")) == ("/api/chat", STATEMENTS, None)
        assert body["options"] == {"temperature": 0.0, "num_ctx": 4096, "seed": 0, "num_predict": 320}
    else:
        assert (path, headers["Authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
        assert body["response_format"]["json_schema"]["schema"] == STATEMENTS
        assert (body["temperature"], body["seed"], body["max_tokens"]) == (0.0, 0, 320)


@pytest.mark.network
@pytest.mark.parametrize("kind", STREAMS)
def test_closing_the_stream_hangs_up_on_the_server(kind: str) -> None:
    with serving(lambda body: (200, STREAMS[kind]("word " * 5_000, pause=0.01))) as server:
        pieces = open_backend(spec(kind, server), LIMITS).stream(MESSAGES, STATEMENTS)
        next(pieces)
        pieces.close()
        assert server.cut_off.wait(20)


def refusal(status: int, message: str) -> Reply:
    return lambda body: (status, iter([json.dumps({"error": {"message": message}}).encode()]))


def slow(body: dict[str, Any]) -> tuple[int, Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        __import__("time").sleep(1.0)
        yield b""

    return 200, pieces()


@pytest.mark.network
@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (refusal(500, "boom"), ModelServerError, "answered with an error \\(500\\).*boom"),
        (refusal(401, f"bad key {KEY}"), ModelServerError, "Put a valid key in RAG_API_KEY"),
        (refusal(404, "no model m"), ModelServerError, "no such model"),
        (refusal(400, "this exceeds the context length"), ContextOverflowError, "longer than"),
        (slow, ModelTimeoutError, "RAG_MODEL_TIMEOUT"),
    ],
    ids=["error", "key", "model", "overflow", "timeout"],
)
def test_a_servers_fault_is_one_of_ours(
    kind: str, reply: Reply, error: type[ModelError], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_API_KEY", KEY)
    with serving(reply) as server, pytest.raises(error, match=message) as told:
        said(kind, server, Limits(4096, 320, 0.3) if reply is slow else LIMITS)
    assert KEY not in str(told.value)


@pytest.mark.network
@pytest.mark.parametrize("kind", STREAMS)
def test_a_server_that_is_down_is_told_with_its_name(kind: str) -> None:
    with serving(refusal(500, "")) as server:
        pass
    with pytest.raises(ModelServerError, match=f"{kind}:.*cannot be reached"):
        said(kind, server)


@pytest.mark.network
@pytest.mark.parametrize("kind", STREAMS)
def test_a_server_that_knows_no_schemas_is_asked_without(kind: str) -> None:
    def reply(body: dict[str, Any]) -> tuple[int, Iterator[bytes]]:
        if body.get("format") or "response_format" in body:
            return refusal(400, "unsupported")(body)
        return 200, STREAMS[kind](REPLY)

    with serving(reply) as server:
        assert said(kind, server) == REPLY
    assert len(server.requests) == 2
