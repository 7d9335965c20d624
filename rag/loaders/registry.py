"""Which loader reads which files, and the document that comes of it. Loaders load when they are first needed."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSourceError
from rag.loaders.attachments import with_attachments
from rag.loaders.content import Content
from rag.loaders.detection import PASSED_OVER, ending_of, is_binary, is_ole
from rag.loaders.encryption import decrypted
from rag.loaders.options import LoadOptions, current, reading
from rag.loaders.pictures import ocr
from rag.loaders.pictures.embedded import with_pictures
from rag.text.blocks import check_blocks
from rag.types import Document, Progress

VERSION = "3"  # raise it when a loader makes another text of the same file: files are then read again

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


_CODE = """.log .py .pyi .js .mjs .ts .tsx .jsx .java .kt .c .h .cc .cpp .hpp .cs .go .rs .rb .php .swift .scala .sh
    .bash .ps1 .bat .sql .r .jl .lua .pl .css .scss .tex .tf .proto .graphql""".split()
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
    ".odt": Format("an OpenDocument text", "office.odt", foreign=True),
    ".rtf": Format("Rich Text", "office.rtf"),
    **dict.fromkeys((".srt", ".vtt"), Format("subtitles", "plain.subtitles")),
    ".ipynb": Format("a notebook", "plain.notebook", foreign=True),
    ".json": Format("JSON", "plain.tree", "read_json"),
    ".xml": Format("XML", "plain.tree", "read_xml", foreign=True),
    ".rst": Format("reStructuredText", "plain.restructured"),
    ".mbox": Format("a mailbox", "mail.mailbox", foreign=True),
    **dict.fromkeys(
        ".yaml .yml .toml .ini .cfg .conf .properties".split(), Format("settings", "plain.code", "read_settings")
    ),
    **dict.fromkeys(_CODE, Format("text", "plain.code")),
    ".ods": Format("an OpenDocument spreadsheet", "sheets.ods", foreign=True),
    **dict.fromkeys((".pptx", ".pptm"), Format("a presentation", "office.slides", foreign=True)),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"), Format("a picture", "pictures.picture", foreign=True)
    ),
}
SUFFIXES = frozenset(FORMATS)
_BINARY = frozenset((".pdf", ".docx", ".epub", ".xlsx", ".xlsm", ".xls", ".ods", ".odt", ".pptx", ".pptm"))


def reading_version(options: LoadOptions) -> str:
    """Which loaders read files, and how: where it changes, files are read again."""
    return f"{VERSION}{'+ocr' if ocr.available() else ''}{'+pictures' if options.pictures else ''}"


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
    return Loaded(make_document(text, source=source, gaps=content.gaps, **parts), content.gaps)


def read_content(path: Path, data: bytes, *, within: int = 0) -> Content:
    """The text of a file and of the files in it; it lies `within` so many others. Raises UnreadableSourceError."""
    with _one_failure(path, "a document"):
        if is_ole(data):
            data = decrypted(path, data)
        found = format_of(path.with_suffix(ending_of(path, data, known=SUFFIXES, binary=_BINARY)))
    reader = getattr(import_module(f"rag.loaders.{found.module}"), found.function)
    with _one_failure(path, found.name):
        content: Content = with_attachments(reader(path, data), read_content, within=within)
        if current().pictures and ocr.available():
            content = with_pictures(content, path, data, read_content)
        check_blocks(content.text, content.blocks)
        return content


@contextmanager
def _one_failure(path: Path, kind: str) -> Iterator[None]:
    """Whatever a file makes a parser raise, in no list of errors, is one failure that names the file."""
    try:
        yield
    except UnreadableSourceError:
        raise
    except Exception as error:
        raise UnreadableSourceError(
            f"{path} cannot be read as {kind} ({type(error).__name__}: {error}). It may be damaged."
        ) from error


def make_document(text: str, *, source: str, **parts: Any) -> Document:
    """The document of a text, under a name that stays the same from version to version."""
    return Document(
        doc_id=hashlib.sha256(source.encode("utf-8")).hexdigest()[:12],
        source=source,
        version=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        text=text,
        **parts,
    )
