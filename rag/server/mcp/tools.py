"""The tools and resources of the MCP server.

`search` and `fetch` are as ChatGPT's connectors want them; `ask`, `verify` and `documents` are the service's own. Tools
that write are there only where the server was started to allow it.

Sources: https://modelcontextprotocol.io, https://platform.openai.com/docs/mcp
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

import rag
from rag.errors import CitespanError, DocumentNotFoundError
from rag.server import uploads
from rag.server.access import Caller
from rag.server.mcp.requests import caller_of, resource_address, resources_listed, span_address_of
from rag.server.problems import ProblemError, described
from rag.server.service import Question, Service
from rag.server.workers import QueueFullError

LONGEST_TEXT = 200_000  # characters of a document that `fetch` gives
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)
Result = TypeVar("Result")
Ctx = Context[Any]
In = Annotated[str | None, Field(description="The collection to use; the default one if not given.")]
Patterns = Annotated[
    list[str] | None, Field(description="Use only these documents: ids, the start of ids, sources or source globs.")
]


class Found(BaseModel):
    """A result of a search."""

    id: str
    title: str
    url: str


class SearchResults(BaseModel):
    """What a search found, best first."""

    results: list[Found]


class Fetched(BaseModel):
    """A document."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, str]


class Tools:
    """The tools over one service, for whoever calls them; `local` is the caller on stdio."""

    def __init__(self, service: Service, local: Caller) -> None:
        self._service = service
        self._local = local

    async def search(self, query: Annotated[str, Field(description="What to look for.")], ctx: Ctx) -> SearchResults:
        """Find documents about something, best first. `fetch` gives the text of a result."""
        caller = caller_of(ctx, self._local)
        passages = await told(self._service.retrieve(caller, None, Question(query)))
        best = {passage.chunk.doc_id: passage.chunk for passage in reversed(passages)}  # the first passage of each wins
        order = dict.fromkeys(passage.chunk.doc_id for passage in passages)
        chunks = [best[doc_id] for doc_id in order]
        results = [Found(id=it.doc_id, title=it.source, url=span_address_of(ctx, it, self._service)) for it in chunks]
        return SearchResults(results=results)

    async def fetch(self, id: Annotated[str, Field(description="The id of a search result.")], ctx: Ctx) -> Fetched:
        """The whole text of a document that `search` found."""
        caller = caller_of(ctx, self._local)
        document = await told(self._service.document(caller, None, id))
        metadata = {"version": document.version, "characters": str(len(document.text))}
        if len(document.text) > LONGEST_TEXT:
            metadata["cut_off_at"] = str(LONGEST_TEXT)
        return Fetched(
            id=document.doc_id,
            title=document.source,
            text=document.text[:LONGEST_TEXT],
            url=span_address_of(ctx, document, self._service),
            metadata=metadata,
        )

    async def ask(
        self,
        question: Annotated[str, Field(description="A question, in whole words: it is not a search.")],
        ctx: Ctx,
        documents: Patterns = None,
        history: Annotated[
            list[tuple[str, str]], Field(description="Earlier turns: [question, answer] pairs, oldest first.")
        ] = [],  # noqa: B006  # never changed
        collection: In = None,
    ) -> dict[str, Any]:
        """Answer a question from the documents: verified statements, each with its exact citations, or a refusal.

        `statements[].citations[]` name the document, its version and the characters `start` to `end` of its text.
        """
        asked = Question(question, documents, history)
        answer = await told(self._service.ask(caller_of(ctx, self._local), collection, asked))
        return answer.to_dict()

    async def verify(
        self,
        text: Annotated[str, Field(description="The text to check, such as an answer.", max_length=1_000_000)],
        ctx: Ctx,
        documents: Patterns = None,
        collection: In = None,
    ) -> dict[str, Any]:
        """Check a text against the documents, statement by statement: supported, contradicted or not_found."""
        found = await told(self._service.verify(caller_of(ctx, self._local), collection, text, documents))
        return found.to_dict()

    async def documents(self, ctx: Ctx, collection: In = None) -> dict[str, Any]:
        """List the documents: id, source, version, length and date of each."""
        found = await told(self._service.documents(caller_of(ctx, self._local), collection))
        return {"documents": [asdict(info) for info in found]}

    async def read(self, collection: str, doc_id: str, ctx: Ctx) -> str:
        """The text of a document."""
        try:
            found = await self._service.document(caller_of(ctx, self._local), collection, doc_id)
        except (DocumentNotFoundError, ProblemError) as error:
            raise ResourceNotFoundError(str(error)) from error
        return found.text

    async def add_document(
        self,
        name: Annotated[str, Field(description="A file name with its ending, such as notes.md.")],
        text: Annotated[str, Field(description="The text of the file.", max_length=1_000_000)],
        ctx: Ctx,
        collection: In = None,
    ) -> dict[str, Any]:
        """Add a document, or replace the one of that name."""
        caller = caller_of(ctx, self._local)
        return asdict(await told(self._added(caller, collection, name, text)))

    async def remove_document(
        self, id: Annotated[str, Field(description="The document's id.")], ctx: Ctx, collection: In = None
    ) -> dict[str, Any]:
        """Remove a document."""
        return {"removed": await told(self._service.remove(caller_of(ctx, self._local), collection, id))}

    async def _added(self, caller: Caller, collection: str | None, name: str, text: str) -> Any:
        assistant = self._service.assistant(caller, collection, "write")
        kept = uploads.accepted(name)
        return await self._service.workers.run(
            caller.name, lambda: uploads.read_in(assistant, kept, text.encode("utf-8"))
        )


def mcp_server(service: Service, *, local: Caller, write: bool = False) -> MCPServer[Any]:
    """The MCP server over a service; with the tools that change an index where `write` allows it."""
    tools = Tools(service, local)
    server: MCPServer[Any] = MCPServer(
        name="citespan",
        title="Citespan",
        version=rag.__version__,
        instructions="Answers from the user's documents, with exact citations. Use `ask` for questions, `verify` to "
        "check a text. When `ask` refuses, say that the documents do not contain the answer.",
        log_level="WARNING",
        middleware=[resources_listed(service, local)],
    )
    reading: list[Callable[..., Any]] = [tools.search, tools.fetch, tools.ask, tools.verify, tools.documents]
    writing: list[Callable[..., Any]] = [tools.add_document, tools.remove_document]
    for tool in reading:
        server.tool(annotations=READS)(tool)
    for tool in writing if write else ():
        server.tool(annotations=WRITES)(tool)
    server.resource(resource_address("{collection}", "{doc_id}"), name="document", mime_type="text/plain")(tools.read)
    return server


async def told(work: Awaitable[Result]) -> Result:
    """What some work returns; its faults as a tool tells them: what happened, and what to do next."""
    try:
        return await work
    except QueueFullError as error:
        raise ToolError(f"{error} Try again in {error.seconds} s.") from error
    except (ProblemError, CitespanError) as error:
        problem = described(error).body
        raise ToolError(f"{problem['detail']} {problem['next']}") from error
