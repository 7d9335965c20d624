"""E-mail: every text of a message is read, by whom and when stands beside it; attachments by their own loaders."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import Loaded, load
from tests.loaders.word_maker import par, word

HEAD = (
    "Subject: Works\n\nFrom: Ann <ann@example.org>\n\nTo: ben@example.org\n\nDate: Mon, 03 Mar 2031 09:00:00 +0000\n\n"
)


def read(data: bytes) -> Loaded:
    return load(Path("a.eml"), data, source="a.eml")


def letter(text: str = "", subject: str = "Works") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ann <ann@example.org>", "ben@example.org", subject
    message["Date"] = "Mon, 3 Mar 2031 09:00:00 +0000"
    if text:
        message.set_content(text)
    return message


def body_of(message: EmailMessage) -> str:
    text = read(message.as_bytes()).document.text
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def raw(*parts: str) -> bytes:
    """A message of several parts, each given with its headers."""
    inside = "".join(f"--b\r\n{part}\r\n" for part in parts)
    head = 'From: Ann <ann@example.org>\r\nSubject: Works\r\nContent-Type: multipart/mixed; boundary="b"'
    return f"{head}\r\n\r\n{inside}--b--\r\n".encode()


def described(message: EmailMessage) -> list[tuple[str, int, str]]:
    document = read(message.as_bytes()).document
    return [(item.kind, item.level, document.text[item.start : item.end]) for item in document.blocks]


def test_headers_are_fields_with_their_name_as_label() -> None:
    document = read(letter("Text.").as_bytes()).document
    fields = {document.text[slice(*b.label)]: document.text[b.start : b.end] for b in document.blocks if b.label}
    assert fields == {
        "From": "Ann <ann@example.org>",
        "To": "ben@example.org",
        "Date": "Mon, 03 Mar 2031 09:00:00 +0000",
    }
    assert described(letter("Text."))[0] == ("heading", 1, "Works")


def test_text_after_an_attachment_is_text_of_the_message() -> None:
    picture = 'Content-Type: application/x; name="p.msg"\r\nContent-Disposition: inline\r\n\r\n\0\1'
    found = read(raw("Content-Type: text/plain\r\n\r\nFirst.", picture, "Content-Type: text/plain\r\n\r\nSecond."))
    assert found.document.text.endswith("First.\n\nSecond.")
    assert found.gaps == ("attachments are not read: p.msg",)


def test_a_forwarded_message_stands_under_a_heading() -> None:
    inner = letter("The crane lifts two tonnes.", subject="Crane")
    outer = letter("See below.", subject="Fwd: Crane")
    outer.add_attachment(inner)
    found = described(outer)
    assert [text for kind, _, text in found if kind == "heading"] == ["Fwd: Crane", "Forwarded message: Crane"]
    assert found[-1][2] == "The crane lifts two tonnes."


def test_the_html_is_read_where_the_plain_text_is_a_stub() -> None:
    page = "<p>The pump is greased every nine days, and the mill every year, by the two men of the harbour.</p>"
    stub, whole = letter("This needs HTML."), letter("The pump is greased every nine days, and the mill every year.")
    for message in (stub, whole):
        message.add_alternative(f"<html><body>{page}</body></html>", subtype="html")
    assert body_of(stub).startswith("The pump is greased")
    assert body_of(whole).endswith("every year.")


def test_attachments_are_read_by_their_own_loaders() -> None:
    message = letter("See the attachment.")
    message.add_attachment(b"name,berth\nHeron,14\nKnot,3\n", maintype="text", subtype="csv", filename="boats.csv")
    message.add_attachment(word(par("The lease.")), maintype="application", subtype="x", filename="lease.docx")
    message.add_attachment(b"\0\1", maintype="application", subtype="x", filename="p.msg")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="bad.pdf")
    found = read(message.as_bytes())
    assert found.document.text.removeprefix(HEAD) == (
        "See the attachment.\n\nAttachment: boats.csv\n\nname: Heron | berth: 14\n\nname: Knot | berth: 3\n\n"
        "Attachment: lease.docx\n\nThe lease."
    )
    assert [gap.split(" (")[0] for gap in found.gaps] == [
        "attachment: bad.pdf is damaged: it is no readable PDF",
        "attachments are not read: p.msg",
    ]
    labels = {found.document.text[slice(*b.label)] for b in found.document.blocks if b.kind == "table_cell" and b.label}
    assert labels == {"name", "berth"}


QUOTED = """Yes, on Friday.

On Sun, 2 Mar 2031 at 18:00, Ben
wrote:
> Can we sail to the old
> harbour? It is nine miles.
>> I was told ten.

Ann
-- 
Ann Lee, harbour office
"""


def test_quotations_lose_their_marks_and_signatures_stand_apart() -> None:
    assert described(letter(QUOTED))[4:] == [
        ("paragraph", 0, "Yes, on Friday."),
        ("heading", 2, "On Sun, 2 Mar 2031 at 18:00, Ben wrote:"),
        ("paragraph", 0, "Can we sail to the old\nharbour? It is nine miles."),
        ("paragraph", 0, "I was told ten."),
        ("paragraph", 0, "Ann"),
        ("page_furniture", 0, "Ann Lee, harbour office"),
    ]


def test_headers_of_a_message_forwarded_in_the_text_are_fields() -> None:
    head = "-----Original Message-----\nFrom: Cy\nSent: Sunday, March 2, 2031\nSubject: Crane"
    text = f"FYI\n\n{head}\n\nIt lifts two tonnes."
    document = read(letter(text).as_bytes()).document
    fields = {document.text[slice(*b.label)]: document.text[b.start : b.end] for b in document.blocks if b.label}
    assert fields["Sent"] == "Sunday, March 2, 2031"
    assert fields["Subject"] == "Crane"


def test_lines_with_colons_in_a_text_are_no_headers() -> None:
    text = "Room: the hall\nPrice: nine crowns\n\nBring: a coat"
    assert [label for label in read(letter(text).as_bytes()).document.blocks if label.label][3:] == []


def test_flowed_text_is_joined_as_it_was_written() -> None:
    head = "From: a@b.example\nSubject: F\nContent-Type: text/plain; format=flowed\n\n"
    text = read(f"{head}This is one \nlong line.\n> quoted \n> line.\n".encode()).document.text
    assert text.endswith("This is one long line.\n\nquoted line.")


def test_headers_in_raw_bytes_are_decoded() -> None:
    assert read("From: a@b.example\nSubject: Grüße\n\nText.".encode("latin-1")).document.text.startswith(
        "Subject: Grüße"
    )
    assert read("From: a@b.example\nSubject: Grüße\n\nText.".encode()).document.text.startswith("Subject: Grüße")


@pytest.mark.timeout(20)
def test_a_flood_of_headers_is_cut_and_named() -> None:
    many = ", ".join(f"user{n}@example.org" for n in range(100_000))
    subject = "=?utf-8?q?x?= " * 100_000
    head = f"From: a@b.example\nSubject: {subject}\nTo: {many}\n" + "X: y\n" * 100_000
    found = read(f"{head}\nThe text.".encode())
    assert len(found.document.text) < 10_000
    assert found.document.text.endswith("The text.")
    assert found.gaps == ("headers are cut: Subject, To",)


def test_parts_nested_without_end_are_refused() -> None:
    part = "text"
    for n in range(400):
        part = f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n{part}\r\n--b{n}--\r\n'
    with pytest.raises(UnreadableSourceError, match="nested"):
        read(f"Subject: deep\r\n{part}".encode())


def test_an_encrypted_message_is_refused_by_name() -> None:
    head = "From: a@b.example\nSubject: S\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\n"
    with pytest.raises(UnreadableSourceError, match="is encrypted"):
        read(f"{head}AAAA".encode())


def test_a_delivery_report_says_what_became_of_the_message() -> None:
    status = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nStatus: 5.1.1\r\nAction: failed"
    )
    text = read(raw("Content-Type: text/plain\r\n\r\nNot delivered.", status)).document.text
    assert text.endswith("Not delivered.\n\nReporting-MTA: dns; mx\n\nStatus: 5.1.1\n\nAction: failed")
