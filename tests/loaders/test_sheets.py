"""Spreadsheets: every value as its cell shows it, with sheet, address and column; what is hidden is named."""

import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content
from rag.loaders.sheets import ods, xls, xlsx
from rag.loaders.sheets.grid import address, runs
from rag.loaders.sheets.number_format import GENERAL, Value, serial, shown
from rag.text.blocks import check_blocks

CELL = '<table:table-cell office:value-type="{kind}"{more}><text:p>{text}</text:p></table:table-cell>'


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(*rows: list[object], title: str = "Fleet") -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def read(book: Workbook) -> Content:
    found = xlsx.read(Path("book.xlsx"), saved(book))
    check_blocks(found.text, found.blocks)
    return found


def cells(content: Content) -> dict[str, tuple[str, str]]:
    """What each cell says and the name of its column, by sheet and address."""
    return {
        f"{block.sheet}!{block.cell}": (
            content.text[block.start : block.end],
            content.text[slice(*block.label)] if block.label else "",
        )
        for block in content.blocks
        if block.kind == "table_cell"
    }


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.05, "0%", "5%"),
        (0.0525, "0.00%", "5.25%"),
        (-3, "0;(0)", "(3)"),
        (1234567, "[$€-407] #,##0", "€ 1,234,567"),
        (1234.5, '#,##0.00 "kr"', "1,234.50 kr"),
        (-12, '"$"#,##0_);[Red]("$"#,##0)', "($12)"),
        (12.5, "_-* #,##0.00 €_-", "12.50 €"),
        (-1234.5, '#,##0.00\\ "€"', "-1,234.50 €"),
        (1500000, '0.0,,"M"', "1.5M"),
        (15551234, "###\\-####", "1555-1234"),
        (7, "000", "007"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (3.10, "0.##", "3.1"),
        (0.5, "# ?/?", "1/2"),
        (2.25, "# ?/4", "2 1/4"),
        (123456, "0.00E+00", "1.23E+05"),
        (100, '[<50]"low";"high"', "high"),
        (0.1 + 0.2, GENERAL, "0.3"),
        (5.0, GENERAL, "5"),
        (True, GENERAL, "TRUE"),
        ("abc", '0;0;0;"x "@', "x abc"),
        (datetime(2025, 3, 12), "d mmm yyyy", "12 Mar 2025"),
        (datetime(2025, 3, 2), "DD.MM.YYYY", "02.03.2025"),
        (datetime(2025, 3, 12, 9, 5), "yyyy-mm-dd hh:mm", "2025-03-12 09:05"),
        (date(2025, 3, 12), "[$-F800]dddd, mmmm dd, yyyy", "Wednesday, March 12, 2025"),
        (time(14, 5), "h:mm AM/PM", "2:05 PM"),
        (timedelta(hours=30, minutes=4), "[h]:mm", "30:04"),
        (date(2025, 3, 12), GENERAL, "2025-03-12"),
    ],
)
def test_a_value_is_shown_by_its_number_format(value: Value, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_days_are_counted_as_excel_counts_them() -> None:
    assert serial(45000, "yyyy-mm-dd") == datetime(2023, 3, 15)
    assert serial(1, "yyyy-mm-dd") == datetime(1900, 1, 1)
    assert serial(1.25, "[h]:mm") == timedelta(hours=30)
    assert serial(45000, "0") == 45000


def test_addresses_are_a_spreadsheets() -> None:
    assert [address(7, column) for column in (1, 26, 27, 702, 703)] == ["A7", "Z7", "AA7", "ZZ7", "AAA7"]
    assert runs([2, 5, 6, 7, 9]) == "2, 5–7, 9"


def test_each_value_has_its_sheet_address_and_column() -> None:
    book = workbook(["Vehicle", "Bought", "Tax"], ["Van", date(2021, 5, 3), 0.19], ["Truck", date(2019, 1, 2), 0.055])
    sheet = book["Fleet"]
    for row in (2, 3):
        sheet.cell(row, 2).number_format = "DD.MM.YYYY"
        sheet.cell(row, 3).number_format = "0.0%"
    found = read(book)
    assert found.text == (
        "Fleet\n\nVehicle: Van | Bought: 03.05.2021 | Tax: 19.0%\n\nVehicle: Truck | Bought: 02.01.2019 | Tax: 5.5%"
    )
    assert cells(found) == {
        "Fleet!A2": ("Van", "Vehicle"),
        "Fleet!B2": ("03.05.2021", "Bought"),
        "Fleet!C2": ("19.0%", "Tax"),
        "Fleet!A3": ("Truck", "Vehicle"),
        "Fleet!B3": ("02.01.2019", "Bought"),
        "Fleet!C3": ("5.5%", "Tax"),
    }
    assert [(place.number, found.text[place.start :][:14]) for place in found.places] == [
        (2, "Vehicle: Van |"),
        (3, "Vehicle: Truck"),
    ]


def test_tables_on_one_sheet_stay_apart() -> None:
    book = workbook(["Van", 3], title="Depot")
    sheet = book["Depot"]
    sheet.delete_rows(1)
    for column, value in enumerate(["Part", "Stock"], start=1):
        sheet.cell(1, column, value)
    for column, value in enumerate(["Belt", 3], start=1):
        sheet.cell(2, column, value)
    for column, value in enumerate(["Code", "Days"], start=4):
        sheet.cell(1, column, value)
    for column, value in enumerate(["R", 5], start=4):
        sheet.cell(2, column, value)
    for column, value in enumerate(["Month", "Cost"], start=1):
        sheet.cell(6, column, value)
    for column, value in enumerate(["May", 70], start=1):
        sheet.cell(7, column, value)
    found = read(book)
    assert found.text == "Depot\n\nPart: Belt | Stock: 3\n\nCode: R | Days: 5\n\nMonth: May | Cost: 70"
    assert {block.table for block in found.blocks if block.table} == {1, 2, 3}


def test_titles_merged_headers_and_groups_name_their_columns() -> None:
    book = workbook(
        ["Rents of the houses", None, None, None, None],
        ["Flat", "2024", None, "2025", None],
        [None, "cold", "warm", "cold", "warm"],
        ["A 1", 500, 620, 510, 640],
        ["A 2", 700, 830, 720, 860],
    )
    for area in ("A1:E1", "B2:C2", "D2:E2", "A2:A3"):
        book["Fleet"].merge_cells(area)
    found = read(book)
    assert "Rents of the houses\n\nFlat: A 1 | 2024 cold: 500 | 2024 warm: 620 | 2025 cold: 510 | 2025 warm: 640" in (
        found.text
    )
    assert [found.text[block.start : block.end] for block in found.blocks if block.kind == "heading"] == [
        "Fleet",
        "Rents of the houses",
    ]


def test_a_value_merged_over_rows_stands_in_each() -> None:
    book = workbook(["Site", "Pump", "Bar"], ["North", "P1", 3], [None, "P2", 4], ["South", "P3", 5])
    book["Fleet"].merge_cells("A2:A3")
    assert read(book).text.split("\n\n")[1:] == [
        "Site: North | Pump: P1 | Bar: 3",
        "Site: North | Pump: P2 | Bar: 4",
        "Site: South | Pump: P3 | Bar: 5",
    ]


def test_a_total_below_an_empty_row_keeps_its_columns() -> None:
    found = read(workbook(["Item", "Cost"], ["Oil", 3], ["Gas", 4], [], ["Total", 7]))
    assert found.text.endswith("Item: Total | Cost: 7")


def test_years_and_months_head_their_columns() -> None:
    found = read(workbook(["Item", 2023, 2024], ["Water", 3, 4], ["Gas", 7, 8]))
    assert "Item: Gas | 2023: 7 | 2024: 8" in found.text


def test_a_number_that_could_be_a_year_heads_nothing_alone() -> None:
    assert read(workbook(["Rooms", 2000], ["Beds", 1900])).text == "Fleet\n\nRooms | 2000\n\nBeds | 1900"


def test_names_and_values_in_two_columns_have_no_header() -> None:
    found = read(workbook(["Depot", "North"], ["Manager", "Dee"]))
    assert found.text == "Fleet\n\nDepot | North\n\nManager | Dee"


def test_bold_and_marked_headers_are_believed() -> None:
    bold = workbook(["Name", "Town"], ["Ada", "York"])
    for cell in bold["Fleet"][1]:
        cell.font = Font(bold=True)
    marked = workbook(["Name", "Town"], ["Ada", "York"])
    marked["Fleet"].add_table(Table(displayName="People", ref="A1:B2"))
    assert read(bold).text == read(marked).text == "Fleet\n\nName: Ada | Town: York"


def test_what_is_hidden_is_named_and_not_read() -> None:
    book = workbook(["Name", "Pay", "Town"], ["Ada", 10, "York"], ["Bo", 20, "Hull"], ["Cy", 30, "Bath"])
    sheet = book["Fleet"]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet["A2"].comment = Comment("who?", "me")
    sheet["C9"] = "=A1"
    secret = book.create_sheet("Secret")
    secret["A1"] = "hush"
    secret.sheet_state = "hidden"
    found = read(book)
    assert found.text == "Fleet\n\nName: Ada | Town: York\n\nName: Cy | Town: Bath"
    assert found.gaps == (
        "sheet Secret is hidden and not read",
        "sheet Fleet: 1 comment not read",
        "sheet Fleet: formulas without a stored value in C9",
        "sheet Fleet: hidden rows are not read: 3",
        "sheet Fleet: hidden columns are not read: B",
    )


def test_a_stray_cell_in_the_last_row_costs_nothing() -> None:
    book = workbook(["Name", "Room", "Phone"], ["Ada", 12, 100])
    book["Fleet"]["XFD1048576"] = "far"
    assert read(book).text == "Fleet\n\nName: Ada | Room: 12 | Phone: 100\n\nfar"


def test_old_workbooks_show_what_new_ones_show() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Fleet")
    bold = xlwt.easyxf("font: bold on")
    for column, name in enumerate(["Van", "Bought", "Tax"]):
        sheet.write(0, column, name, bold)
    sheet.write(1, 0, "V 1")
    sheet.write(1, 1, date(2021, 5, 3), xlwt.easyxf(num_format_str="DD.MM.YYYY"))
    sheet.write(1, 2, 0.19, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(2, 0, "V 2")
    sheet.row(2).hidden = True
    hidden = book.add_sheet("Secret")
    hidden.write(0, 0, "hush")
    hidden.visibility = 1
    buffer = BytesIO()
    book.save(buffer)
    found = xls.read(Path("book.xls"), buffer.getvalue())
    assert found.text == "Fleet\n\nVan: V 1 | Bought: 03.05.2021 | Tax: 19.0%"
    assert found.gaps == ("sheet Secret is hidden and not read", "sheet Fleet: hidden rows are not read: 3")


def open_document(rows: str, *, style: str = "true") -> bytes:
    names = "office table text style fo xlink".split()
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>"
        '<style:style style:name="ta" style:family="table">'
        f'<style:table-properties table:display="{style}"/></style:style></office:automatic-styles>'
        '<office:body><office:spreadsheet><table:table table:name="Fleet" '
        f'table:style-name="ta">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def row(*items: tuple[str, str], more: str = "") -> str:
    inside = "".join(CELL.format(kind=kind, text=text, more="") for kind, text in items)
    return f"<table:table-row{more}>{inside}</table:table-row>"


def test_open_documents_show_what_their_cells_show() -> None:
    rows = (
        row(("string", "Van"), ("string", "Tax"), ("string", "Bought"))
        + row(("string", "V 1"), ("percentage", "19,0 %"), ("date", "3. Mai 2021"))
        + row(("string", "V 2"), ("percentage", "7 %"), ("date", "1. Juni"), more=' table:visibility="collapse"')
        + '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    found = ods.read(Path("book.ods"), open_document(rows))
    assert found.text == "Fleet\n\nVan: V 1 | Tax: 19,0 % | Bought: 3. Mai 2021"
    assert found.gaps == ("sheet Fleet: hidden rows are not read: 3",)


def test_a_hidden_sheet_of_an_open_document_is_named() -> None:
    found = ods.read(Path("book.ods"), open_document(row(("string", "hush")), style="false"))
    assert (found.text, found.gaps) == ("", ("sheet Fleet is hidden and not read",))


def test_a_cell_repeated_without_end_is_refused() -> None:
    cell = CELL.format(kind="string", text="x", more=' table:number-columns-repeated="16384"')
    rows = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    with pytest.raises(UnreadableSourceError, match="has over 5,000,000 cells"):
        ods.read(Path("bomb.ods"), open_document(rows))


@pytest.mark.parametrize("reader", [xlsx, ods])
def test_a_damaged_workbook_is_named(reader: object) -> None:
    with pytest.raises(UnreadableSourceError, match=r"book.xlsx is damaged"):
        reader.read(Path("book.xlsx"), b"PK\x03\x04 no archive")  # type: ignore[attr-defined]
