"""Zip archives and the XML in them, bounded by what comes out of them rather than by what they say.

No part is unpacked past the archive's budget, no entity is expanded and nothing outside is fetched.
"""

import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from rag.errors import UnreadableSourceError
from rag.loaders import content

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LEAST = 64 * 1024 * 1024  # bytes that the parts read of an archive may always unpack to, all together
RATIO = 100  # times the archive's own size that they may unpack to; documents are packed by 30 at the most


class Archive:
    """A zip archive of which parts are read, within a budget. Use in a `with` block."""

    def __init__(self, path: Path, data: bytes) -> None:
        """Open it. Raises UnreadableSourceError when it is no archive, is encrypted, or may be a bomb."""
        self._path = path
        self._zip: ZipFile = content.open_archive(path, data)
        self._names = {name.lower(): name for name in self._zip.namelist()}
        self._left = self._budget = max(LEAST, RATIO * len(data))

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises UnreadableSourceError when it is not there, damaged, or unpacks to too much."""
        if name not in self:
            raise UnreadableSourceError(f"{self._path} is damaged: it has no part {name!r}. Get another copy of it.")
        try:
            with self._zip.open(self._names[name.lower()]) as part:
                data = part.read(self._left + 1)
        except (BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise UnreadableSourceError(f"{self._path} is damaged: its part {name!r} cannot be unpacked.") from error
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableSourceError(
                f"{self._path} unpacks to more than {self._budget:,} bytes: it may be a zip bomb. "
                "Save what you need of it as text."
            )
        return data

    def xml(self, name: str) -> "Element":
        """The root of a part that is XML. Raises UnreadableSourceError."""
        return parse_xml(self._path, name, self.read(name))


def parse_xml(path: Path, name: str, data: bytes) -> "Element":
    """The root of XML; entities are neither expanded nor fetched. Raises UnreadableSourceError, also for a bomb.

    XML that declares entities of its own is refused: what they stand for would be missing, or without end.
    """
    from lxml.etree import LxmlError, XMLParser, parse

    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        tree = parse(BytesIO(data), parser)
    except (LxmlError, ValueError) as error:
        raise UnreadableSourceError(f"{path} is damaged: its part {name!r} is no readable XML ({error}).") from error
    declared = tree.docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableSourceError(
            f"{path} cannot be read: its part {name!r} declares entities of its own, which may expand without end or "
            "point at other files. Save it again from the program it came from."
        )
    root: Element = tree.getroot()
    return root
