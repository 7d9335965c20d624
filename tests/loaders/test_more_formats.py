"""OpenDocument texts, Rich Text, subtitles, notebooks, JSON, XML, settings, code, reStructuredText and mailboxes."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from rag.errors import UnreadableSourceError
from rag.loaders.registry import load
from rag.text.chunking import chunk_document
from rag.types import Document


def read(name: str, data: str | bytes) -> Document:
    return load(Path(name), data.encode() if isinstance(data, str) else data, source=name).document


def kinds(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def open_text(body: str, *, styles: str = "") -> bytes:
    names = "office table text style fo draw".split()
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>",
        )
        archive.writestr("styles.xml", f"<office:document-styles {spaces}>{styles}</office:document-styles>")
    return buffer.getvalue()


def test_open_text_has_headings_lists_tables_and_notes() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>By hand.</text:p></text:note-body></text:note>"
    )
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [("Well", "Depth"), ("North", "12 m")]
    table = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    deleted = "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
    found = read(
        "a.odt",
        open_text(
            f'{deleted}<text:h text:outline-level="2">Wells</text:h><text:p>Dug in 1702{note}.</text:p>'
            "<text:list><text:list-item><text:p>rope</text:p><text:list><text:list-item><text:p>hemp</text:p>"
            f"</text:list-item></text:list></text:list-item></text:list><table:table>{table}</table:table>",
            styles="<style:header><text:p>Parish of Ottery</text:p></style:header>",
        ),
    )
    assert kinds(found)[:4] == [
        ("heading", 2, "Wells"),
        ("paragraph", 0, "Dug in 1702[1]."),
        ("list_item", 1, "rope"),
        ("list_item", 2, "hemp"),
    ]
    assert "North" in found.text
    assert kinds(found)[-2:] == [("footnote", 0, "By hand."), ("page_furniture", 0, "Parish of Ottery")]
    assert "gone" not in found.text


RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title Secret}}"
    r"\pard\outlinelevel0 Wells\par\pard Dug in 1702{\super 12} for 5 \'80 \u8211? caf\'e9."
    r"{\footnote By hand.}\par{\v hidden}\pard\ls1 rope\par"
    r"\pard\intbl Well\cell Depth\cell\row\pard\intbl North\cell 12 m\cell\row\pard End.\par{\pict 0102}}"
)


def test_rich_text_is_read_as_it_is_shown() -> None:
    found = read("a.rtf", RTF)
    assert kinds(found)[:3] == [
        ("heading", 1, "Wells"),
        ("paragraph", 0, "Dug in 1702[12] for 5 € – café.[1]"),
        ("list_item", 1, "rope"),
    ]
    assert "Well | Depth\n\nNorth | 12 m\n\nEnd." in found.text
    assert kinds(found)[-1] == ("footnote", 0, "By hand.")
    assert found.gaps == ("1 picture not read",)
    assert not any(word in found.text for word in ("hidden", "Secret", "Arial"))


SRT = """1
00:00:01,000 --> 00:00:04,000
<i>The well was dug</i>

2
00:00:04,100 --> 00:00:06,000
in 1702.

3
00:01:10,000 --> 00:01:12,000
It is dry now.
"""


def test_subtitles_are_running_text_with_times() -> None:
    found = read("talk.srt", SRT)
    assert found.text == "The well was dug in 1702.\n\nIt is dry now."
    assert [(place.kind, place.number) for place in found.places] == [("time", 1), ("time", 4), ("time", 70)]
    (chunk,) = chunk_document(found, token_spans=lambda text: [(0, len(text))], limit=50)
    assert [place.number for place in chunk.places] == [1, 4, 70]


def test_speakers_of_subtitles_are_told() -> None:
    cues = ("00:01.000 --> 00:02.000\n<v Ada>Good morning.", "00:02.500 --> 00:03.000\n<v Bo>Hello.")
    found = read("talk.vtt", "\n\n".join(("WEBVTT", *cues)))
    assert found.text == "Ada: Good morning.\n\nBo: Hello."
    assert [found.text[slice(*block.label)] for block in found.blocks if block.label] == ["Ada", "Bo"]


def test_a_notebook_is_its_cells_and_what_they_printed() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Tides\n", "High at noon."]},
        {
            "cell_type": "code",
            "source": "print(12)",
            "outputs": [
                {"output_type": "stream", "text": ["12\n"]},
                {"output_type": "display_data", "data": {"image/png": "aGk=", "text/plain": ["<Figure>"]}},
            ],
        },
    ]
    found = read("a.ipynb", json.dumps({"nbformat": 4, "cells": cells}))
    assert found.text == "# Tides\nHigh at noon.\n\nprint(12)\n\n12\n\n<Figure>"
    assert kinds(found)[0] == ("heading", 1, "Tides")
    assert found.gaps == ("1 picture not read",)


def test_json_values_stand_under_their_names() -> None:
    found = read(
        "a.json",
        '{"server": {"port": 7412, "tls": false}, "users": [{"name": "Ada", "pay": 10.50}, {"name": "Bo", "pay": 7}]}',
    )
    assert found.text == "server\n\nport: 7412\n\ntls: false\n\nusers\n\nname: Ada | pay: 10.50\n\nname: Bo | pay: 7"
    assert [block.label and found.text[slice(*block.label)] for block in found.blocks if block.table][1] == "pay"


def test_xml_records_are_rows() -> None:
    vans = "<van id='1'><seats>3</seats></van><van id='2'><seats>9</seats></van>"
    found = read("a.xml", f"<depot town='York'>{vans}</depot>")
    assert found.text == "depot\n\ntown: York\n\nvan\n\nid: 1 | seats: 3\n\nid: 2 | seats: 9"


def test_what_holds_settings_is_a_heading_over_them() -> None:
    yaml = read("a.yaml", "# all ports\nserver:\n  port: 7412\n  tls:\n    on: true\n")
    assert [item[:2] for item in kinds(yaml)] == [
        ("paragraph", 0),
        ("heading", 1),
        ("code", 0),
        ("heading", 2),
        ("code", 0),
    ]
    toml = read("a.toml", "[server.http]\nport = 7412\n")
    assert kinds(toml) == [("heading", 2, "server.http"), ("code", 0, "port = 7412")]
    assert toml.text == "[server.http]\nport = 7412\n"


def test_code_and_logs_keep_their_characters_and_lines() -> None:
    code = 'def fee():\n    """The berth fee, 12 crowns."""\n    return 12\n\n\nX = 1\n'
    found = read("fee.py", code)
    assert (found.text, [item[0] for item in kinds(found)]) == (code, ["code", "code"])
    log = read("server.log", "10:02 ERROR pump 7 stopped\n10:03 INFO pump 7 runs\n")
    (chunk,) = chunk_document(log, token_spans=lambda text: [(0, len(text))], limit=50)
    assert [log.text[item.start : item.end] for item in chunk.sentences] == [
        "10:02 ERROR pump 7 stopped",
        "10:03 INFO pump 7 runs",
    ]


def test_restructured_text_has_titles_by_their_rules() -> None:
    found = read("a.rst", "=====\nWells\n=====\n\nNorth\n-----\n\nDug so::\n\n    spade --deep\n\nDone.\n")
    assert kinds(found) == [
        ("heading", 1, "Wells"),
        ("heading", 2, "North"),
        ("paragraph", 0, "Dug so::"),
        ("code", 0, "spade --deep"),
        ("paragraph", 0, "Done."),
    ]


def test_each_message_of_a_mailbox_is_read() -> None:
    letter = (
        "From ada@x Thu Jan  1 10:00:00 2026\nSubject: Well {0}\nFrom: ada@x.org\nTo: bo@x.org\n\n"
        "Depth {0} m.\n>From here.\n\n"
    )
    found = read("a.mbox", letter.format(1) + letter.format(2))
    assert [item[2] for item in kinds(found) if item[:2] == ("heading", 1)] == ["Well 1", "Well 2"]
    assert "Depth 1 m.\nFrom here." in found.text
    assert "Depth 2 m." in found.text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", "{", "is no readable JSON"),
        ("a.xml", "<a>", "is damaged"),
        ("a.ipynb", "[]", "is no readable notebook"),
        ("a.srt", "no times", "holds no subtitles"),
        ("a.mbox", "no message", "holds no message"),
        ("a.rtf", "{\\rtf1" + "{" * 3000, "nested too deeply"),
    ],
)
def test_a_broken_file_is_one_named_failure(name: str, data: str, message: str) -> None:
    with pytest.raises(UnreadableSourceError, match=message):
        read(name, data)
