"""Real models: SmolLM2, which invents freely, and so is the adversary; Qwen where QWEN_GGUF names its file.

`bash fetch_qwen.sh DIR` assembles Qwen2.5-Coder-0.5B-Instruct Q4_K_M; without it those tests are skipped.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import xllamacpp
from llama_index.core import MockEmbedding

from eval.benchmarks import systems
from rag import language_model
from rag.assistant import Assistant
from rag.errors import ContextOverflowError
from rag.llm.backends import Limits, open_backend
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
        assert unfounded(statement.text, [*quotes, answer.standalone_question]) == ()
        if statement.origin == "written":
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


def test_smollm_is_held_to_a_schema_shared_by_threads_and_the_same_whatever_was_asked_before() -> None:
    schema = {"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}}, "required": ["colour"]}
    asked = [("system", "Answer in JSON."), ("user", "Name a colour.")]
    limits = Limits(window=1024, answer=24, timeout=900, slots=2)
    with closing(open_backend(SMOLLM, limits)) as backend:
        first = "".join(backend.stream(asked, schema))
        assert json.loads(first)["colour"] in {"red", "blue"}
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: "".join(backend.stream(asked, schema)), range(4)))
        assert all(json.loads(answer)["colour"] in {"red", "blue"} for answer in answers)
        "".join(backend.stream([("system", "Be brief."), ("user", "Name a city.")], {}))
        assert "".join(backend.stream(asked, schema)) == first
        with pytest.raises(ContextOverflowError, match="does not fit the 1024 tokens"):
            "".join(backend.stream([("user", "word " * 3000)], schema))


def test_nobody_else_can_reach_a_model_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[xllamacpp.Server] = []
    start = xllamacpp.Server
    monkeypatch.setattr(xllamacpp, "Server", lambda params: opened.append(start(params)) or opened[-1])
    with closing(open_backend(SMOLLM, Limits(window=512, answer=32, timeout=60))):
        address = opened.pop().listening_address
    assert address.startswith("unix://")
    assert not Path(address.removeprefix("unix://")).parent.exists()


def test_closing_a_stream_stops_smollm_and_leaves_it_usable(folder: Path) -> None:
    with Assistant.open(folder, generator=SMOLLM) as assistant:
        steps = assistant._steps(QUESTIONS[0], None, (), True)
        assert isinstance(next(steps), EvidenceFound)
        assert next(steps) is None  # the model writes
        steps.close()
        assert assistant.ask(QUESTIONS[0]).status == "answered"


@pytest.fixture
def server() -> Iterator[str]:
    """The address of llama.cpp's own server with SmolLM2, on a free port of 127.0.0.1; it ends with the test."""
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = str(find_gguf("smollm2-135m-instruct")), {"smollm2"}
    params.n_ctx, params.n_parallel, params.verbosity = 4096, 1, -1
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    running = xllamacpp.Server(params)
    yield f"{running.listening_address}/v1"


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
