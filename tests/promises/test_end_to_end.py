"""The whole main job on the seed, with the real model and every socket blocked."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant, query
from tests.conftest import SEEDS

pytestmark = pytest.mark.model
PAGES = "How many pages does the trove have?"
FRANCE = "What is the capital of France?"


@pytest.fixture(scope="module")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("seed") / ".citespan", base=SEEDS) as assistant:
        assistant.ingest(SEEDS)
        yield assistant


def test_the_seed_answers_a_question_with_exact_receipts(seed_index: Assistant, seed_text: str) -> None:
    answer = seed_index.ask(PAGES)
    assert (answer.status, "700" in answer.text) == ("answered", True)
    for statement in answer.statements:
        assert statement.citations
        for citation in statement.citations:
            assert seed_text[citation.start : citation.end] == citation.quote
            assert seed_text[: citation.start].endswith(citation.prefix)
            assert seed_text[citation.end :].startswith(citation.suffix)


def test_a_question_about_something_else_is_refused_with_the_nearest_evidence(
    seed_index: Assistant, seed_text: str
) -> None:
    answer = seed_index.ask(FRANCE)
    assert answer.status == "refused"
    assert answer.refusal is not None
    assert answer.refusal.reason == "off_topic"
    assert [seed_text[item.start : item.end] == item.quote for item in answer.refusal.nearest] == [True] * 3


def test_two_processes_give_the_same_answer_but_for_timings(seed_index: Assistant) -> None:
    command = [sys.executable, "-m", "rag", "ask", PAGES, "--json", "--index", seed_index.name]
    done = subprocess.run(command, cwd=SEEDS.parent, env=offline(), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) | {"timings": 0} == seed_index.ask(PAGES).to_dict() | {"timings": 0}


def test_query_is_one_call_and_embeds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.models.sentence_encoder import SentenceEncoder

    answer = query(PAGES, sources=SEEDS)
    assert answer.statements[0].citations[0].source == "000_6a9d2407a8ec5682.txt"
    encoded: list[str] = []
    encode = SentenceEncoder.encode

    def noted(self: SentenceEncoder, texts: list[str], **options: object) -> object:
        encoded.extend(texts)
        return encode(self, texts, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(SentenceEncoder, "encode", noted)
    assert query(PAGES, sources=SEEDS).to_dict() | {"timings": 0} == answer.to_dict() | {"timings": 0}
    assert encoded == [PAGES]


def test_a_fresh_process_does_the_whole_job_without_opening_a_socket(tmp_path: Path) -> None:
    program = f"""
import socket
def refuse(*_, **__): raise SystemExit("a socket was opened")
for name in ('connect', 'connect_ex', 'sendto', 'listen'): setattr(socket.socket, name, refuse)
socket.getaddrinfo = refuse
from rag import Assistant
with Assistant.open({str(tmp_path / "index")!r}, base={str(SEEDS)!r}) as assistant:
    assistant.ingest({str(SEEDS)!r})
    assert assistant.ask({PAGES!r}).status == "answered"
    assert assistant.ask({FRANCE!r}).status == "refused"
    assert not assistant.check().problems
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=SEEDS.parent, env=offline(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def offline() -> dict[str, str]:
    """The environment, with a network that leads nowhere for whatever the socket block does not see."""
    nowhere = "http://127.0.0.1:9"
    return {**os.environ, "http_proxy": nowhere, "https_proxy": nowhere, "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere}
