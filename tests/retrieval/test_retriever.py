"""Retrieval: the best chunks that are ready, however many better ones are not."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from rag.protocols import VectorStore
from rag.retrieval.retriever import Retriever
from rag.storage.catalogue import Catalogue
from rag.types import Ranked
from tests.fakes import WordEncoder, assistant


@pytest.mark.parametrize("limit", [1, 2, 6])
def test_what_is_not_ready_is_passed_over_and_the_next_come_in_their_order(tmp_path: Path, limit: int) -> None:
    texts = {"a.txt": "Cats purr softly.", "b.txt": "Cats sleep.", "c.txt": "Dogs bark."}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    with assistant(tmp_path / "index") as held:
        held.ingest([tmp_path / name for name in texts])
    catalogue = Catalogue(tmp_path / "index" / "catalogue.sqlite3")
    chunks = [catalogue.chunks_of(catalogue.match_one(name))[0] for name in ("a.txt", "c.txt")]
    ids = ["gone-1", chunks[0].id, "gone-2", "gone-3", chunks[1].id, "gone-4"]
    ranked = [Ranked(id_, score=1 - place / 10) for place, id_ in enumerate(ids)]
    vectors = cast("VectorStore", SimpleNamespace(search=lambda *_, **__: ranked))
    retriever = Retriever(
        catalogue=catalogue,
        vectors=vectors,
        encoder=WordEncoder,
        catch_up=lambda: None,
        candidates=10,
        limit=limit,
    )
    found = retriever.retrieve("Whales?")
    assert [passage.chunk.text for passage in found] == ["Cats purr softly.", "Dogs bark."][:limit]
