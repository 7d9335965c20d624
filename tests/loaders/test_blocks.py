"""Blocks as they are put together: the text, and a span for each that is counted and not searched for."""

from hypothesis import given
from hypothesis import strategies as st

from rag.loaders.blocks import Blocks, CellText, Runs
from rag.text.blocks import check_blocks
from rag.types import Block


def quotes(blocks: Blocks) -> list[tuple[str, str]]:
    return [(block.kind, blocks.text[block.start : block.end]) for block in blocks.blocks]


def test_a_mark_stands_before_its_item_and_furniture_after_everything() -> None:
    blocks = Blocks()
    blocks.add("We use cookies.", "page_furniture")
    blocks.add("1 Coats", "heading", level=1, number="1")
    blocks.add("a warm coat", "list_item", level=1, number="-", mark="- ")
    assert blocks.text == "1 Coats\n\n- a warm coat\n\nWe use cookies."
    assert quotes(blocks) == [
        ("heading", "1 Coats"),
        ("list_item", "a warm coat"),
        ("page_furniture", "We use cookies."),
    ]


def test_cells_lie_within_their_row_and_know_the_name_of_their_column() -> None:
    blocks = Blocks()
    table = blocks.table("Boats")
    blocks.row(table, 2, [CellText("Heron", 1, name="name", address="A2"), CellText("", 2), CellText("7", 3)])
    assert blocks.text == "name: Heron |  | 7"
    first, last = blocks.blocks
    assert first == Block("table_cell", 6, 11, table=1, row=2, column=1, label=(0, 4), sheet="Boats", cell="A2")
    assert (last.column, blocks.text[last.start : last.end]) == (3, "7")


def test_the_first_cell_of_a_row_may_name_the_others() -> None:
    blocks = Blocks()
    _, value = blocks.row(blocks.table(), 1, [CellText("Length", 1), CellText("7 m", 2)], named_by_first=True)
    assert value.label == (0, 6)


def test_white_space_is_collapsed_unless_it_is_meant() -> None:
    runs = Runs()
    for text in (" one\n", " two ", "three"):
        runs.run(text)
    runs.newline()
    runs.preformatted("  four")
    assert runs.take() == "one two three\n  four"
    assert runs.take() == ""


TEXTS = st.text(st.sampled_from("ab \n|é👩‍👧"), max_size=12)
ROWS = st.lists(st.builds(CellText, TEXTS, st.integers(1, 5), name=st.sampled_from(["", "n"])), max_size=5)
KINDS = st.sampled_from(["heading", "paragraph", "list_item", "code", "caption", "footnote", "page_furniture"])


@given(st.lists(st.tuples(TEXTS, KINDS, st.sampled_from(["", "- "])) | ROWS, max_size=15))
def test_every_block_is_exact_and_none_overlaps(parts: list[tuple[str, str, str] | list[CellText]]) -> None:
    blocks = Blocks()
    table = blocks.table()
    said = []
    for part in parts:
        if isinstance(part, list):
            said += [cell.text.strip() for cell in part if cell.text.strip()]
            blocks.row(table, 1, part)
        else:
            text, kind, mark = part
            said += [text.strip()] if text.strip() else []
            blocks.add(text, kind, mark=mark)  # type: ignore[arg-type]
    assert sorted(quote for _, quote in quotes(blocks)) == sorted(said)
    check_blocks(blocks.text, blocks.blocks)
