"""How documents and chunks stand in the tables: out as they went in."""

import json

from hypothesis import given
from hypothesis import strategies as st

from rag.storage.schema import read_blocks, read_chunk, write_blocks, write_chunk
from rag.types import Block, Chunk, ContextSpan, Sentence

PLACES = st.integers(0, 10**9)
BLOCKS = st.builds(
    Block,
    st.sampled_from(["heading", "paragraph", "table_cell"]),
    PLACES,
    PLACES,
    level=st.integers(0, 6),
    number=st.text(max_size=4),
    table=st.none() | st.integers(1, 9),
    header=st.booleans(),
    label=st.none() | st.tuples(PLACES, PLACES),
    cell=st.sampled_from(["", "B7"]),
    recognised=st.none() | st.floats(0, 1),
)


@given(st.lists(BLOCKS, max_size=10))
def test_blocks_come_out_as_they_went_in(blocks: list[Block]) -> None:
    assert read_blocks(write_blocks(blocks)) == tuple(blocks)


def test_a_chunk_comes_out_with_its_context() -> None:
    above = (ContextSpan("heading", 0, 4, "Höhe"), ContextSpan("column", 5, 8, "m"))
    chunk = Chunk("i", "d", "s", "v", 9, 12, "one", (Sentence(9, 12),), context=above)
    id_, doc_id, version, start, end, text, _, spans, places, context = write_chunk(chunk, text_hash="h")
    assert read_chunk((id_, doc_id, "s", version, start, end, text, spans, places, context)) == chunk
    assert json.loads(str(context))[0][3] == "Höhe"
    assert chunk.contextual_text == "Höhe › m\none"
