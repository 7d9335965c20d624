"""Real models: SmolLM2, which invents freely, and so is the adversary; Qwen where QWEN_GGUF names its file.

`bash fetch_qwen.sh DIR` assembles Qwen2.5-Coder-0.5B-Instruct Q4_K_M; without it those tests are skipped.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from llama_index.core import MockEmbedding

from eval.benchmarks import systems
from rag import language_model
from rag.assistant import Assistant
from rag.llm.gguf import find_gguf
from rag.types import Answer, AnswerDone, EvidenceFound
from rag.verification.grounding import unfounded
from rag.verification.verifier import THRESHOLD
from tests.conftest import SEEDS

SMOLLM = "gguf:smollm2-135m-instruct"
QUESTIONS = ("Who published the leaks?", "How many pages does the trove have?")
QWEN = os.environ.get("QWEN_GGUF", "")
needs_qwen = pytest.mark.skipif(not QWEN, reason="set QWEN_GGUF to qwen2.5-coder-0.5b-instruct-q4_k_m.gguf to run it")
pytestmark = [pytest.mark.llm, pytest.mark.model, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seed."""
    place = tmp_path_factory.mktemp("seed") / "index"
    with Assistant.open(place, base=SEEDS) as assistant:
        assistant.ingest(SEEDS)
    return place


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy machine may need."""
    monkeypatch.setenv("RAG_MODEL_TIMEOUT", "900")


def assert_borne_out(answer: Answer, assistant: Assistant) -> None:
    for statement in answer.statements:
        quotes = [citation.quote for citation in statement.citations]
        assert statement.citations
        assert unfounded(statement.text, quotes) == ()
        assert assistant.verifier.support(statement.text, quotes) >= THRESHOLD
    for citation in (citation for statement in answer.statements for citation in statement.citations):
        assert assistant.document(citation.doc_id).text[citation.start : citation.end] == citation.quote


def test_the_model_can_be_asked_by_another_program_and_remembers_nothing() -> None:
    with language_model(SMOLLM) as llm:
        plain = systems.LlamaIndex(MockEmbedding(embed_dim=8), str.split, llm)
        plain.add({"a.txt": "The harbour bridge was opened in 1932."})
        reply = plain.answer("When was the bridge opened?")
        assert (plain.answers, reply.refused) == (True, False)
        first, other, again = (llm.complete(text).text for text in ("Name a colour.", "Name a city.", "Name a colour."))
    assert first and first == again != other


def test_nothing_that_smollm_invents_is_shown_and_the_same_question_has_the_same_answer(folder: Path) -> None:
    with Assistant.open(folder, generator=SMOLLM) as assistant:
        first, other, again = (assistant.ask(question) for question in (*QUESTIONS, QUESTIONS[0]))
        for answer in (first, other):
            assert answer.status == "answered"
            assert_borne_out(answer, assistant)
        assert first.to_dict() | {"timings": None} == again.to_dict() | {"timings": None}


def test_closing_a_stream_stops_smollm_and_leaves_it_usable(folder: Path) -> None:
    with Assistant.open(folder, generator=SMOLLM) as assistant:
        steps = assistant._steps(QUESTIONS[0], None, (), True)
        assert isinstance(next(steps), EvidenceFound)
        assert next(steps) is None  # the model writes
        steps.close()
        assert assistant.ask(QUESTIONS[0]).status == "answered"


@pytest.fixture
def server() -> Iterator[str]:
    """The address of llama-cpp-python's own server with SmolLM2, on a free port of 127.0.0.1."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = find_gguf("smollm2-135m-instruct")
    options = ["--model", str(model), "--model_alias", "smollm2", "--port", str(port), "--n_ctx", "4096"]
    process = subprocess.Popen([sys.executable, "-m", "llama_cpp.server", *options], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/v1"
    try:
        _wait(f"{address}/models", process)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the server did not start")


@pytest.mark.network
def test_smollm_behind_the_openai_compatible_server_of_llama_cpp(folder: Path, server: str) -> None:
    with Assistant.open(folder, generator=f"openai-like:{server}#smollm2") as assistant:
        [*_, done] = assistant.stream(QUESTIONS[0])
        assert isinstance(done, AnswerDone)
        assert done.answer.status == "answered"
        assert_borne_out(done.answer, assistant)


@needs_qwen
def test_qwen_answers_from_the_seed_in_statements_that_are_borne_out(folder: Path) -> None:
    with Assistant.open(folder, generator=f"gguf:{QWEN}") as assistant:
        answers = [assistant.ask(question) for question in QUESTIONS]
        for answer in answers:
            assert_borne_out(answer, assistant)
        assert "Intercept" in answers[0].text
        assert "700" in answers[1].text
