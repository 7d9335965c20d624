"""The pictures within office documents, read on request: each that holds text stands after the document's own text."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive
from rag.loaders.attachments import with_attachments
from rag.loaders.content import Attachment, Content

FOLDERS = ("word/media/", "ppt/media/", "xl/media/", "Pictures/")
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"))
_MOST = 500  # pictures of a document

ReadContent = Callable[..., Content]


def with_pictures(content: Content, path: Path, data: bytes, read: ReadContent) -> Content:
    """A document with the text in its pictures, each under a heading with its name; those without text are left out."""
    for picture in _pictures(path, data):
        try:
            inner = read(Path(picture.name), picture.data, within=1)
        except UnreadableSourceError:  # a logo, or a kind of picture that is not read
            continue
        known = partial(_found, inner)
        content = with_attachments(replace(content, attachments=(picture,)), known, within=0)
    return content


def _found(content: Content, *_: object, **__: object) -> Content:
    """What was read of a picture, in place of reading it again."""
    return content


def _pictures(path: Path, data: bytes) -> Iterator[Attachment]:
    """The pictures in a zip archive, in order of name."""
    if not data.startswith(b"PK"):
        return
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = sorted(name for name in archive.namelist() if name.startswith(FOLDERS))
    except (BadZipFile, OSError, ValueError):
        return
    wanted = [name for name in names if PurePosixPath(name).suffix.lower() in SUFFIXES]
    with Archive(path, data) as parts:
        for name in wanted[:_MOST]:
            place = PurePosixPath(name)
            yield Attachment(place.name, parts.read(name), place.suffix.lower())
