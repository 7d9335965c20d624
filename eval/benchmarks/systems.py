"""The systems that `eval.benchmarks.peers` compares: Citespan, a plain LlamaIndex pipeline, txtai and Haystack.

All embed with the encoder that Citespan's settings name, from the same files. txtai and Haystack come with the extra
`peers`; a system whose package is missing is left out by name. Each imports its package when it is made, and none may
use the network.

`verbatim-rag` (0.2.8), which also answers in verbatim spans, is not here: it pins transformers 4.53.3 and scikit-learn
1.6.1, which exclude the versions that Citespan runs with, and its models, which no package carries, load from the hub
by name, one of them with code of its own (naver/splade-v3; KRLabsOrg/verbatim-rag-modern-bert-v2, `trust_remote_code`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from eval.benchmarks.peers import DEPTH, OURS, Piece, Reply, System
from eval.errors import MissingPeerError
from rag import AnswerDone, find_model, language_model
from rag.settings import load_settings

if TYPE_CHECKING:
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.schema import BaseNode, NodeWithScore

    from rag import Assistant

EXTRACTIVE = "extractive"
OVERLAP = 20  # tokens: LlamaIndex's ratio of overlap to chunk is 1 to 5 by default; a tenth is the common choice
WORDS = 150  # Haystack counts words: about 200 wordpieces
MARK = re.compile(r"\[(\d+)\]")  # how CitationQueryEngine asks a language model to cite


class Citespan:
    """Ours: its passages as retrieved, its answers as anyone sees them."""

    name, answers, refuses = OURS, True, True

    def __init__(self, assistant: Assistant, folder: Path) -> None:
        self._assistant, self._folder = assistant, folder
        assistant.prepare()  # the others load their model when they are made, too

    def add(self, texts: Mapping[str, str]) -> None:
        """Write the texts as files and ingest them."""
        for name, text in texts.items():
            (self._folder / name).write_bytes(text.encode())
        self._assistant.ingest([self._folder])

    def search(self, question: str) -> list[Piece]:
        """The chunks that would be read."""
        chunks = [passage.chunk for passage in self._assistant.retrieve(question)]
        return [Piece(one.source, one.text, one.start, one.end) for one in chunks]

    def answer(self, question: str) -> Reply:
        """The citations of the answer."""
        events = self._assistant.stream(question)
        answer = next(event.answer for event in events if isinstance(event, AnswerDone))
        cited = [one for statement in answer.statements for one in statement.citations]
        return Reply(tuple(Piece(one.source, one.quote, one.start, one.end) for one in cited), bool(answer.refusal))


class LlamaIndex:
    """`VectorStoreIndex` over `SentenceSplitter` nodes; with a language model, `CitationQueryEngine` on top."""

    refuses = False

    def __init__(self, embedding: BaseEmbedding, count_tokens: Callable[[str], Sequence[Any]], llm: LLM | None) -> None:
        from llama_index.core.node_parser import SentenceSplitter

        size = load_settings().chunk_wordpieces
        self.answers, self.name = llm is not None, "LlamaIndex" + (", CitationQueryEngine" if llm else "")
        self._embedding, self._llm = embedding, llm
        self._splitter = SentenceSplitter(chunk_size=size, chunk_overlap=OVERLAP, tokenizer=count_tokens)

    def split(self, texts: Mapping[str, str]) -> list[BaseNode]:
        """The nodes of texts."""
        from llama_index.core import Document

        return self._splitter.get_nodes_from_documents([Document(text=text, id_=name) for name, text in texts.items()])

    def add(self, texts: Mapping[str, str]) -> None:
        """Split and embed, as its starter tutorial does."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.query_engine import CitationQueryEngine

        index = VectorStoreIndex(self.split(texts), embed_model=self._embedding)
        self._retriever = index.as_retriever(similarity_top_k=DEPTH)
        self._engine = CitationQueryEngine(self._retriever, llm=self._llm) if self._llm else None

    def search(self, question: str) -> list[Piece]:
        """The nodes of its retriever, with the offsets they carry."""
        return [_node_piece(found.node) for found in self._retriever.retrieve(question)]

    def answer(self, question: str) -> Reply:
        """The source nodes that the answer's marks name."""
        if self._engine is None:
            raise TypeError("there is no language model to answer with")
        response = self._engine.query(question)
        return Reply(tuple(_marked(str(response), response.source_nodes)), refused=False)


class Txtai:
    """`txtai.Embeddings` over the plain pipeline's chunks: it cuts no text and keeps no offsets."""

    name, answers, refuses = "txtai", False, False

    def __init__(self, encoder: Path, split: Callable[[Mapping[str, str]], Sequence[BaseNode]]) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=str(encoder), content=True)
        self._split = split

    def add(self, texts: Mapping[str, str]) -> None:
        """Embed the chunks into its default index (Faiss)."""
        nodes = enumerate(self._split(texts))
        self._embeddings.index([(f"{number}/{node.ref_doc_id}", node.get_content()) for number, node in nodes])

    def search(self, question: str) -> list[Piece]:
        """The chunks it finds."""
        found = self._embeddings.search(question, DEPTH)
        return [Piece(row["id"].partition("/")[2], row["text"]) for row in found]

    def answer(self, question: str) -> Reply:
        """It has none."""
        raise TypeError("txtai retrieves")


class Haystack:
    """`DocumentSplitter`, `InMemoryDocumentStore` and its embedding retriever; vectors from sentence-transformers."""

    name, answers, refuses = "Haystack", False, False

    def __init__(self, encode: Callable[[list[str]], list[list[float]]]) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is first imported
        from haystack.components.preprocessors import DocumentSplitter
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._retriever = InMemoryEmbeddingRetriever(self._store, top_k=DEPTH)
        self._splitter = DocumentSplitter(split_by="word", split_length=WORDS, split_overlap=WORDS // 10)
        self._encode = encode

    def add(self, texts: Mapping[str, str]) -> None:
        """Split, embed and write."""
        from haystack import Document

        whole = [Document(content=text, meta={"source": name}) for name, text in texts.items()]
        parts = self._splitter.run(documents=whole)["documents"]
        vectors = self._encode([part.content or "" for part in parts])
        self._store.write_documents(
            [
                Document(content=part.content, meta=part.meta, embedding=vector)
                for part, vector in zip(parts, vectors, strict=True)
            ]
        )

    def search(self, question: str) -> list[Piece]:
        """The parts it finds, at the offset its splitter noted."""
        (vector,) = self._encode([question])
        found = self._retriever.run(query_embedding=vector)["documents"]
        starts = [int(part.meta["split_idx_start"]) for part in found]
        return [
            Piece(part.meta["source"], part.content or "", start, start + len(part.content or ""))
            for part, start in zip(found, starts, strict=True)
        ]

    def answer(self, question: str) -> Reply:
        """It has none."""
        raise TypeError("a Haystack retriever does not answer")


@contextmanager
def all_systems(generator: str) -> Iterator[tuple[list[System], list[str]]]:
    """Every system that can be had, ours first, and the names of those whose package is missing."""
    from tokenizers import Tokenizer
    from transformers.utils.logging import disable_progress_bar

    from rag import Assistant

    disable_progress_bar()  # type: ignore[no-untyped-call]  # a line a load, in the midst of our own
    folder = find_model(load_settings().encoder).folder
    embedding = plain_embedding(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    optional: dict[str, Callable[[], System]] = {
        "txtai": lambda: Txtai(folder, plain.split),
        "haystack": lambda: Haystack(embedding.get_text_embedding_batch),
    }
    missing = [name for name in optional if find_spec(name) is None]
    with ExitStack() as stack:
        llm = None if generator == EXTRACTIVE else stack.enter_context(language_model(generator))
        plain = LlamaIndex(embedding, lambda text: tokenizer.encode(text, add_special_tokens=False).ids, llm)
        place = Path(stack.enter_context(TemporaryDirectory(prefix="citespan-peers-")))
        (place / "texts").mkdir()
        assistant = stack.enter_context(Assistant.open(place / "index", generator=generator, base=place / "texts"))
        others = [make() for name, make in optional.items() if name not in missing]
        yield [Citespan(assistant, place / "texts"), plain, *others], missing


def plain_embedding(folder: Path) -> BaseEmbedding:
    """The encoder as LlamaIndex runs it, in its default settings. Raises MissingPeerError."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    except ImportError as error:
        raise MissingPeerError(f"{error}. Install what to compare with: pip install 'citespan[peers]'.") from error
    embedding: BaseEmbedding = HuggingFaceEmbedding(model_name=str(folder), device="cpu")
    return embedding


def _node_piece(node: BaseNode) -> Piece:
    start, end = getattr(node, "start_char_idx", None), getattr(node, "end_char_idx", None)
    return Piece(node.ref_doc_id or "", node.get_content(), start, end)


def _marked(text: str, nodes: Sequence[NodeWithScore]) -> Iterator[Piece]:
    """The nodes that marks like [2] name; the engine puts a line with the number before each node's text."""
    for number in dict.fromkeys(int(mark) for mark in MARK.findall(text)):
        if 1 <= number <= len(nodes):
            node = nodes[number - 1].node
            body = node.get_content().removeprefix(f"Source {number}:\n").removesuffix("\n")
            yield Piece(node.ref_doc_id or "", body, node.start_char_idx, node.end_char_idx)  # type: ignore[attr-defined]
