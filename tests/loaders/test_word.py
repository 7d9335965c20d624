"""Word documents: everything that Word shows is in the text, once, in order; what is not in it is named."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import Loaded, load
from rag.types import Block
from tests.loaders.word_maker import cell, control, level, listed, par, row, run, table, word, zipped

STYLES = """<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Clause"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>"""
NUMBERING = f"""<w:abstractNum w:abstractNumId="0">{level(0, "decimal", "%1.")}{level(1, "lowerLetter", "%2)")}
{level(2, "lowerRoman", "(%3)")}</w:abstractNum>
<w:abstractNum w:abstractNumId="1">{level(0, "upperRoman", "Article %1", '<w:pStyle w:val="H1"/>')}
{level(1, "decimal", "%1.%2", '<w:isLgl/><w:pStyle w:val="H2"/>')}</w:abstractNum>
<w:abstractNum w:abstractNumId="2">{level(0, "bullet", "•")}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>"""


def read(data: bytes) -> Loaded:
    return load(Path("a.docx"), data, source="a.docx")


def text_of(body: str, **parts: str) -> str:
    return read(word(body, **parts)).document.text


def described(body: str, **parts: str) -> list[tuple[str, str, int, str]]:
    """(kind, number, level, text) of each block."""
    document = read(word(body, **parts)).document
    return [(item.kind, item.number, item.level, document.text[item.start : item.end]) for item in document.blocks]


def deleted(text: str) -> str:
    return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def inserted(text: str) -> str:
    return f"<w:ins>{run(text)}</w:ins>"


@pytest.mark.parametrize(
    "body",
    [
        control(par("The lease runs for nine years.")),
        par("The lease ", control(run("runs for nine")), " years."),
        control(control(par(control(run("The lease runs for nine years."))))),
        f"<w:customXml>{par('The lease runs for nine years.')}</w:customXml>",
        par("<w:smartTag><w:r><w:t>The lease runs for </w:t></w:r></w:smartTag>", "nine years."),
        par('<w:hyperlink><w:r><w:t xml:space="preserve">The lease runs </w:t></w:r></w:hyperlink>', "for nine years."),
        f"<w:ins>{par('The lease runs for nine years.')}</w:ins>",
        par("The lease runs for ", deleted("six"), inserted("nine"), " years."),
        par("The lease runs for ", f"<w:moveTo>{run('nine')}</w:moveTo>", " years.")
        + par(f"<w:moveFrom>{run('nine')}</w:moveFrom>"),
        par("The lease runs ", properties="<w:rPr><w:del/></w:rPr>") + par("for nine years."),
        par(
            '<w:fldSimple w:instr="DATE"><w:r><w:t xml:space="preserve">The lease </w:t></w:r></w:fldSimple>',
            "runs for nine years.",
        ),
        par(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r>',
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            "The lease runs ",
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "for nine years.",
        ),
        par("The lease runs for ni", run("\u00ad"), "ne years."),
    ],
)
def test_what_word_shows_is_in_the_text(body: str) -> None:
    assert text_of(body) == "The lease runs for nine years."


def test_a_cell_has_its_insertions_controls_and_nested_tables() -> None:
    nested = table(row("First year", "300"), row("Later years", "150"))
    body = table(
        row("Fee", cell(par("It is ", deleted("forty"), inserted("sixty"), " crowns."))),
        row("Deposit", cell("See below.", nested)),
        control(row(control(cell("Place")), cell(control(par("The town hall."))))),
        row("gone", "gone", properties="<w:del/>"),
    )
    assert text_of(body).split("\n\n") == [
        "Fee | It is sixty crowns.",
        "Deposit | See below.",
        "First year | 300",
        "Later years | 150",
        "Place | The town hall.",
    ]


def test_cells_know_their_place_and_their_header() -> None:
    head = row("Service", "Price", "Unit", properties="<w:tblHeader/>")
    body = table(head, row("Basic", "96", "month"), row("Night", "260", "call"))
    document = read(word(body)).document
    cells = [(b.row, b.column, b.header, document.text[b.start : b.end], b.label) for b in document.blocks]
    assert cells[:4] == [
        (1, 1, True, "Service", None),
        (1, 2, True, "Price", None),
        (1, 3, True, "Unit", None),
        (2, 1, False, "Basic", (0, 7)),
    ]
    assert document.text[slice(*cells[7][4] or (0, 0))] == "Price"


def test_merged_cells_are_read_in_every_row_and_column_they_span() -> None:
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        row("Building", "Room", "Mon", "Tue"),
        row(cell("A", properties=restart), "Pool", cell("closed", properties='<w:gridSpan w:val="2"/>')),
        row(cell(properties=goes_on), "Sauna", "9", "10"),
    )
    assert text_of(body).split("\n\n") == [
        "Building | Room | Mon | Tue",
        "A | Pool | closed | closed",
        "A | Sauna | 9 | 10",
    ]


def test_a_cell_that_says_it_spans_millions_of_columns_costs_nothing() -> None:
    wide = cell("x", properties='<w:gridSpan w:val="400000000"/>')
    assert text_of(table(row("y", wide), row("a", "b"))) == "y | x\n\na | b"


def test_numbers_of_lists_are_those_that_word_prints() -> None:
    items = [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (2, 0), (4, 0)]
    body = "".join(par(f"item {n}", properties=listed(*item)) for n, item in enumerate(items))
    found = described(body, numbering=NUMBERING)
    assert [number for _, number, _, _ in found] == ["1.", "a)", "b)", "(i)", "2.", "a)", "1.", "2.", "-"]
    assert [level for _, _, level, _ in found] == [1, 2, 2, 3, 1, 2, 1, 1, 1]
    assert text_of(body, numbering=NUMBERING).startswith(
        "1. item 0\n\na) item 1\n\nb) item 2\n\n(i) item 3\n\n2. item 4"
    )


def test_headings_have_their_level_and_their_printed_number() -> None:
    numbered = [par(text, style=style, properties=listed(3, depth)) for text, style, depth in HEADINGS]
    body = "".join(numbered) + par("Third", style="Own") + par("Running text is here.")
    assert described(body, styles=STYLES, numbering=NUMBERING) == [
        ("heading", "Article I", 1, "Article I Scope"),
        ("heading", "1.1", 2, "1.1 Pets"),
        ("heading", "1.2", 2, "1.2 Noise"),
        ("heading", "Article II", 1, "Article II Fees"),
        ("heading", "2.1", 2, "2.1 Late fees"),
        ("heading", "", 3, "Third"),
        ("paragraph", "", 0, "Running text is here."),
    ]


HEADINGS = (("Scope", "H1", 0), ("Pets", "H2", 1), ("Noise", "H2", 1), ("Fees", "H1", 0), ("Late fees", "H2", 1))


def test_a_bold_line_by_itself_is_a_heading() -> None:
    body = par(run("Opening hours", "<w:b/>")) + par("We open at nine.") + par(run("All of it bold.", "<w:b/>"))
    assert [kind for kind, *_ in described(body)] == ["heading", "paragraph", "paragraph"]


def test_notes_stand_after_the_body_under_their_marks() -> None:
    notes = "".join(
        f'<w:footnote w:id="{id_}"{kind}>{par(text)}</w:footnote>'
        for id_, kind, text in (
            (-1, ' w:type="separator"', ""),
            (7, "", "The deed says 1805."),
            (9, "", "So says Ann."),
        )
    )
    end = f'<w:endnote w:id="7">{par("An endnote.")}</w:endnote>'
    body = par(
        "Built in 1804",
        '<w:r><w:footnoteReference w:id="9"/></w:r>',
        " by two",
        '<w:r><w:endnoteReference w:id="7"/></w:r>',
        ".",
    )
    body += par("Sold in 1931.", '<w:r><w:footnoteReference w:id="7"/></w:r>')
    found = read(word(body, footnotes=notes, endnotes=end)).document
    assert found.text == (
        "Built in 1804[1] by two[i].\n\nSold in 1931.[2]\n\n[1] So says Ann.\n\n[i] An endnote.\n\n"
        "[2] The deed says 1805."
    )
    assert [(block.number, found.text[block.start]) for block in found.blocks if block.kind == "footnote"] == [
        ("1", "S"),
        ("i", "A"),
        ("2", "T"),
    ]


def test_headers_and_footers_stand_once_and_apart() -> None:
    found = read(word(par("Body."), header=par("Lease of the mill"), footer=par("Page 1"))).document
    assert found.text == "Body.\n\nLease of the mill\n\nPage 1"
    assert [block.kind for block in found.blocks] == ["paragraph", "page_furniture", "page_furniture"]


def test_a_table_of_contents_is_apart_from_the_text() -> None:
    body = control(par("1 Scope\t3", style="TOC1")) + par("Scope", style="H1") + par("It covers boats.")
    kinds = [(kind, text) for kind, _, _, text in described(body, styles=STYLES)]
    assert kinds == [("heading", "Scope"), ("paragraph", "It covers boats."), ("page_furniture", "1 Scope\t3")]


@pytest.mark.parametrize(
    "properties",
    ["<w:vanish/>", '<w:rStyle w:val="Secret"/>', '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'],
)
def test_hidden_text_is_left_out_and_named(properties: str) -> None:
    found = read(word(par("Seen. ", run("Not seen.", properties)), styles=STYLES))
    assert (found.document.text, found.gaps) == ("Seen.", ("hidden text is left out (9 characters)",))


def test_white_letters_on_a_coloured_ground_are_seen() -> None:
    white = '<w:color w:val="FFFFFF"/>'
    body = par(run("One. ", f'{white}<w:shd w:fill="000000"/>'), run("Two. ", f'{white}<w:highlight w:val="black"/>'))
    body += par(run("Three.", white), properties='<w:shd w:fill="1F4E79"/>') + table(
        row(cell(par(run("Four.", white))), "x")
    )
    assert text_of(body) == "One. Two.\n\nThree.\n\nFour. | x"


def test_comments_pictures_and_embedded_files_are_named() -> None:
    comments = '<w:comment w:author="Ann">' + par("No!") + '</w:comment><w:comment w:author="Ben"/>'
    picture = "<w:r><w:drawing><a:blip/></w:drawing></w:r><w:r><w:object/></w:r>"
    assert read(word(par("Text.", picture) + "<w:altChunk/>", comments=comments)).gaps == (
        "comments are not read: 2, by Ann, Ben",
        "pictures are not read: 1",
        "embedded files are not read: 2",
    )


def test_a_text_box_stands_once_after_the_paragraph_it_hangs_on() -> None:
    inside = f"<w:txbxContent>{par('In the box.')}{table(row('a', 'b'), row('c', 'd'))}</w:txbxContent>"
    box = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{inside}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert text_of(par("Before. ", box, "After.") + par("End.")) == (
        "Before. After.\n\nIn the box.\n\na | b\n\nc | d\n\nEnd."
    )


@pytest.mark.parametrize(
    ("before", "shift", "text", "shown"),
    [
        ("Built in 1904", "superscript", "12", "Built in 1904[12]"),
        ("It holds 3", "superscript", "5", "It holds 3⁵"),
        ("An area of 9 m", "superscript", "2", "An area of 9 m²"),
        ("The well is deep.", "superscript", "3", "The well is deep.[3]"),
        ("On the 4", "superscript", "th", "On the 4th"),
        ("10", "superscript", "-3", "10⁻³"),
        ("H", "subscript", "2", "H2"),
        ("1904", "subscript", "12", "1904_12"),
    ],
)
def test_raised_and_lowered_characters_join_no_number(before: str, shift: str, text: str, shown: str) -> None:
    assert text_of(par(before, run(text, f'<w:vertAlign w:val="{shift}"/>'))) == shown


def test_a_formula_stands_once_on_one_line() -> None:
    fraction = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    power = "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    assert (
        text_of(par("It is ", f"<m:oMath>{power}<m:r><m:t>=</m:t></m:r>{fraction}</m:oMath>", "."))
        == "It is r²=(a+b)/2."
    )


def test_form_fields_and_symbols_are_shown() -> None:
    ticked = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
        "</w:fldChar></w:r>"
        '<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    symbol = '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
    assert text_of(par(ticked, " yes, ", symbol, " 5")) == "☒ yes, ≥ 5"


BOMB = "<!DOCTYPE x [" + '<!ENTITY a "ha">' + '<!ENTITY b "&a;&a;">' + "]>"


def test_a_document_with_entities_of_its_own_is_refused() -> None:
    with ZipFile(BytesIO(word(par("The fee is NAMED crowns.")))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    main = files["word/document.xml"].replace("?>", "?>" + BOMB, 1).replace("NAMED", "&b;")
    with pytest.raises(UnreadableSourceError, match="declares entities of its own"):
        read(zipped({**files, "word/document.xml": main}))


def test_blocks_of_a_document_never_overlap() -> None:
    body = (
        par("One") + table(row("a", "b"), row("c", cell("d", table(row("e", "f"))))) + par("Two", properties=listed(1))
    )
    document = read(word(body, numbering=NUMBERING)).document
    ends = [Block("paragraph", 0, 0), *document.blocks]
    assert all(first.end <= second.start for first, second in zip(ends, document.blocks, strict=False))


def test_an_empty_document_is_called_empty() -> None:
    with pytest.raises(UnreadableSourceError, match=r"a\.docx is empty"):
        read(word(par()))
    with pytest.raises(UnreadableSourceError, match=r"a\.docx is empty"):
        read(word(""))
