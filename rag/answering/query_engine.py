"""The assistant as LlamaIndex parts: a query engine and a retriever whose nodes carry exact spans.

They ask the assistant and translate; they retrieve, read and verify nothing themselves.
"""

from collections.abc import Callable
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilters

from rag.errors import SettingsError
from rag.storage.llama_nodes import chunk_node
from rag.types import Answer, Citation, Passage


class CitationQueryEngine(BaseQueryEngine):
    """A LlamaIndex query engine: one source node a citation, its metadata the receipt.

    `response.metadata["answer"]` is the whole answer as plain JSON data. A refusal has its message as the response and
    no source nodes.
    """

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._ask = ask

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._ask(query_bundle.query_str)
        cited = dict.fromkeys(citation for statement in answer.statements for citation in statement.citations)
        return Response(
            response=answer.text,
            source_nodes=[NodeWithScore(node=_citation_node(citation), score=citation.score) for citation in cited],
            metadata={"answer": answer.to_dict()},
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        from asyncio import to_thread

        return await to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def patterns_of(filters: MetadataFilters) -> list[str]:
    """Filters by equality as patterns that name documents. Raises SettingsError for others."""
    wanted: list[str] = []
    for one in filters.filters:
        if isinstance(one, MetadataFilters) or one.operator is not FilterOperator.EQ:
            raise SettingsError("Metadata can be filtered by equality only: all filters of a list, or any of them.")
        wanted.append(f"{one.key}={one.value}")
    return wanted if filters.condition is FilterCondition.OR else ["&".join(wanted)]


class SpanRetriever(BaseRetriever):
    """A LlamaIndex retriever over the assistant's hybrid ranking."""

    def __init__(self, retrieve: Callable[[str], list[Passage]]) -> None:
        super().__init__()
        self._passages = retrieve

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = self._passages(query_bundle.query_str)
        return [NodeWithScore(node=chunk_node(passage.chunk), score=passage.score) for passage in passages]


def _citation_node(citation: Citation) -> TextNode:
    metadata: dict[str, Any] = {name: value for name, value in citation.to_dict().items() if name != "quote"}
    return TextNode(
        id_=f"{citation.doc_id}:{citation.version[:12]}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_embed_metadata_keys=sorted(metadata),
        excluded_llm_metadata_keys=sorted(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=citation.doc_id)},
    )
