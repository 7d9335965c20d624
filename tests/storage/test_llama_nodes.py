"""The chunker as a LlamaIndex node parser."""

from llama_index.core import Document
from llama_index.core.schema import NodeRelationship

from rag.storage.llama_nodes import SpanNodeParser
from tests.fakes import WordEncoder


def test_repeated_passages_keep_their_own_offsets() -> None:
    text = "Said once. It is. Said once. It is."
    parser = SpanNodeParser(token_spans=WordEncoder().token_spans, limit=6)
    nodes = parser.get_nodes_from_documents([Document(text=text, id_="d", metadata={"file_name": "a.txt"})])
    assert [(node.start_char_idx, node.end_char_idx) for node in nodes] == [(0, 17), (18, 35)]
    assert [node.get_content() for node in nodes] == [text[0:17], text[18:35]]
    assert [node.metadata["file_name"] for node in nodes] == ["a.txt", "a.txt"]
    assert [node.metadata["source"] for node in nodes] == ["a.txt", "a.txt"]
    assert [node.ref_doc_id for node in nodes] == ["d", "d"]
    assert nodes[0].relationships[NodeRelationship.NEXT].node_id == nodes[1].node_id


def test_parsing_twice_gives_the_same_ids() -> None:
    parser = SpanNodeParser(token_spans=WordEncoder().token_spans)
    document = Document(text="One. Two.", id_="d")
    first, second = (parser.get_nodes_from_documents([document]) for _ in range(2))
    assert [node.node_id for node in first] == [node.node_id for node in second]
