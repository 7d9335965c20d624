"""Which loader reads which files, and the document that comes of it. Loaders load when they are first needed."""

import hashlib
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSourceError
from rag.loaders.attachments import with_attachments
from rag.loaders.content import Content
from rag.loaders.detection import PASSED_OVER, ending_of, is_binary, is_ole
from rag.loaders.encryption import decrypted
from rag.loaders.options import LoadOptions, reading
from rag.text.blocks import check_blocks
from rag.types import Document, Progress

VERSION = "2"  # raise it when a loader makes another text of the same file: files are then read again

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Format:
    """What is read by one function of one module; `foreign`: by a library's parser, in a process of its own."""

    name: str
    module: str
    function: str = "read"
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """The document in a file, and what of the file could not be read, in words."""

    document: Document
    gaps: tuple[str, ...] = ()


_TEXT, _HTML = Format("text", "plain.text"), Format("HTML", "web.html", foreign=True)
_CSV, _JSON_LINES = Format("CSV", "plain.rows", "read_csv"), Format("JSON Lines", "plain.rows", "read_json_lines")
FORMATS = {
    **dict.fromkeys((".txt", ".text"), _TEXT),
    **dict.fromkeys((".md", ".markdown"), Format("Markdown", "plain.markdown")),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _HTML),
    **dict.fromkeys((".csv", ".tsv"), _CSV),
    **dict.fromkeys((".jsonl", ".ndjson"), _JSON_LINES),
    ".pdf": Format("PDF", "pdf.document", foreign=True),
    ".docx": Format("a Word document", "office.docx", foreign=True),
    ".epub": Format("EPUB", "web.epub", foreign=True),
    ".eml": Format("e-mail", "mail.message", foreign=True),
    **dict.fromkeys((".xlsx", ".xlsm"), Format("an Excel workbook", "sheets.xlsx", foreign=True)),
    ".xls": Format("an Excel workbook", "sheets.xls", foreign=True),
    ".ods": Format("an OpenDocument spreadsheet", "sheets.ods", foreign=True),
    **dict.fromkeys((".pptx", ".pptm"), Format("a presentation", "office.slides", foreign=True)),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"), Format("a picture", "pictures.picture", foreign=True)
    ),
}
SUFFIXES = frozenset(FORMATS)
_BINARY = frozenset((".pdf", ".docx", ".epub", ".xlsx", ".xlsm", ".xls", ".ods", ".odt", ".pptx", ".pptm"))


def not_read(suffix: str) -> str | None:
    """Why files of an ending are not read, and what to do; None for those that are."""
    if suffix.lower() in SUFFIXES:
        return None
    kind = f"files that end in '{suffix}'" if suffix else "files without an ending"
    advice = PASSED_OVER.get(suffix.lower())
    return f"{kind} are not read: {advice}" if advice else f"{kind} are not read"


def format_of(path: Path) -> Format:
    """The format of a file, by its suffix. Raises UnreadableSourceError for one that is not read."""
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        advice = "" if path.suffix.lower() in PASSED_OVER else f". Convert it to one of {', '.join(sorted(SUFFIXES))}"
        raise UnreadableSourceError(f"{path}: {not_read(path.suffix)}{advice}.")
    return found


def is_foreign(path: Path, data: bytes) -> bool:
    """Whether a file is read by a library's parser."""
    found = FORMATS.get(path.suffix.lower())
    return found is None or found.foreign or is_binary(data)


def load(
    path: Path,
    data: bytes,
    *,
    source: str,
    options: LoadOptions = LoadOptions(),  # noqa: B008  frozen
    progress: Progress | None = None,
) -> Loaded:
    """The document in a file's bytes, under the name `source`. Raises UnreadableSourceError saying what is wrong.

    The format is that of its content where this and its ending disagree. `progress` is called with (pages done, pages).
    """
    with reading(options, progress):
        content = read_content(path, data)
    text = _SURROGATE.sub("\ufffd", content.text)  # a JSON string may hold half a character; no file can
    if not text.strip():
        raise UnreadableSourceError(f"{path} is empty. Remove it, or put some text in it.")
    parts: dict[str, Any] = {name: getattr(content, name) for name in ("places", "encoding", "layout", "blocks")}
    return Loaded(make_document(text, source=source, **parts), content.gaps)


def read_content(path: Path, data: bytes, *, within: int = 0) -> Content:
    """The text of a file and of the files in it; it lies `within` so many others. Raises UnreadableSourceError."""
    if is_ole(data):
        data = decrypted(path, data)
    found = format_of(path.with_suffix(ending_of(path, data, known=SUFFIXES, binary=_BINARY)))
    reader = getattr(import_module(f"rag.loaders.{found.module}"), found.function)
    try:
        content: Content = with_attachments(reader(path, data), read_content, within=within)
        check_blocks(content.text, content.blocks)
    except UnreadableSourceError:
        raise
    except Exception as error:  # what a hostile file makes a parser raise is in no list; it is one failure, by name
        raise UnreadableSourceError(
            f"{path} cannot be read as {found.name} ({type(error).__name__}: {error}). It may be damaged."
        ) from error
    return content


def make_document(text: str, *, source: str, **parts: Any) -> Document:
    """The document of a text, under a name that stays the same from version to version."""
    return Document(
        doc_id=hashlib.sha256(source.encode("utf-8")).hexdigest()[:12],
        source=source,
        version=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        text=text,
        **parts,
    )
