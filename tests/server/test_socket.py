"""The service on a socket: the curl lines of its page, `rag serve` itself, the chat beside it, clients that leave."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from rag.assistant import Assistant
from rag.server.workers import Workers
from rag.types import AnswerDone
from tests.fakes import service as fake_service

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "service.md"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "RAG_READER": "similarity"}
QUESTION = "How many hours a day does a cat sleep?"


@pytest.fixture
def address(assistant: Assistant) -> Iterator[str]:
    with fake_service.listening({"pets": assistant}) as address:
        yield address


def curl_lines() -> list[str]:
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("curl")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_of_the_page_run(address: str, tmp_path: Path) -> None:
    assert len(curl_lines()) >= 8
    for line in curl_lines():
        command = line.replace("http://127.0.0.1:8000", address).replace("curl ", "curl --fail-with-body ", 1)
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert done.stdout


def test_a_client_that_leaves_stops_its_answer(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, gate = Event(), Event()

    def slow(self: Assistant, *_: Any, **__: Any) -> Iterator[Any]:
        try:
            for _ in range(1000):
                gate.wait(0.01)
                yield AnswerDone(answer)
        finally:
            closed.set()

    answer = assistant.ask(QUESTION)
    monkeypatch.setattr(Assistant, "stream", slow)
    with fake_service.listening({"pets": assistant}, workers=Workers(threads=1)) as address:
        for body in ({"question": QUESTION}, {"question": QUESTION, "stream": True}):
            closed.clear()
            with pytest.raises(httpx.TimeoutException), httpx.Client(timeout=0.5) as client:
                client.post(f"{address}/v1/ask", json=body)
                raise httpx.ReadTimeout("a stream was read to its end")
            assert closed.wait(10)
        assert httpx.get(f"{address}/v1/documents").status_code == 200  # the one thread is free again


def test_forty_clients_are_all_answered(address: str) -> None:
    import asyncio

    async def main() -> list[int]:
        async with httpx.AsyncClient(timeout=60) as client:
            asked = [client.post(f"{address}/v1/ask", json={"question": QUESTION}) for _ in range(40)]
            return [reply.status_code for reply in await asyncio.gather(*asked)]

    assert asyncio.run(main()) == [200] * 40


@pytest.mark.model
def test_rag_serve_serves_the_index_and_the_chat(tmp_path: Path) -> None:
    (tmp_path / "cats.txt").write_text("Cats purr softly at night. A cat sleeps sixteen hours a day.\n")
    command = [sys.executable, "-m", "rag"]
    subprocess.run([*command, "ingest", "cats.txt"], cwd=tmp_path, check=True, capture_output=True, env=ENVIRONMENT)
    served = [*command, "serve", "--port", "0"]
    with subprocess.Popen(served, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        try:
            assert process.stdout
            found = re.search(r"http://\S+?:\d+", process.stdout.readline())
            assert found
            answer = httpx.post(f"{found[0]}/v1/ask", json={"question": QUESTION}, timeout=60).json()
            assert "sixteen" in json.dumps(answer["statements"])
            chat = httpx.get(found[0])
            assert chat.status_code == 200
            assert "gradio" in chat.text
            assert "frame-ancestors 'none'" in ",".join(chat.headers.get_list("content-security-policy"))
            assert httpx.get(f"{found[0]}/v1/nothing").status_code == 404
        finally:
            process.terminate()


def test_an_open_address_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag", "serve", "--no-chat", "--host", "0.0.0.0"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 2
    assert done.stderr.startswith("error: On 0.0.0.0 anybody who can reach this computer could read the documents.")
