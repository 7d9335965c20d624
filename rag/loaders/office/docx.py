"""Word documents, by python-docx: paragraphs and tables in the order of the body, as Word shows them.

Inserted text is in, deleted text is out; a text box stands after the paragraph it hangs on. Headers, footers, notes and
comments are not read.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.content import Content, open_archive
from rag.loaders.plain_blocks import Blocks

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph
    from lxml.etree import _Element as Element

_OLE = b"\xd0\xcf\x11\xe0"  # how an encrypted document, and one of Word 97, begins
_SHOWN = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}", "ptab": "\t"}
_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "txbxContent", "rPr", "pPr", "instrText"})


def read(path: Path, data: bytes) -> Content:
    """The text of a document's body. Raises UnreadableSourceError."""
    if data.startswith(_OLE):
        raise UnreadableSourceError(f"{path} is encrypted, or of Word 97. Save a copy as .docx without a password.")
    open_archive(path, data).close()
    blocks = Blocks()
    for item in _open(path, data).iter_inner_content():
        _write(blocks, item)
    return Content(blocks.text)


def _open(path: Path, data: bytes) -> "Document":
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return Document(BytesIO(data))
    except (OpcError, LxmlError, KeyError, ValueError) as error:
        raise UnreadableSourceError(
            f"{path} is damaged: it is no readable Word document ({error}). Open it in Word and save it again."
        ) from error


def _write(blocks: Blocks, item: "Paragraph | Table") -> None:
    from docx.text.paragraph import Paragraph

    if isinstance(item, Paragraph):
        _write_paragraph(blocks, item)
        return
    for row in item.rows:
        for cell in {id(cell._tc): cell for cell in row.cells}.values():  # a merged cell is listed once a column
            blocks.preformatted(" ".join(cell.text.split()))
            blocks.cell()
        blocks.end()


def _write_paragraph(blocks: Blocks, paragraph: "Paragraph") -> None:
    if _is_item(paragraph):
        blocks.item()
    blocks.preformatted("".join(_shown(paragraph._p)))
    blocks.end()
    for box in paragraph._p.iter("{*}txbxContent"):
        if not any(_name(parent) == "Fallback" for parent in box.iterancestors()):
            for part in box.iter("{*}p"):
                blocks.preformatted("".join(_shown(part)))
                blocks.end()


def _is_item(paragraph: "Paragraph") -> bool:
    properties = paragraph._p.pPr
    listed = properties is not None and properties.numPr is not None
    return listed or (paragraph.style is not None and (paragraph.style.name or "").startswith("List "))


def _shown(element: "Element") -> Iterator[str]:
    """The characters that an element shows, in order."""
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SHOWN:
            yield _SHOWN[name]
        elif name not in _LEFT_OUT:
            yield from _shown(child)


def _name(element: "Element") -> str:
    return str(element.tag).rpartition("}")[2]
