"""HTML, Word, EPUB and e-mail: what a reader sees, in the order it is seen."""

from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.errors import UnreadableSourceError
from rag.loaders import Loaded, content, load

PAGE = """<!doctype html><html><head><title>T</title><meta charset="iso-8859-1"><style>p{}</style></head><body>
<header><nav>Home</nav></header><main><h1>Head</h1><p>A  <b>bold</b> word,
 and <i>more</i>.<br>Next line.</p><div>One<p>Two</p>three</div><ul><li>First<ul><li>Inner</li></ul></li></ul>
<table><tr><th>Name</th><th>Age</th></tr><tr><td><p>Ann</p><p>Lee</p></td><td>41</td></tr></table><pre> x
   y</pre><p hidden>no</p><p style="display: none">no</p><script>no()</script><!-- no -->caf\xe9 &amp;
 <a href="#">link</a></main><footer>Foot</footer></body></html>"""
SEEN = """Head

A bold word, and more.
Next line.

One

Two

three

- First

- Inner

Name | Age

Ann Lee | 41"""


def read(name: str, data: bytes) -> Loaded:
    return load(Path(name), data, source=name)


def zipped(parts: dict[str, str]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def epub(parts: dict[str, str]) -> bytes:
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in parts)
    spine = "".join(f'<itemref idref="{name}"/>' for name in parts)
    root = '<rootfiles><rootfile full-path="in/book.opf"/></rootfiles>'
    package = f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>"
    fixed = {"META-INF/container.xml": f"<container>{root}</container>", "in/book.opf": package}
    return zipped({**fixed, **{f"in/{name}": text for name, text in parts.items()}})


def docx(document: object = None) -> bytes:
    out = BytesIO()
    (document or Docx()).save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def test_of_a_page_the_main_part_is_read_as_it_is_seen() -> None:
    found = read("a.html", PAGE.encode("latin-1")).document
    assert (found.text, found.encoding) == (f"{SEEN}\n\n x\n   y\n\ncafé & link\n\nFoot", "cp1252")


def test_without_a_main_part_what_is_around_it_is_left_out() -> None:
    page = (
        "<header>Site</header><header><h1>Head</h1></header><nav>Home</nav><p>Text.<aside>Ad</aside><footer>F</footer>"
    )
    assert read("a.htm", page.encode()).document.text == "Head\n\nText.\n\nF"


def test_right_to_left_text_stays_in_the_order_it_is_read() -> None:
    assert read("a.html", "<p dir=rtl>שלום <b>עולם</b>.</p>".encode()).document.text == "שלום עולם."


def test_a_page_nested_very_deeply_is_read() -> None:
    page = f"{'<div>' * 50_000}deep{'</div>' * 50_000}"
    assert read("a.html", page.encode()).document.text == "deep"


def test_a_word_document_is_read_as_word_shows_it() -> None:
    document = Docx()
    document.add_heading("Title")
    document.add_paragraph("One.\tTwo.")._p.append(
        parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t> Put in.</w:t></w:r></w:ins>")
    )
    document.add_paragraph("Kept.")._p.append(
        parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText> Gone.</w:delText></w:r></w:del>")
    )
    document.add_paragraph("item", style="List Bullet")
    table = document.add_table(2, 2)
    for place, text in (((0, 0), "a"), ((0, 1), "b"), ((1, 0), "wide")):
        table.cell(*place).text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    document.add_paragraph("End.")
    text = read("a.docx", docx(document)).document.text
    assert text == "Title\n\nOne.\tTwo. Put in.\n\nKept.\n\n- item\n\na | b\n\nwide\n\nEnd."


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    book = epub({"b.xhtml": "<html><head><title/></head><body><p>First.</p></body></html>", "a.xhtml": "<p>Then.</p>"})
    assert read("a.epub", book).document.text == "First.\n\nThen."


def message(**parts: str) -> EmailMessage:
    found = EmailMessage()
    found["Subject"], found["From"], found["To"] = "Grüße aus Köln", "a@b.example", "c@d.example"
    for number, (kind, text) in enumerate(parts.items()):
        add = found.add_alternative if number else found.set_content
        add(text, subtype=kind)
    return found


HEAD = "Subject: Grüße aus Köln\n\nFrom: a@b.example\n\nTo: c@d.example"


def test_of_a_message_the_headers_and_the_text_are_read_and_attachments_named() -> None:
    letter = message(plain="Hällo.\nBye.\n", html="<p>Not this.</p>")
    letter.add_attachment(b"\0", maintype="video", subtype="mp4", filename="r.mp4")
    found = read("a.eml", letter.as_bytes())
    assert found.document.text == f"{HEAD}\n\nHällo.\nBye."
    assert found.gaps == ("attachments are not read: r.mp4",)
    assert read("b.eml", message(html="<p>Only <b>this</b>.</p>").as_bytes()).document.text == f"{HEAD}\n\nOnly this."


BILLION = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.docx", b"PK\3\4 no archive", "is damaged: it is no readable zip archive"),
        ("a.docx", zipped({"word/x": ""}), "is damaged: it is no readable Word document"),
        ("a.docx", b"\xd0\xcf\x11\xe0", "is damaged"),
        ("a.docx", docx()[:-100], "is damaged: it is no readable zip archive"),
        ("a.epub", zipped({"x": ""}), "is damaged: it has no part 'META-INF/container.xml'"),
        ("a.epub", zipped({"META-INF/container.xml": f"{BILLION}]><container>&j;</container>"}), "is damaged"),
        ("a.epub", epub({"a.xhtml": "<p></p>"}), "is empty"),
        ("a.eml", b"no header", "is no e-mail message"),
    ],
)
def test_a_hostile_or_broken_file_is_one_named_failure(name: str, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSourceError, match=f"{name} {message}"):
        read(name, data)


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "UNPACKED", 1_000_000)
    bomb = epub({"a.xhtml": "0" * 2_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(UnreadableSourceError, match="it may be a zip bomb"):
        read("a.epub", bomb)
