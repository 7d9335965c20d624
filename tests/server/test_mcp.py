"""The MCP server by the official client: in this process, over HTTP, and on stdio in a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from rag.assistant import Assistant
from rag.server.access import LOCAL
from rag.server.app import Options
from rag.server.mcp.tools import mcp_server
from rag.server.service import Service
from rag.types import CheckedStatement, Verification
from tests.fakes import service as fake_service

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]
QUESTION = "How many hours a day does a cat sleep?"
READING = {"search", "fetch", "ask", "verify", "documents"}
WRITING = {"add_document", "remove_document"}
Test = Callable[[Client], Awaitable[Any]]


def connected(server: Any, test: Test) -> Any:
    async def main() -> Any:
        async with Client(server) as client:
            return await asyncio.wait_for(test(client), 60)

    return asyncio.run(main())


def in_process(assistant: Assistant, test: Test, *, write: bool = False) -> Any:
    local = LOCAL if write else replace(LOCAL, rights=frozenset({"read"}))
    return connected(mcp_server(Service({"pets": assistant}), local=local, write=write), test)


async def call(client: Client, name: str, /, **arguments: Any) -> Any:
    """The structured result of a tool; its text is the same as JSON."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    (content,) = result.content
    assert json.loads(content.text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


async def failure(client: Client, name: str, /, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    return str(result.content[0].text)  # type: ignore[union-attr]


def test_search_and_fetch_are_as_chatgpt_wants_them(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        results = (await call(client, "search", query="dogs bark postman"))["results"]
        assert [set(result) for result in results] == [{"id", "title", "url"}] * len(results)
        assert results[0]["title"] == "docs/dogs.txt"
        assert results[0]["url"].startswith(f"citespan://pets/{results[0]['id']}#char=")
        fetched = await call(client, "fetch", id=results[0]["id"])
        assert set(fetched) == {"id", "title", "text", "url", "metadata"}
        assert fetched["text"] == assistant.document(results[0]["id"]).text

    in_process(assistant, test)


def test_answers_are_those_of_the_library(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        answer = await call(client, "ask", question=QUESTION)
        expected = json.loads(json.dumps(assistant.ask(QUESTION).to_dict()))
        assert {**answer, "timings": {}} == {**expected, "timings": {}}
        history = [["How long do Dogs sleep?", "Ten hours."]]
        follow_up = await call(client, "ask", question="What do they bark at?", history=history)
        assert follow_up["standalone_question"] == "What do Dogs bark at?"

    in_process(assistant, test)


def test_a_text_is_verified(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Verification((CheckedStatement("Cats bark.", 0, 10, "contradicted", 0.1),))
    monkeypatch.setattr(Assistant, "verify", lambda self, text, documents=None: found, raising=False)

    async def test(client: Client) -> None:
        assert (await call(client, "verify", text="Cats bark."))["statements"][0]["verdict"] == "contradicted"

    in_process(assistant, test)


def test_documents_are_resources(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        listed = (await client.list_resources()).resources
        assert [resource.name for resource in listed] == ["docs/cats.md", "docs/dogs.txt"]
        contents = (await client.read_resource(listed[1].uri)).contents
        assert contents[0].text == assistant.document("docs/dogs.txt").text  # type: ignore[union-attr]
        with pytest.raises(Exception, match="none"):
            await client.read_resource("citespan://pets/none")

    in_process(assistant, test)


def test_it_only_reads_unless_told_otherwise(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == READING
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        assert "Unknown tool" in await failure(client, "remove_document", id="x")

    in_process(assistant, test)


def test_with_write_documents_come_and_go(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING | WRITING
        added = await call(client, "add_document", name="birds.txt", text="Birds sing at dawn.")
        assert added["status"] == "added"
        assert "Birds sing" in (await call(client, "fetch", id=added["doc_id"]))["text"]
        await call(client, "remove_document", id=added["doc_id"])
        assert len((await call(client, "documents"))["documents"]) == 2

    in_process(assistant, test, write=True)


def test_faults_say_what_to_do_next(assistant: Assistant) -> None:
    async def test(client: Client) -> None:
        assert "GET /v1/documents" in await failure(client, "fetch", id="none")
        assert "collection 'other'" in await failure(client, "ask", question=QUESTION, collection="other")
        assert "question" in await failure(client, "ask")

    in_process(assistant, test)


def test_it_is_served_over_http(assistant: Assistant) -> None:
    async def test(client: Client) -> Any:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING
        return (await call(client, "search", query="dogs bark postman"))["results"][0]["url"]

    with fake_service.listening({"pets": assistant}) as address:
        url = connected(f"{address}/mcp", test)
        assert url.startswith(f"{address}/v1/documents/")
    with fake_service.listening({"pets": assistant}, Options(mcp_write=True)) as address:
        tools = connected(f"{address}/mcp", lambda client: client.list_tools())
        assert {tool.name for tool in tools.tools} == READING | WRITING


@pytest.mark.model
def test_rag_mcp_speaks_on_stdio(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "cats.txt").write_text("Cats purr softly at night. A cat sleeps sixteen hours a day.\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAG_READER": "similarity"}
    command = [sys.executable, "-m", "rag", "ingest", "cats.txt"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment)
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "rag", "mcp"], cwd=str(tmp_path), env=environment
    )

    async def test(client: Client) -> None:
        assert "sixteen" in json.dumps((await call(client, "ask", question=QUESTION))["statements"])

    async def main() -> None:
        async with Client(started) as client:
            await asyncio.wait_for(test(client), 240)

    asyncio.run(main())
