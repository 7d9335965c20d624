"""The XML parts of the zip archives that office formats are. Entities are not resolved and nothing is fetched."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from rag.errors import UnreadableSourceError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def name_of(element: "Element") -> str:
    """An element's name without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: "Element", name: str) -> str | None:
    """An attribute's value, whatever namespace it is in; None where there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a file that is a zip archive; `path` is for messages."""

    path: Path
    archive: ZipFile

    def tree(self, name: str) -> "Element | None":
        """The XML of a part; None where there is none. Raises UnreadableSourceError."""
        from lxml.etree import LxmlError, XMLParser, fromstring

        if (data := self.data(name)) is None:
            return None
        try:
            return fromstring(data, XMLParser(resolve_entities=False, no_network=True))
        except (LxmlError, ValueError) as error:
            raise self._damaged(name, error) from error

    def elements(self, name: str, *, done: frozenset[str]) -> Iterator["Element"]:
        """Every element of a part as it ends, in order. One whose name is in `done` is let go with what is in it.

        Raises UnreadableSourceError, also where there is no such part.
        """
        from lxml.etree import LxmlError, iterparse

        data = self.data(name)
        if data is None:
            raise UnreadableSourceError(f"{self.path} is damaged: it has no part {name!r}. Get another copy of it.")
        try:
            for _, element in iterparse(BytesIO(data), resolve_entities=False, no_network=True):
                yield element
                if name_of(element) in done:
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except (LxmlError, ValueError) as error:
            raise self._damaged(name, error) from error

    def data(self, name: str) -> bytes | None:
        """The bytes of a part; None where there is none. Raises UnreadableSourceError."""
        try:
            return self.archive.read(name)
        except KeyError:
            return None
        except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise self._damaged(name, error) from error

    def _damaged(self, name: str, error: Exception) -> UnreadableSourceError:
        return UnreadableSourceError(f"{self.path} is damaged: its part {name!r} cannot be read ({error}).")
