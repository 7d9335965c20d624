"""EPUB: the chapters in the order of the spine, each read as HTML.

By zipfile, lxml and selectolax: EbookLib's licence (AGPL) does not go with ours, and the format asks for no more.
"""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive
from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.web.html import declared_encoding, gaps, write_html
from rag.loaders.web.scribe import LeftOut

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
_FONTS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def read(path: Path, data: bytes) -> Content:
    """The text of a book. Raises UnreadableSourceError."""
    blocks, left_out = Blocks(), LeftOut()
    with Archive(path, data) as archive:
        names = list(_spine(path, archive))
        locked = _encrypted(archive)
        if names and all(name in locked for name in names):
            raise UnreadableSourceError(f"{path} is encrypted: its chapters are locked. Ingest a copy without DRM.")
        for name in names:
            if name not in locked:
                chapter = _chapter(path, archive, name, blocks)
                left_out.hidden += chapter.hidden
                left_out.struck += chapter.struck
    missing = sum(name in locked for name in names)
    told = (f"chapters that are encrypted are not read: {missing}",) if missing else ()
    return Content(blocks.text, blocks=blocks.blocks, gaps=(*told, *gaps(left_out)))


def _spine(path: Path, archive: Archive) -> Iterator[str]:
    """The names of the chapters' files, in the order they are read."""
    root = next(archive.xml(_CONTAINER).iter("{*}rootfile"), None)
    package = root.get("full-path", "") if root is not None else ""
    tree = archive.xml(package)
    items = {item.get("id"): item for item in tree.iter("{*}item") if item.get("media-type") in _PAGES}
    for reference in tree.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and "nav" not in item.get("properties", "").split():
            yield posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(item.get("href", ""))))


def _encrypted(archive: Archive) -> set[str]:
    """The parts that are locked; fonts that are only scrambled are none of them."""
    if _RIGHTS not in archive:
        return set()
    locked = set()
    for item in archive.xml(_RIGHTS).iter("{*}EncryptedData"):
        method = next(item.iter("{*}EncryptionMethod"), None)
        if method is None or method.get("Algorithm") not in _FONTS:
            locked |= {unquote(part.get("URI", "")) for part in item.iter("{*}CipherReference")}
    return locked


def _chapter(path: Path, archive: Archive, name: str, blocks: Blocks) -> LeftOut:
    data = archive.read(name)
    return write_html(blocks, decode(path, data, declared=declared_encoding(data)).text, main_part=False, xml=True)
