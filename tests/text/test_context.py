from rag.text.context import ContextFinder, in_words
from rag.types import Block, Document
from tests.fakes.table_documents import table_document


def roles(document: Document, quote: str) -> list[tuple[str, str]]:
    """The context of a quote, as roles and their words."""
    start = document.text.index(quote)
    found = ContextFinder(document).of(start, start + len(quote))
    assert all(document.text[span.start : span.end] == span.quote for span in found)
    return [(span.role, span.quote) for span in found]


def blocks_document(*parts: tuple[str, str, int]) -> Document:
    """A document of blocks, each a kind, a text and a level, one a line."""
    text, blocks = "", []
    for kind, value, level in parts:
        blocks.append(Block(kind, len(text), len(text) + len(value), level=level))  # type: ignore[arg-type]
        text += f"{value}\n"
    return Document("d", "handbook.md", "v", text, blocks=tuple(blocks))


def test_cell_has_its_heading_row_and_column() -> None:
    rows = [["Laptops", "Replaced every"], ["Office", "4 years"], ["Field crew", "3 years"]]
    assert roles(table_document(rows, title="Equipment"), "3 years") == [
        ("heading", "Equipment"),
        ("row", "Field crew"),
        ("column", "Replaced every"),
    ]


def test_row_has_the_headers_of_its_columns() -> None:
    rows = [["Laptops", "Replaced every"], ["Office", "4 years"], ["Field crew", "3 years"]]
    assert roles(table_document(rows), "Office | 4 years") == [("column", "Laptops"), ("column", "Replaced every")]


def test_labels_within_a_quote_are_no_context() -> None:
    rows = [["name", "beds"], ["Heron", "5"], ["Wren", "4"]]
    document = table_document(rows, named=True, source="flats.csv")
    assert roles(document, "name: Heron | beds: 5") == []
    assert roles(document, "5") == [("row", "Heron"), ("column", "beds")]


def test_path_of_headings_leaves_out_those_that_are_over() -> None:
    document = blocks_document(
        ("heading", "Handbook", 1),
        ("heading", "Leave", 2),
        ("paragraph", "Ask in time.", 0),
        ("heading", "Travel", 2),
        ("heading", "Hotels", 3),
        ("paragraph", "At most 120 euros.", 0),
    )
    assert roles(document, "At most 120 euros.") == [
        ("heading", "Handbook"),
        ("heading", "Travel"),
        ("heading", "Hotels"),
    ]


def test_item_has_what_leads_in_to_its_list() -> None:
    document = blocks_document(
        ("paragraph", "The board sees these risks:", 0),
        ("list_item", "rising prices", 1),
        ("list_item", "old pipes", 1),
        ("list_item", "in the cellar", 2),
    )
    assert roles(document, "old pipes") == [("lead_in", "The board sees these risks:")]
    assert roles(document, "in the cellar") == [("lead_in", "The board sees these risks:"), ("lead_in", "old pipes")]


def test_value_has_the_name_that_stands_before_it() -> None:
    text = "Subject: Works in May"
    field = Block("paragraph", 9, len(text), label=(0, 7))
    document = Document("d", "note.eml", "v", text, blocks=(field,))
    assert roles(document, "Works in May") == [("field", "Subject")]
    assert in_words(ContextFinder(document).of(9, len(text))) == "Subject"


def test_row_is_said_in_words() -> None:
    rows = [["Laptops", "Replaced every", "Model"], ["Office", "4 years", "A1"], ["Field crew", "3 years", "X2"]]
    document = table_document(rows)
    finder = ContextFinder(document)
    start = document.text.index("Field crew")
    assert finder.in_words(start, len(document.text)) == "Field crew, replaced every: 3 years; model: X2."
    assert finder.in_words(0, document.text.index("\n")) == ""
    assert ContextFinder(blocks_document(("paragraph", "No table.", 0))).in_words(0, 9) is None


def test_row_of_a_csv_is_said_in_words() -> None:
    document = table_document([["name", "beds"], ["Heron", "5"]], named=True, source="flats.csv")
    assert ContextFinder(document).in_words(0, len(document.text)) == "Heron, beds: 5."
