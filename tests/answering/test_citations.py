"""Receipts: made from evidence, and only where the cited version still says just that."""

import pytest

from rag.answering.citations import cite
from rag.loaders import make_document
from rag.text.chunking import chunk_document
from rag.types import Evidence
from tests.fakes import WordEncoder

TEXT = "It is said. It is said. And then it is over, as all things are, in the end."
DOCUMENT = make_document(TEXT, source="a.txt")
[CHUNK] = chunk_document(DOCUMENT, token_spans=WordEncoder().token_spans, limit=50)


def text_of(doc_id: str, version: str, start: int, end: int) -> str:
    return TEXT[start:end] if (doc_id, version) == (DOCUMENT.doc_id, DOCUMENT.version) else ""


def test_the_second_of_two_equal_sentences_is_cited_where_it_stands() -> None:
    citation = cite(Evidence(CHUNK, 12, 23, score=0.51234567), text_of)
    assert citation is not None
    assert (citation.start, citation.end, citation.quote) == (12, 23, "It is said.")
    assert (citation.prefix, citation.suffix) == ("It is said. ", " And then it is over, as all thi")
    assert (citation.version, citation.score) == (DOCUMENT.version, 0.512346)


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_text_that_has_moved_is_not_cited(shift: int) -> None:
    def moved(doc_id: str, version: str, start: int, end: int) -> str:
        return text_of(doc_id, version, start + shift, end + shift)

    assert cite(Evidence(CHUNK, 12, 23, score=0.5), moved) is None


def test_a_version_that_is_gone_is_not_cited() -> None:
    assert cite(Evidence(CHUNK, 12, 23, score=0.5), lambda *_: "") is None
