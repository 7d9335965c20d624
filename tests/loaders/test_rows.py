"""Tables of rows as people and programs write them: where the table begins, what its columns are called."""

from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import load
from rag.loaders.plain import rows as rows_loader
from rag.types import Document


def read(text: str, name: str = "a.csv") -> Document:
    return load(Path(name), text.encode(), source=name).document


def rows(text: str, name: str = "a.csv") -> list[str]:
    return read(text, name).text.split("\n\n")


@pytest.mark.parametrize("sep", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_delimiter_is_no_row(sep: str) -> None:
    document = read(f"{sep}\r\nname;length\r\nHeron;9,5\r\n")
    assert document.text == "name: Heron | length: 9,5"
    assert [(place.kind, place.number) for place in document.places] == [("row", 3)]


@pytest.mark.parametrize(("mark", "line"), [("\t", "sep=\t"), ("|", "sep=|"), (":", "sep=:")])
def test_any_delimiter_may_be_named(mark: str, line: str) -> None:
    assert rows(f"{line}\na{mark}b\nx{mark}y\n") == ["a: x | b: y"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_below_a_title(mark: str) -> None:
    table = mark.join(("name", "berth", "fee")) + "\n" + mark.join(("Heron", "14", "9")) + "\n"
    assert rows(f"Harbour fees, in crowns\n\n{table}") == [
        "Harbour fees, in crowns",
        "name: Heron | berth: 14 | fee: 9",
    ]


def test_titles_stand_above_and_notes_below_the_rows() -> None:
    document = read("Harbour fees;;\nIn crowns;;\nname;berth;fee\nHeron;14;9\nKnot;3;8\n\nSource: the harbour office\n")
    assert document.text.split("\n\n") == [
        "Harbour fees",
        "In crowns",
        "name: Heron | berth: 14 | fee: 9",
        "name: Knot | berth: 3 | fee: 8",
        "Source: the harbour office",
    ]
    assert [place.number for place in document.places] == [1, 2, 4, 5, 7]
    assert [block.kind for block in document.blocks if block.kind != "table_cell"] == [
        "caption",
        "paragraph",
        "paragraph",
    ]


@pytest.mark.parametrize(
    "text",
    ["Heron,14,9.5\nKnot,3,8\n", "2031-03-03,rain,4\n2031-03-04,sun,9\n", "Ann,red,yes\nBen,blue,yes\nCid,red,no\n"],
)
def test_a_file_without_a_header_has_no_names(text: str) -> None:
    document = read(text)
    assert document.text.split("\n\n") == [" | ".join(line.split(",")) for line in text.splitlines()]
    assert all(block.label is None for block in document.blocks)


def test_years_may_be_names_of_columns() -> None:
    assert rows("item,2022,2023\nRent,1,2\nHeat,3,4\n")[1] == "item: Heat | 2022: 3 | 2023: 4"
    assert rows("item,2023\nRent,100\nHeat,40\n")[1] == "item: Heat | 2023: 40"
    assert rows("Heron,1998\nKnot,2001\n") == ["Heron | 1998", "Knot | 2001"]


def test_a_row_of_units_belongs_to_the_names() -> None:
    assert rows("name,length,weight\n,m,(kg)\nHeron,9.5,800\nKnot,7,500\n") == [
        "name: Heron | length (m): 9.5 | weight (kg): 800",
        "name: Knot | length (m): 7 | weight (kg): 500",
    ]


def test_every_value_of_fifty_columns_is_a_cell_with_its_name() -> None:
    names = [f"part {n}" for n in range(50)]
    document = read(",".join(["boat", *names]) + "\n" + ",".join(["Heron", *(f"v{n}" for n in range(50))]) + "\n")
    cells = {document.text[slice(*b.label)]: document.text[b.start : b.end] for b in document.blocks if b.label}
    assert cells == {"boat": "Heron", **{f"part {n}": f"v{n}" for n in range(50)}}
    assert {block.row for block in document.blocks} == {2}


def test_a_header_by_itself_is_read() -> None:
    document = read("name,berth\n")
    assert document.text == "name | berth"
    assert all(block.header for block in document.blocks)


def test_ten_thousand_columns_are_refused() -> None:
    wide = ",".join(f"c{n}" for n in range(10_000))
    with pytest.raises(UnreadableSourceError, match="10,000 columns; tables of at most 2,000 are read"):
        read(f"{wide}\n{wide}\n")
    with pytest.raises(UnreadableSourceError, match="10,000 columns"):
        read("{" + ",".join(f'"c{n}": {n}' for n in range(10_000)) + "}\n", "a.jsonl")


def test_a_tsv_file_of_semicolons_is_read_by_its_content() -> None:
    assert rows("name;berth\nHeron;14\nKnot;3\n", "a.tsv") == ["name: Heron | berth: 14", "name: Knot | berth: 3"]


def test_json_names_are_columns() -> None:
    document = read('{"name": "Heron", "at": {"berth": 14}}\n{"at": {"berth": 3}}\n', "a.jsonl")
    assert [(b.row, b.column, document.text[slice(*b.label)]) for b in document.blocks if b.label] == [
        (1, 1, "name"),
        (1, 2, "at.berth"),
        (2, 2, "at.berth"),
    ]


def test_of_a_huge_table_the_last_rows_are_read_whole_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_loader, "CELLS", 3)
    found = load(Path("a.csv"), b"a,b\nx,y\nz,w\nu,v\n", source="a.csv")
    assert found.document.text == "a: x | b: y\n\na: z | b: w\n\na: u | b: v"
    assert [block.kind for block in found.document.blocks] == ["table_cell"] * 4 + ["paragraph"]
    assert len(found.document.places) == 3
    assert found.gaps == ("rows after the first 3 cells are read whole, not cell by cell",)
