"""The parts of a Word document and how they are related (ECMA-376, parts 1 and 2). Elements go by their local names.

So that the transitional and the strict namespaces read alike.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.archive import Archive

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OFF = frozenset(("0", "false", "off", "none"))


@dataclass(frozen=True, slots=True)
class Parts:
    """The body of a document, and its other parts by the end of their relationship's type; None: there is none."""

    body: "Element"
    by_type: "dict[str, list[Element]]" = field(repr=False)
    by_id: "dict[str, Element]" = field(repr=False)

    def part(self, kind: str) -> "Element | None":
        """The first part of a kind: `styles`, `numbering`, `footnotes`, `endnotes`, `comments`, `settings`."""
        return next(iter(self.by_type.get(kind, ())), None)


def read_parts(archive: Archive) -> Parts | None:
    """The parts of a Word document; None when the archive holds no document."""
    main = next((target for kind, target, _ in _related(archive, "") if kind == "officeDocument"), "word/document.xml")
    if main not in archive:
        return None
    body = next((child for child in archive.xml(main) if name_of(child) == "body"), None)
    if body is None:
        return None
    by_type: dict[str, list[Element]] = {}
    by_id: dict[str, Element] = {}
    for kind, target, id_ in _related(archive, main):
        if kind in _READ and target in archive:
            by_id[id_] = archive.xml(target)
            by_type.setdefault(kind, []).append(by_id[id_])
    return Parts(body, by_type, by_id)


_READ = frozenset("styles numbering footnotes endnotes comments settings header footer".split())


def _related(archive: Archive, name: str) -> Iterator[tuple[str, str, str]]:
    """(kind, the part's name, id) of what a part is related to."""
    folder, base = posixpath.split(name)
    relations = posixpath.join(folder, "_rels", f"{base}.rels")
    if relations not in archive:
        return
    for item in archive.xml(relations):
        if item.get("TargetMode") != "External":
            target = item.get("Target", "")
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield item.get("Type", "").rpartition("/")[2], place, item.get("Id", "")


def name_of(element: "Element") -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: "Element | None", *names: str) -> "Element | None":
    """The first descendant on a path of local names."""
    for name in names:
        element = next((item for item in element if name_of(item) == name), None) if element is not None else None
    return element


def value(element: "Element | None", name: str = "val") -> str | None:
    """An attribute by its local name."""
    if element is None:
        return None
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), None)


def number(element: "Element | None", name: str = "val") -> int | None:
    """An attribute that is a number; None where it is not there, or no number."""
    text = value(element, name)
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None


def is_on(properties: "Element | None", name: str) -> bool | None:
    """Whether a property is switched on; None where it is not given."""
    item = child(properties, name)
    return None if item is None else (value(item) or "on").lower() not in _OFF
