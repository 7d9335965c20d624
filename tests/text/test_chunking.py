"""Chunks: whole sentences, exact spans, never too long, never across a heading."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.loaders import make_document
from rag.text.chunking import chunk_document, chunk_id
from rag.types import Chunk
from tests.fakes import WordEncoder

token_spans = WordEncoder().token_spans


def chunks(text: str, limit: int = 20) -> list[Chunk]:
    return chunk_document(make_document(text, source="a.txt"), token_spans=token_spans, limit=limit)


def test_chunks_are_runs_of_whole_sentences() -> None:
    found = chunks("One two three. Four five six. Seven eight nine.", limit=8)
    assert [chunk.text for chunk in found] == ["One two three. Four five six.", "Seven eight nine."]


def test_a_heading_opens_a_chunk() -> None:
    found = chunks("It is so.\n\nA heading\n\nIt goes on.")
    assert [chunk.text for chunk in found] == ["It is so.", "A heading\n\nIt goes on."]


def test_repeated_sentences_keep_their_own_place() -> None:
    text = "Same. Other. Same. Same."
    sentences = [item for chunk in chunks(text, limit=2) for item in chunk.sentences]
    assert [(item.start, item.end) for item in sentences] == [(0, 5), (6, 12), (13, 18), (19, 24)]


def test_a_sentence_longer_than_a_chunk_is_cut_after_a_clause() -> None:
    text = "one two three four, five six seven eight nine ten"
    found = [chunk.text for chunk in chunks(text, limit=7)]
    assert found == ["one two three four,", "five six seven eight nine ten"]


def test_a_sentence_of_50_000_characters_is_cut_between_words() -> None:
    text = "word " * 9_999 + "word"
    found = chunks(text, limit=200)
    assert len(found) == 50
    assert " ".join(chunk.text for chunk in found) == text


def test_one_endless_word_stays_whole() -> None:
    assert [chunk.text for chunk in chunks("a" * 50_000)] == ["a" * 50_000]


def test_ids_are_those_of_the_content_and_the_place() -> None:
    first, second = make_document("One. One.", source="a.txt"), make_document("One. One.", source="b.txt")
    assert chunk_id(first, 0, 4) == chunk_id(make_document("One. One.", source="a.txt"), 0, 4)
    assert len({chunk_id(first, 0, 4), chunk_id(first, 5, 9), chunk_id(second, 0, 4)}) == 3


PIECES = st.sampled_from(
    [
        "It is said again. ",
        "It is said again. ",
        "“Who?” she asked. ",
        "no stop",
        "\n",
        "\r\n",
        "\n\n",
        "\u00a0",
        "# Head\n\n",
        "👩‍👩‍👧",
        "e\u0301",
        "word " * 30,
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join), st.integers(2, 30))
@settings(max_examples=200, deadline=None)
def test_every_span_is_exact_and_within_the_limit(text: str, limit: int) -> None:
    last = 0
    for chunk in chunks(text, limit=limit):
        assert chunk.text == text[chunk.start : chunk.end]
        assert last <= chunk.start < chunk.end
        assert (chunk.sentences[0].start, chunk.sentences[-1].end) == (chunk.start, chunk.end)
        assert all(chunk.quote(item.start, item.end) == text[item.start : item.end] for item in chunk.sentences)
        assert sum(len(token_spans(chunk.quote(item.start, item.end))) for item in chunk.sentences) <= limit
        headings = [item.heading for item in chunk.sentences]
        assert headings == sorted(headings, reverse=True)
        last = chunk.end


def test_empty_text_has_no_chunks() -> None:
    assert chunks(" \n ") == []


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_cut_falls_between_wordpieces_where_there_is_no_space(limit: int) -> None:
    assert "".join(chunk.text for chunk in chunks("a-b-c-d-e", limit=limit)) == "a-b-c-d-e"
