"""Text and tables of rows: what is decoded how, and which row a passage is."""

import codecs
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders import load, make_document
from rag.text.chunking import chunk_document
from rag.types import Document, Place
from tests.fakes import WordEncoder

PROSE = {
    "cp1252": "Das Café führt über die Brücke. Größe und Maß sind “bekannt” – so heißt es.",
    "cp1251": "Привет, как дела? Это простой текст на русском языке, и он довольно длинный.",
    "cp932": "これは日本語のテキストです。文字コードを調べるための文章です。",
}


def read(name: str, data: bytes) -> Document:
    return load(Path(name), data, source=name).document


def test_text_is_kept_as_it_is_but_for_the_byte_order_mark() -> None:
    found = read("a.txt", b"\xef\xbb\xbfa\r\nb\rc\n\xc2\xa0d")
    assert replace(found, blocks=()) == make_document("a\r\nb\rc\n\u00a0d", source="a.txt")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_says_what_it_is(encoding: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding)
    mark = mark or (codecs.BOM_UTF32_LE if encoding == "utf-32-le" else codecs.BOM_UTF32_BE)
    found = read("a.txt", mark + "né 𝑥".encode(encoding))
    assert (found.text, found.encoding) == ("né 𝑥", encoding)


@pytest.mark.parametrize("encoding", PROSE)
def test_the_encoding_is_found_out_and_kept(encoding: str) -> None:
    found = read("a.txt", PROSE[encoding].encode(encoding))
    assert (found.text, found.encoding) == (PROSE[encoding], encoding)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("bom.txt", b"\xef\xbb\xbfab\xff", "bom.txt is not UTF-8: byte 5 is 0xff"),
        ("nearly.txt", "Größe überall, größer".encode() + b"\xff", "nearly.txt is not UTF-8: byte 26 is 0xff"),
        ("binary.txt", b"ab\0c", "binary.txt is not text: byte 2 is zero"),
        ("empty.txt", b" \n", "empty.txt is empty"),
        ("film.mp4", b"\0x", "files that end in '.mp4' are not read. Convert it"),
        ("LICENSE", b"\0x", "files without an ending are not read. Convert it"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "a.jsonl, line 2 is not JSON"),
        ("deep.jsonl", b"[" * 100_000, "deep.jsonl, line 1 is not JSON"),
        ("a.csv", b"a,b\n1," + b"x" * 1_000_001, "a.csv, near line 2: field larger than field limit"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_place(name: str, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSourceError, match=message.replace(".", r"\.")):
        read(name, data)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'name,note\nAnn,"Said ""no"",\ntwice"\n,\nBob,\n'),
        ("semicolons.csv", 'name;note\nAnn;"Said ""no"",\ntwice"\n;\nBob;\n'),
        ("a.tsv", 'name\tnote\nAnn\t"Said ""no"",\ntwice"\n\t\nBob\t\n'),
    ],
)
def test_a_row_is_written_with_its_names_and_numbered_as_a_spreadsheet_does(name: str, text: str) -> None:
    found = read(name, text.encode())
    assert found.text == 'name: Ann | note: Said "no",\ntwice\n\nname: Bob'
    assert found.places == (Place("row", 2, 0), Place("row", 4, 36))


def test_json_lines_are_flat_and_numbered_by_line() -> None:
    found = read("a.jsonl", b'{"a": {"b": [1, null, "x"]}, "t": "\\u00e9"}\n\n[{"k": true}, {"k": 2}]\n"s\\ud800"\n')
    assert found.text == "a.b: 1, , x | t: é\n\nk: true | k: 2\n\ns\ufffd"
    assert [place.number for place in found.places] == [1, 3, 4]


def test_a_row_is_a_passage() -> None:
    rows = "".join(f"Ann,{number}. It is said again. It is said again\n" for number in range(1, 4))
    document = read("a.csv", f"name,note\n{rows}".encode())
    chunks = chunk_document(document, token_spans=WordEncoder().token_spans, limit=60)
    assert [chunk.places for chunk in chunks] == [(place,) for place in document.places]
    assert chunks[1].text == "name: Ann | note: 2. It is said again. It is said again"
