"""Chunks as LlamaIndex nodes, and the chunker as a LlamaIndex node parser.

Nodes carry their span in `start_char_idx` and `end_char_idx` and in flat metadata, as any vector store keeps it.
LlamaIndex's own offsets are found by searching the parent's text, which is wrong for repeated passages: here they are
carried from the chunker, and the step that searches is replaced.
"""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.schema import Document as LlamaDocument
from pydantic import Field

from rag.loaders import make_document
from rag.text.chunking import chunk_document
from rag.types import Chunk


def chunk_node(chunk: Chunk) -> TextNode:
    """A chunk as a LlamaIndex node under the chunk's id; its metadata stays out of what a model reads."""
    metadata = {
        "source": chunk.source,
        "version": chunk.version,
        "start": chunk.start,
        "end": chunk.end,
        "sentences": json.dumps([[item.start, item.end] for item in chunk.sentences if not item.heading]),
    }
    return TextNode(
        id_=chunk.id,
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata=metadata,
        excluded_embed_metadata_keys=sorted(metadata),
        excluded_llm_metadata_keys=sorted(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.doc_id)},
    )


class SpanNodeParser(NodeParser):
    """Splits LlamaIndex documents into nodes of whole sentences whose offsets are exact.

    `token_spans` gives the offsets of a text's wordpieces (`SentenceEncoder.token_spans`); `limit` is the most
    wordpieces in a node. A node's source is its document's `file_path` or `file_name`, else its id.
    """

    token_spans: Callable[[str], Sequence[tuple[int, int]]] = Field(exclude=True)
    limit: int = Field(default=200, ge=1)

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex keeps it under."""
        return "SpanNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        return [child for node in nodes for child in self._children(node)]

    def _children(self, node: BaseNode) -> list[BaseNode]:
        source = str(node.metadata.get("file_path") or node.metadata.get("file_name") or node.node_id)
        document = make_document(node.get_content(metadata_mode=MetadataMode.NONE), source=source)
        children: list[BaseNode] = []
        for chunk in chunk_document(document, token_spans=self.token_spans, limit=self.limit):
            child = chunk_node(chunk)
            child.relationships[NodeRelationship.SOURCE] = node.as_related_node_info()
            children.append(child)
        return children

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, LlamaDocument]
    ) -> list[BaseNode]:
        """Merge the documents' metadata and link neighbours; offsets stay as they are."""
        for node in nodes:
            parent = parent_doc_map.get(node.ref_doc_id or "")
            if parent is not None and self.include_metadata:
                node.metadata = {**parent.metadata, **node.metadata}
        if self.include_prev_next_rel:
            _link(nodes)
        return nodes


def _link(nodes: Sequence[BaseNode]) -> None:
    for before, node in pairwise(nodes):
        if before.ref_doc_id == node.ref_doc_id:
            before.relationships[NodeRelationship.NEXT] = node.as_related_node_info()
            node.relationships[NodeRelationship.PREVIOUS] = before.as_related_node_info()
