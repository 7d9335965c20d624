"""What a file is by its content, where that and its name disagree: a PDF called `.txt`, a web page called `.xls`.

Formats of bytes are told by how they begin; those of text go by their name. Reads no format.
"""

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from rag.errors import UnreadableSourceError

PASSED_OVER = {
    ".doc": "Word 97 to 2003. Save it as .docx",
    ".dot": "a Word template. Save what it holds as .docx",
    ".ppt": "PowerPoint 97 to 2003. Save it as .pptx",
    ".odp": "an OpenDocument presentation. Save it as .pptx or PDF",
    ".msg": "a message of Outlook. Save it as .eml",
    ".pages": "a document of Pages. Save it as .docx or PDF",
    ".numbers": "a workbook of Numbers. Save it as .xlsx",
    ".key": "a presentation of Keynote. Save it as .pptx or PDF",
    ".xlsb": "a binary workbook. Save it as .xlsx",
    ".zip": "an archive. Unpack it and ingest what is in it",
    ".7z": "an archive. Unpack it and ingest what is in it",
    ".gz": "an archive. Unpack it and ingest what is in it",
    ".gif": "a picture of a kind that is not read. Save it as .png",
    ".heic": "a picture of a kind that is not read. Save it as .png",
}
"""What files of some endings that are not read are, and what to do with them."""

_PDF_HEAD = 1024  # bytes in which `%PDF-` stands, as PDF readers have it
_STARTS = (
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"GIF8", ".gif"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x1f\x8b", ".gz"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("Workbook", ".xls"),
    ("Book", ".xls"),
    ("WordDocument", ".doc"),
    ("PowerPoint Document", ".ppt"),
    ("__properties_version1.0", ".msg"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_PARTS = (
    ("word/", ".docx"),
    ("xl/workbook.bin", ".xlsb"),
    ("xl/", ".xlsx"),
    ("ppt/", ".pptx"),
    ("META-INF/container.xml", ".epub"),
)
_MIMETYPES = {
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
_ZIPPED = frozenset(".docx .docm .xlsx .xlsm .pptx .pptm .epub .odt .ods".split())
_SHEETS = frozenset((".xlsx", ".xlsm", ".xls", ".ods"))
_HTML = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<meta")


def is_binary(data: bytes) -> bool:
    """Whether bytes begin as a format of bytes does: one that a library reads, in a process of its own."""
    return _by_start(data) is not None or data.startswith((_OLE[:4], *_ZIP))


def is_ole(data: bytes) -> bool:
    """Whether bytes are an OLE file: an old Office document, or an encrypted one."""
    return data.startswith(_OLE[:4])


def ending_of(path: Path, data: bytes, *, known: frozenset[str], binary: frozenset[str]) -> str:
    """The ending that fits a file's content; its own where nothing speaks against that. `known` are those
    that are read, `binary` those of them that are formats of bytes.

    Raises UnreadableSourceError where the content is that of no document.
    """
    own = path.suffix.lower()
    if data.startswith(_ZIP):
        return _of_zip(path, data, own)
    if is_ole(data):
        return _of_ole(path, data)
    if by_start := _by_start(data):
        same = {".jpeg": ".jpg", ".tiff": ".tif"}.get(own, own) == by_start
        return own if same else by_start
    return own if own in known - binary else _of_text(data, own)


def _by_start(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if b"%PDF-" in data[:_PDF_HEAD] and not data[:_PDF_HEAD].lstrip().startswith((b"<", b"#")):
        return ".pdf"
    return next((ending for start, ending in _STARTS if data.startswith(start)), None)


def _of_zip(path: Path, data: bytes, own: str) -> str:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                if kind in _MIMETYPES:
                    return _MIMETYPES[kind]
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return own if own else ".zip"  # damaged: the loader that its name asks for says so
    found = next((ending for part, ending in _ZIP_PARTS if any(name.startswith(part) for name in names)), None)
    variants = {".docm": ".docx", ".xlsm": ".xlsx", ".pptm": ".pptx"}
    if found is None:
        return own if own in _ZIPPED else ".zip"
    return own if variants.get(own, own) == found else found


def _of_ole(path: Path, data: bytes) -> str:
    from olefile import OleFileIO
    from olefile.olefile import OleFileError

    try:
        with OleFileIO(BytesIO(data)) as archive:
            found = next((ending for stream, ending in _OLE_STREAMS if archive.exists(stream)), None)
    except (OleFileError, OSError) as error:
        raise UnreadableSourceError(f"{path} is damaged ({error}). Save it again from its program.") from error
    if found is None:
        raise UnreadableSourceError(f"{path} holds no document that is read. Save it in a newer format.")
    return found


def _of_text(data: bytes, own: str) -> str:
    """The ending of text that is named as if it were bytes; its own where it is no text."""
    head = data[:4096]
    if b"\0" in head:
        return own
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML):
        return ".html"
    if not head.strip() or own == ".pdf":  # PDFium also reads a file whose beginning is lost
        return own
    return ".csv" if own in _SHEETS else ".txt"
