"""The XML parts of the zip archives that office formats are, within the budget of what an archive may unpack to."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive

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
    archive: Archive

    def tree(self, name: str) -> "Element | None":
        """The XML of a part; None where there is none. Raises UnreadableSourceError."""
        return self.archive.xml(name) if name in self.archive else None

    def elements(self, name: str, *, done: frozenset[str]) -> Iterator["Element"]:
        """Every element of a part as it ends, in order. One whose name is in `done` is let go with what is in it.

        Raises UnreadableSourceError, also where there is no such part.
        """
        from lxml.etree import LxmlError, iterparse

        data = self.archive.read(name)
        try:
            for _, element in iterparse(BytesIO(data), resolve_entities=False, no_network=True):
                yield element
                if name_of(element) in done:
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except (LxmlError, ValueError) as error:
            raise UnreadableSourceError(
                f"{self.path} is damaged: its part {name!r} is no readable XML ({error})."
            ) from error
