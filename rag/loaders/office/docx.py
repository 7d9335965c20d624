"""Word documents: what Word shows on paper, in the order of the body, as blocks.

Headings by style or outline level, lists and headings with the numbers that are printed, tables cell by cell, notes
after the body under their marks, headers and footers once. Hidden text, comments, pictures and embedded files are
named, not read. Read straight from the XML: python-docx shows neither content controls, nor insertions in cells, nor
numbers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive
from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.markup.grid import Grid, write_table
from rag.loaders.markup.outline import clause_number, heading_number, looks_like_heading, reads_as_heading
from rag.loaders.office.word_body import BodyReader, Paragraph
from rag.loaders.office.word_numbering import BULLET, read_numbering
from rag.loaders.office.word_parts import Parts, name_of, read_parts, value
from rag.loaders.office.word_runs import Story
from rag.loaders.office.word_styles import read_styles

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OLE = b"\xd0\xcf\x11\xe0"  # how an encrypted document, and one of Word 97, begins
_NO_NOTES = frozenset(("separator", "continuationSeparator", "continuationNotice"))
_NOTES: tuple[str, ...] = ("footnote", "endnote")
_LAST_LEVEL = 6
_Item = Paragraph | Grid


def read(path: Path, data: bytes) -> Content:
    """The text of a document. Raises UnreadableSourceError."""
    if data.startswith(_OLE):
        raise UnreadableSourceError(f"{path} is encrypted, or of Word 97. Save a copy as .docx without a password.")
    with Archive(path, data) as archive:
        parts = read_parts(archive)
    if parts is None:
        raise UnreadableSourceError(
            f"{path} is damaged: it is no readable Word document. Open it in Word and save it again."
        )
    styles = read_styles(parts.part("styles"))
    reader = BodyReader(styles, read_numbering(parts.part("numbering")), Story(styles))
    blocks = Blocks()
    _write(blocks, list(reader.items(parts.body)))
    _write_notes(blocks, reader, parts)
    _write_furniture(blocks, reader, parts)
    return Content(blocks.text, blocks=blocks.blocks, gaps=tuple(_gaps(reader, parts)))


def _write(blocks: Blocks, items: list[_Item]) -> None:
    level = 0
    for item, following in zip(items, [*items[1:], None], strict=False):
        if isinstance(item, Grid):
            write_table(blocks, item)
        elif own := item.heading or _unstyled_heading(item, following, level):
            if reads_as_heading(item.text):
                level = item.heading or level
                _write_heading(blocks, item, own)
            else:
                _write_paragraph(blocks, item)
        else:
            _write_paragraph(blocks, item)


def _unstyled_heading(item: Paragraph, following: _Item | None, level: int) -> int:
    """The level of a bold line by itself before text that is not bold; 0 for what is no heading."""
    text_follows = isinstance(following, Grid) or (following is not None and not following.bold)
    if item.bold and item.depth is None and text_follows and not item.is_contents and looks_like_heading(item.text):
        return min(level + 1, _LAST_LEVEL)
    return 0


def _write_heading(blocks: Blocks, item: Paragraph, level: int) -> None:
    number = "" if item.label == BULLET else item.label
    text = " ".join(item.text.split())
    blocks.add(f"{number} {text}" if number else text, "heading", level=level, number=number or heading_number(text))


def _write_paragraph(blocks: Blocks, item: Paragraph) -> None:
    if item.is_contents:
        blocks.add(item.text, "page_furniture")
    elif item.depth is not None and item.label:
        blocks.add(item.text, "list_item", level=item.depth + 1, number=item.label, mark=f"{item.label} ")
    elif item.style == "caption":
        blocks.add(item.text, "caption")
    else:
        blocks.add(item.text, number=clause_number(item.text))


def _write_notes(blocks: Blocks, reader: BodyReader, parts: Parts) -> None:
    """The notes that are referred to, in the order of their marks; a note may refer to further ones."""
    notes = {
        (kind, value(item, "id") or ""): item
        for kind in _NOTES
        for root in parts.by_type.get(f"{kind}s", ())
        for item in root
        if name_of(item) == kind and value(item, "type") not in _NO_NOTES
    }
    for kind, id_, mark in reader.story.cited:
        if (kind, id_) in notes:
            text = "\n".join(_lines(reader, notes[kind, id_]))
            blocks.add(text.strip(), "footnote", number=mark, mark=f"[{mark}] ")


def _write_furniture(blocks: Blocks, reader: BodyReader, parts: Parts) -> None:
    """Headers and footers, each text once."""
    written = set()
    for part in (*parts.by_type.get("header", ()), *parts.by_type.get("footer", ())):
        text = "\n".join(_lines(reader, part)).strip()
        if text and text not in written:
            written.add(text)
            blocks.add(text, "page_furniture")


def _lines(reader: BodyReader, element: "Element") -> Iterator[str]:
    for item in reader.items(element):
        if isinstance(item, Grid):
            yield from (" | ".join(cell.text for cell in row if cell.text) for row in item.rows)
        else:
            yield item.text.strip()


def _gaps(reader: BodyReader, parts: Parts) -> Iterator[str]:
    """What of the document is not in the text, in words."""
    story = reader.story
    if story.hidden:
        yield f"hidden text is left out ({story.hidden:,} characters)"
    root = parts.part("comments")
    comments = [item for item in root if name_of(item) == "comment"] if root is not None else []
    if comments:
        authors = sorted({value(item, "author") or "unknown" for item in comments})
        yield f"comments are not read: {len(comments)}, by {', '.join(authors[:5])}"
    if story.pictures:
        yield f"pictures are not read: {story.pictures}"
    if story.embedded or reader.chunks:
        yield f"embedded files are not read: {story.embedded + reader.chunks}"
