"""What is said of documents, and how they are chosen by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters

from rag.assistant import Assistant
from rag.errors import DocumentNotFoundError, SettingsError
from tests import fakes
from tests.conftest import write_files

TEXTS = {
    "docs/cats.txt": "A cat sleeps sixteen hours a day.",
    "docs/old/dogs.txt": "A dog sleeps ten hours a day.",
    "docs/a=b.txt": "A hen sleeps eight hours a day.",
}
QUESTION = "How many hours a day does it sleep?"


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    write_files(tmp_path, TEXTS)
    with fakes.assistant(tmp_path / ".citespan", base=tmp_path) as opened:
        opened.describe([tmp_path / "docs"], {"author": "Ada", "year": "2024"})
        opened.describe([tmp_path / "docs" / "old"], {"year": "1999"})
        opened.ingest([tmp_path / "docs"])
        yield opened


def sources(assistant: Assistant, *patterns: str) -> list[str]:
    return sorted({passage.chunk.source for passage in assistant.retrieve(QUESTION, documents=patterns)})


def test_key_and_value_name_documents(assistant: Assistant) -> None:
    assert sources(assistant, "author=Ada") == sorted(TEXTS)
    assert sources(assistant, "year=1999") == ["docs/old/dogs.txt"]
    assert sources(assistant, "author=Ada&year=2024") == ["docs/a=b.txt", "docs/cats.txt"]
    assert sources(assistant, "a=b.txt") == ["docs/a=b.txt"]
    for pattern in ("author=Bob", "author=Ada&year=1", "=Ada", "author"):
        with pytest.raises(DocumentNotFoundError):
            sources(assistant, pattern)


def test_the_longer_path_holds(assistant: Assistant) -> None:
    by_source = {info.source: assistant.metadata(info.doc_id) for info in assistant.documents()}
    assert by_source["docs/old/dogs.txt"] == {"author": "Ada", "year": "1999"}
    assert by_source["docs/cats.txt"] == {"author": "Ada", "year": "2024"}


def test_llama_index_filters_choose_documents(assistant: Assistant) -> None:
    wanted = [MetadataFilter(key="author", value="Ada"), MetadataFilter(key="year", value="1999")]
    found = assistant.as_retriever(filters=MetadataFilters(filters=wanted)).retrieve(QUESTION)
    assert {node.metadata["source"] for node in found} == {"docs/old/dogs.txt"}
    other = MetadataFilters(filters=[MetadataFilter(key="year", value="1", operator=FilterOperator.GT)])
    with pytest.raises(SettingsError, match="equality"):
        assistant.as_retriever(filters=other)
