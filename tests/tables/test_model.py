from rag.tables.model import tables_of, transposed
from rag.types import Block, Document
from tests.fakes.table_documents import table_document

VANS = [
    ["Van", "Make", "Rate (euros)", "Serviced"],
    ["V-1", "Ford", "79", "2024-11-02"],
    ["V-2", "Renault", "55", "2024-03-18"],
    ["V-3", "Ford", "62", "2025-01-20"],
]


def test_columns_have_names_kinds_and_units() -> None:
    (table,) = tables_of(table_document(VANS, title="Our vans"))
    assert [(column.name, column.kind, column.unit) for column in table.columns] == [
        ("Van", "text", ""),
        ("Make", "text", ""),
        ("Rate (euros)", "money", "EUR"),
        ("Serviced", "date", ""),
    ]
    assert table.name_column == 0
    assert table.about.startswith("Our vans")


def test_header_of_a_csv_is_in_its_labels() -> None:
    (table,) = tables_of(table_document(VANS, named=True, source="vans.csv"))
    assert [column.name for column in table.columns] == ["Van", "Make", "Rate (euros)", "Serviced"]
    assert [table.text_at(0, column) for column in range(4)] == ["V-1", "Ford", "79", "2024-11-02"]


def test_every_cell_is_an_exact_span() -> None:
    document = table_document(VANS)
    (table,) = tables_of(document)
    cell = table.cell(2, 2)
    assert cell is not None
    assert document.text[cell.start : cell.end] == "62"


def test_rows_of_totals_are_recognised_by_name() -> None:
    (table,) = tables_of(table_document([*VANS, ["Total", "", "196", ""]]))
    assert table.body == (0, 1, 2)


def test_rows_of_totals_are_recognised_by_their_sums() -> None:
    (table,) = tables_of(table_document([*VANS, ["", "", "196", ""]]))
    assert table.body == (0, 1, 2)


def test_units_row_belongs_to_the_header() -> None:
    rows = [["Month", "Rain", "Sun"], ["", "(mm)", "(hours)"], ["January", "82", "61"], ["February", "61", "70"]]
    (table,) = tables_of(table_document(rows))
    assert [(column.name, column.unit) for column in table.columns][1:] == [
        ("Rain (mm)", "mm"),
        ("Sun (hours)", "hours"),
    ]
    assert len(table.rows) == 2


def test_column_of_mixed_types_says_so() -> None:
    rows = [["Sample", "Value"], ["a", "12"], ["b", "below limit"], ["c", "15"], ["d", "not measured"]]
    (table,) = tables_of(table_document(rows))
    assert table.columns[1].mixed == ("number", "text")


def test_headers_of_two_rows_are_joined() -> None:
    text = "Fees | \nAdults | Children\nPool | 5 | 2"
    cells = [("Fees", 1, 2, True), ("Adults", 2, 2, True), ("Children", 2, 3, True)]
    cells += [("Pool", 3, 1, False), ("5", 3, 2, False), ("2", 3, 3, False)]
    blocks, at = [], 0
    for value, row, column, header in cells:
        at = text.index(value, at)
        blocks.append(Block("table_cell", at, at + len(value), table=1, row=row, column=column, header=header))
        at += len(value)
    (table,) = tables_of(Document("d", "fees.docx", "v", text, blocks=tuple(blocks)))
    assert [column.name for column in table.columns] == ["", "Fees Adults", "Fees Children"]


def test_rows_and_columns_change_places() -> None:
    rows = [["Figure", "2021", "2022", "2023"], ["Members", "410", "432", "455"], ["Boats", "31", "30", "33"]]
    (table,) = tables_of(table_document(rows))
    turned = transposed(table)
    assert turned is not None
    assert [column.name for column in turned.columns] == ["", "Members", "Boats"]
    assert [turned.text_at(row, 0) for row in range(3)] == ["2021", "2022", "2023"]
