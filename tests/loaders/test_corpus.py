"""A corpus of awkward files, one of each format and trouble: every citation is what a reader sees where it says.

Each file holds the same sentence three times, so that a span found by searching would be the wrong one.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document as Docx

from rag.answering.citations import cite
from rag.assistant import Assistant
from rag.text.page_layout import unpack
from rag.types import Citation, Evidence
from tests.fakes import assistant
from tests.loaders.pdf_maker import Put, column, pdf
from tests.loaders.test_markup import docx, epub, message

AGAIN = "The gate is shut at night."
HEBREW = "השער נעול בלילה."
PAGE = (
    f"<nav>Menu</nav><main><h1>Gate</h1><p>{AGAIN} One.</p><p>{AGAIN}</p><p dir=rtl>{HEBREW}</p><p>{AGAIN}</p></main>"
)
LEFT = [AGAIN, "The ﬁrst oﬃce of the gate-", "keeper stands in this column."]
RIGHT = [AGAIN, "Other things are said over here.", "And the right column ends so."]


def word() -> Docx:
    document = Docx()
    for text in ("Gates", f"{AGAIN} One.", AGAIN, HEBREW):
        document.add_paragraph(text)
    table = document.add_table(2, 2)
    for place, text in (((0, 0), "Gate"), ((0, 1), "State"), ((1, 0), "north"), ((1, 1), AGAIN)):
        table.cell(*place).text = text
    return document


def files() -> dict[str, bytes]:
    by_line = sorted([*column(50, 700, LEFT), *column(330, 700, RIGHT)], key=lambda put: -put.y)
    text = f"# Gates\r\n\r\n{AGAIN} One. {AGAIN}\r\n\r\n{HEBREW}\r\n{AGAIN}\r\n"
    rows = f'gate,state\nnorth,"{AGAIN}"\nsouth,"{AGAIN} {AGAIN}"\n'
    return {
        "plain.txt": text.encode(),
        "latin.txt": f"Größe und Maß der Tür, “bekannt” – wie es heißt. {AGAIN} {AGAIN}\n{AGAIN}".encode("cp1252"),
        "notes.md": f"\ufeff{text}".encode(),
        "page.html": PAGE.encode(),
        "columns.pdf": pdf([by_line, [], [Put(50, 700, HEBREW[::-1]), Put(50, 650, AGAIN)]], pictures=[2]),
        "word.docx": docx(word()),
        "book.epub": epub({"a.xhtml": PAGE, "b.xhtml": f"<p>{AGAIN} Last.</p>"}),
        "gates.csv": rows.encode(),
        "gates.jsonl": f'{{"gate": "north", "state": "{AGAIN}"}}\n\n{{"all": ["{AGAIN}", "{AGAIN}"]}}\n'.encode(),
        "letter.eml": message(plain=f"{AGAIN}\n\n{AGAIN} {HEBREW}\n{AGAIN}\n").as_bytes(),
    }


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    root = tmp_path_factory.mktemp("corpus")
    (root / "docs").mkdir()
    for name, data in files().items():
        (root / "docs" / name).write_bytes(data)
    with assistant(root / "index") as opened:
        report = opened.ingest(root / "docs")
        assert report.failed == ()
        assert len(report.added) == len(files())
        yield opened


def citations(index: Assistant, name: str) -> list[Citation]:
    """A citation of every sentence of a document."""
    catalogue = index._index.catalogue
    chunks = catalogue.chunks_of(catalogue.match_one(name))
    spans = [Evidence(chunk, item.start, item.end, 1.0) for chunk in chunks for item in chunk.sentences]
    found = [cite(evidence, catalogue.context) for evidence in spans]
    assert None not in found
    return [citation for citation in found if citation]


@pytest.mark.parametrize("name", files())
def test_every_citation_is_exact_and_every_repeated_sentence_its_own(index: Assistant, name: str) -> None:
    text = index.document(name).text
    cited = citations(index, name)
    for citation in cited:
        assert text[citation.start : citation.end] == citation.quote
        assert (citation.page or citation.row or citation.line) is not None
    starts = [citation.start + citation.quote.index(AGAIN) for citation in cited if AGAIN in citation.quote]
    assert len(set(starts)) == len(starts) >= 2
    assert any(HEBREW in citation.quote for citation in cited) == (HEBREW in text)


@pytest.mark.parametrize("name", ["plain.txt", "latin.txt", "notes.md"])
def test_the_line_of_a_citation_is_the_editors(index: Assistant, name: str) -> None:
    found = index.document(name)
    lines = files()[name].decode(found.encoding).removeprefix("\ufeff").splitlines()
    for citation in citations(index, name):
        assert citation.line
        assert lines[citation.line - 1].find(citation.quote.splitlines()[0]) >= 0


@pytest.mark.parametrize(("name", "rows"), [("gates.csv", [2, 3]), ("gates.jsonl", [1, 3])])
def test_the_row_of_a_citation_is_the_tables(index: Assistant, name: str, rows: list[int]) -> None:
    assert sorted({citation.row for citation in citations(index, name) if citation.row}) == rows


def test_what_a_citation_of_a_page_says_is_what_stands_in_its_boxes(index: Assistant) -> None:
    found = index.document("columns.pdf")
    boxes = unpack(found.layout).boxes
    cited = citations(index, "columns.pdf")
    assert {citation.page for citation in cited} == {1, 3}
    for citation in cited:
        assert {box.page for box in index.boxes(citation)} == {citation.page}
        for character, box in zip(citation.quote, boxes[citation.start : citation.end], strict=True):
            assert box or character in " \n|"
    first, second = (index.boxes(item) for item in cited if item.quote.startswith(AGAIN[:8]) and item.page == 1)
    assert (first[0].left, second[0].left) == (50, 330)
    keeper = next(citation for citation in cited if "gatekeeper" in citation.quote)
    assert len({round(box.top) for box in index.boxes(keeper)}) == 2


def test_mangled_files_fail_by_name_or_go_in_and_never_stop_the_rest(tmp_path: Path) -> None:
    chance = random.Random(8)
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, data in files().items():
        for number in range(4):
            spoilt = bytearray(data[: chance.randrange(1, len(data))] if number % 2 else data)
            for _ in range(1 + len(spoilt) // 100):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            (docs / f"{number}{name}").write_bytes(spoilt)
    (docs / "good.txt").write_text(AGAIN)
    with assistant(tmp_path / "index") as index:
        report = index.ingest(docs)
        assert len(report.added) + len(report.failed) == 4 * len(files()) + 1
        assert "docs/good.txt" in report.added
        assert all(failure.reason.startswith(str(docs)) for failure in report.failed)
        assert index.check().problems == ()
