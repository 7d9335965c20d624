"""Web pages and books: what a reader sees, in the order it is seen; no number is changed; what is hidden is named."""

from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import Loaded, load
from tests.loaders.word_maker import zipped


def read(page: str, name: str = "a.html") -> Loaded:
    return load(Path(name), page.encode(), source=name)


def text_of(page: str) -> str:
    return read(page).document.text


def described(page: str) -> list[tuple[str, int, str, str]]:
    """(kind, level, number, text) of each block."""
    document = read(page).document
    return [(item.kind, item.level, item.number, document.text[item.start : item.end]) for item in document.blocks]


def labelled(page: str) -> list[tuple[str, str]]:
    """The label and the text of each block that has a label."""
    document = read(page).document
    return [(document.text[slice(*b.label)], document.text[b.start : b.end]) for b in document.blocks if b.label]


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("Built in 1904<sup>12</sup>.", "Built in 1904[12]."),
        ('It cost 40<sup><a href="#f2">2</a></sup> crowns.', "It cost 40[2] crowns."),
        ('It cost 40<a href="#f2"><sup>2</sup></a> crowns.', "It cost 40[2] crowns."),
        (
            'Sold in 1931.<sup id="r1" class="reference"><a href="#c1">[3]</a></sup> It burned.',
            "Sold in 1931.[3] It burned.",
        ),
        ("1,904<sup>1</sup> boats in 48000<sup>2</sup> days", "1,904[1] boats in 48000[2] days"),
        ("It holds 3<sup>5</sup> litres.", "It holds 3⁵ litres."),
        ("10<sup>6</sup> or 10<sup>-3</sup> of 9 m<sup>2</sup>", "10⁶ or 10⁻³ of 9 m²"),
        ("x<sup>2</sup> + CO<sub>2</sub> + 12<sub>3</sub>", "x² + CO2 + 12_3"),
        ("12<sup>a</sup> of 2<sup>e</sup>", "12[a] of 2e"),
        ("on the 5<sup>th</sup>, price<sup>a</sup>, note<sup>*</sup>", "on the 5th, price[a], note*"),
        ('The mill<a href="#n1">1</a> stands.', "The mill[1] stands."),
        ('See <a href="#x">2</a> above.', "See 2 above."),
        ("この<ruby>灯台<rp>(</rp><rt>とうだい</rt><rp>)</rp></ruby>は", "この灯台は"),
        ("un&shy;be&shy;liev&shy;able", "unbelievable"),
        ("He said <q>no</q>.", "He said “no”."),
    ],
)
def test_raised_text_and_readings_stand_apart(page: str, shown: str) -> None:
    assert text_of(f"<main><p>{page}</p></main>") == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (
            "<math><semantics><mrow><mi>π</mi><msup><mi>r</mi><mn>2</mn></msup></mrow>"
            "<annotation>\\pi r^2</annotation></semantics></math>",
            "πr²",
        ),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>", "(a+b)/2"),
        ('<math alttext="E=mc^2"></math>', "E=mc^2"),
        (
            '<span class="katex"><math><mi>x</mi><annotation>x</annotation></math>'
            '<span class="katex-html" aria-hidden="true">x</span></span>',
            "x",
        ),
        ('<span><span style="display:none"><math><mi>z</mi></math></span><img alt="z"></span>', "z"),
    ],
)
def test_a_formula_stands_once(formula: str, shown: str) -> None:
    found = read(f"<main><p>It is {formula}.</p></main>")
    assert (found.document.text, found.gaps) == (f"It is {shown}.", ())


def test_a_form_may_wrap_the_page() -> None:
    page = "<form><label>Find</label><input><select><option>A</select><h1>Pool</h1><p>Closed.</p></form>"
    assert text_of(page) == "Find\n\nPool\n\nClosed."


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display: none">no no</p>',
        '<p style="visibility:hidden">no no</p>',
        "<p hidden>no no</p>",
        '<p aria-hidden="true">no no</p>',
        '<p style="color:#fff">no no</p>',
        '<p style="color: white; background: white">no no</p>',
        '<p style="font-size:0">no no</p>',
        '<div class="box"><p style="color:#ffffff">no no</p></div>',
        '<p><font color="#FFFFFF">no no</font></p>',
        '<p style="font-size: 0px; color: red">no no</p>',
        '<p style="opacity:0">no no</p>',
        '<p style="position:absolute; left:-9999px">no no</p>',
        "<table><tr><td>x<td hidden>no no<tr><td>y<td hidden></table>",
    ],
)
def test_hidden_text_is_left_out_and_named(hidden: str) -> None:
    found = read(f"<main><p>Seen.</p>{hidden}</main>")
    assert "no" not in found.document.text
    assert found.gaps == ("hidden text is left out (2 words)",)


@pytest.mark.parametrize(
    "seen",
    [
        '<div style="background:#000"><p style="color:#fff">yes</p></div>',
        '<style>.hero {background: navy}</style><div class="hero"><p style="color:white">yes</p></div>',
        '<p style="font-size:0.9em">yes</p>',
        "<details><summary>More</summary><p>yes</p></details>",
        '<p style="opacity:0.8">yes</p>',
        "<section><header><h2>yes</h2></header><p>On it goes.</p></section>",
        '<section id="sharing"><h2 id="cookies">Cookies</h2><p class="share-price">yes</p></section>',
    ],
)
def test_what_is_seen_is_in_the_text(seen: str) -> None:
    found = read(f"<main><p>Text.</p>{seen}</main>")
    assert "yes" in found.document.text
    assert found.gaps == ()


@pytest.mark.parametrize(
    "beside",
    [
        '<div class="cookie-banner">no</div>',
        '<div id="cookieConsent">We use cookies, no? <button>Accept</button></div>',
        '<aside class="related-articles"><a href="x">no</a></aside>',
        '<ul class="breadcrumbs"><li>no</ul>',
        '<div class="newsletter">no</div>',
        "<nav>no</nav>",
        '<div role="search">no</div>',
        "<dialog>no</dialog>",
        '<div id="comments"><p>no</p></div>',
    ],
)
def test_what_stands_beside_the_subject_is_left_out(beside: str) -> None:
    assert text_of(f"<body><h1>Pool</h1>{beside}<p>Closed on Mondays, open else.</p></body>") == (
        "Pool\n\nClosed on Mondays, open else."
    )


def test_a_page_that_is_made_of_teasers_is_read() -> None:
    cards = "".join(f'<div class="teaser"><h3>Boat {n}</h3><p>It is for sale.</p></div>' for n in range(3))
    assert text_of(f"<body><h1>Boats</h1>{cards}</body>").count("for sale") == 3


def test_a_footer_stands_at_the_end_as_furniture() -> None:
    page = '<body><h1>A</h1><p>Text.</p><footer>Mill Lane 3</footer><footer><a href="x">Home</a></footer></body>'
    assert described(page)[-1] == ("page_furniture", 0, "", "Mill Lane 3")
    assert "Home" not in text_of(page)


def test_the_header_of_a_section_is_no_header_of_the_page() -> None:
    page = "<body><header>Site</header><section><header><h2>Pool</h2></header><p>Closed.</p></section></body>"
    assert text_of(page) == "Pool\n\nClosed."


def test_headings_lists_code_and_captions_are_blocks() -> None:
    page = """<main><h2>2.1 Joining</h2><p>Text.</p><ul><li>a<ol type="a" start="2"><li>b<li>c</ol></ul>
    <ol reversed><li>x<li>y</ol><pre><code>f(x)</code></pre><figure><figcaption>Fig. 1</figcaption></figure></main>"""
    assert described(page) == [
        ("heading", 2, "2.1", "2.1 Joining"),
        ("paragraph", 0, "", "Text."),
        ("list_item", 1, "-", "a"),
        ("list_item", 2, "b.", "b"),
        ("list_item", 2, "c.", "c"),
        ("list_item", 1, "2.", "x"),
        ("list_item", 1, "1.", "y"),
        ("code", 0, "", "f(x)"),
        ("caption", 0, "", "Fig. 1"),
    ]


def test_a_definition_has_its_term_as_label() -> None:
    page = "<dl><dt>PORT</dt><dd>The port.<p>Defaults to 7.</dd><dt>USER<dd>The name.</dl><p>After.</p>"
    assert labelled(page) == [("PORT", "The port."), ("PORT", "Defaults to 7."), ("USER", "The name.")]


def test_notes_have_the_marks_that_refer_to_them() -> None:
    page = """<main><p>Built in 1804<a href="#n1" role="doc-noteref">1</a>.</p><aside role="doc-footnote" id="n1">
    <p>The deed says 1805. <a href="#r1">↩</a></p></aside><p>Text goes on.</p></main>"""
    assert described(page) == [
        ("paragraph", 0, "", "Built in 1804[1]."),
        ("footnote", 0, "1", "The deed says 1805."),
        ("paragraph", 0, "", "Text goes on."),
    ]


def test_a_table_has_header_and_units_rows_and_row_names() -> None:
    page = """<table><caption>Boats</caption><tr><th>Boat<th>Length<th>Weight<tr><td><td>m<td>kg
    <tr><th scope="row">Heron<td>9.5<td>800<tr><th scope="row">Knot<td>7<td>500</table>"""
    document = read(page).document
    cells = {(b.row, b.column): b for b in document.blocks if b.kind == "table_cell"}
    assert [place for place, block in cells.items() if block.header] == [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3)]
    assert labelled(page) == [
        ("Boat", "Heron"),
        ("Length", "9.5"),
        ("Weight", "800"),
        ("Boat", "Knot"),
        ("Length", "7"),
        ("Weight", "500"),
    ]


def test_spans_are_read_in_every_row_and_column() -> None:
    page = """<table><tr><th rowspan="2">Boat<th colspan="2">2024<tr><th>Rent<th>Heat<tr><td rowspan="2">Heron<td>1<td>2
    <tr><td colspan="2">none</table>"""
    assert text_of(page).split("\n\n") == [
        "Boat | 2024 | 2024",
        "Boat | Rent | Heat",
        "Heron | 1 | 2",
        "Heron | none | none",
    ]
    assert ("Heat", "2") in labelled(page)


def test_pairs_have_the_first_cell_as_label() -> None:
    assert labelled("<table><tr><th>Height<td>40 m<tr><th>Built<td>1904</table>") == [
        ("Height", "40 m"),
        ("Built", "1904"),
    ]


def test_a_table_that_lays_out_a_page_is_text() -> None:
    page = "<table><tr><td><h2>Pool</h2><p>Closed.</p><td><table><tr><th>Day<th>Open<tr><td>Mon<td>9</table></table>"
    assert text_of(page) == "Pool\n\nClosed.\n\nDay | Open\n\nMon | 9"


def test_huge_spans_cost_nothing() -> None:
    page = "<table><tr><td rowspan=99999999 colspan=99999999>x<td>y" + "<tr><td>a" * 500 + "</table>"
    assert len(text_of(page)) < 1_000_000


def epub(chapters: dict[str, str], **more: str) -> bytes:
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    package = f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>"
    container = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
    return zipped({"META-INF/container.xml": container, "book.opf": package, **chapters, **more})


def book(data: bytes) -> Loaded:
    return load(Path("a.epub"), data, source="a.epub")


def test_a_book_is_read_in_the_order_of_its_spine_with_its_headings_and_notes() -> None:
    first = (
        '<p>Built in 1804<a epub:type="noteref" href="#n1">1</a>.</p><aside epub:type="footnote" id="n1">Or so.</aside>'
    )
    document = book(
        epub({"b.xhtml": f"<body><h1>One</h1>{first}</body>", "a.xhtml": "<body><h1/><p>Two</p></body>"})
    ).document
    assert document.text == "One\n\nBuilt in 1804[1].\n\nOr so.\n\nTwo"
    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "footnote", "paragraph"]


def test_entities_that_a_chapter_declares_are_written_and_outside_ones_cut_nothing() -> None:
    declared = '<!DOCTYPE html [<!ENTITY fee "nine"><!ENTITY out SYSTEM "file:///etc/passwd">]>'
    page = f"<?xml version='1.0'?>{declared}<html><body><p>It is &fee; crowns. &out; Paid &eacute;.</p></body></html>"
    text = book(epub({"a.xhtml": page})).document.text
    assert text.startswith("It is nine crowns.")
    assert text.endswith("Paid é.")
    assert "root" not in text


def test_a_book_that_expands_without_bound_is_refused() -> None:
    bomb = epub({f"{n}.xhtml": "<p>" + "0" * 30_000_000 for n in range(3)})
    with pytest.raises(UnreadableSourceError, match="it may be a zip bomb"):
        book(bomb)


def test_locked_chapters_are_named() -> None:
    rights = '<e><EncryptedData><EncryptionMethod Algorithm="x"/><CipherReference URI="b.xhtml"/></EncryptedData></e>'
    chapters = {"a.xhtml": "<p>Open.</p>", "b.xhtml": "<p>Locked.</p>"}
    found = book(epub(chapters, **{"META-INF/encryption.xml": rights}))
    assert (found.document.text, found.gaps) == ("Open.", ("chapters that are encrypted are not read: 1",))
    with pytest.raises(UnreadableSourceError, match="is encrypted"):
        book(epub({"b.xhtml": "<p>Locked.</p>"}, **{"META-INF/encryption.xml": rights}))
