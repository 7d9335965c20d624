"""What all OpenDocument formats share (ISO/IEC 26300): the package, the styles that matter for reading, paragraphs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnreadableSourceError
from rag.loaders.archive import Archive
from rag.loaders.xml_parts import Parts, attribute, name_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MANIFEST = "META-INF/manifest.xml"
_LEFT_OUT = frozenset("annotation annotation-end note tracked-changes frame custom-shape text-box bookmark".split())
_BREAKS = {"tab": "\t", "line-break": "\n"}


@contextmanager
def open_parts(path: Path, data: bytes) -> Iterator[Parts]:
    """The parts of a document. Raises UnreadableSourceError where it is damaged or encrypted."""
    with Archive(path, data) as archive:
        parts = Parts(path, archive)
        manifest = parts.tree(_MANIFEST)
        if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
            raise UnreadableSourceError(f"{path} is encrypted. Save a copy without a password and ingest that.")
        yield parts


def paragraph_text(item: "Element") -> str:
    """The characters that a paragraph shows, without notes, comments and what is drawn in it."""
    return "".join(_shown(item))


def _shown(item: "Element") -> Iterator[str]:
    yield _collapsed(item.text)
    for part in item:
        name = name_of(part)
        if name == "s":
            count = attribute(part, "c") or "1"
            yield " " * min(1000, int(count) if count.isdigit() else 1)
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "note":
            yield f"[{''.join(mark.text or '' for mark in part.iterfind('{*}note-citation'))}]"
        elif name and name not in _LEFT_OUT:
            yield from _shown(part)
        yield _collapsed(part.tail)


def _collapsed(text: str | None) -> str:
    """White space as the format has it: runs of it are one space."""
    if not text:
        return ""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return lead + " ".join(text.split()) + trail


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document: their parents, and which are bold or filled, and which hide a table or a text."""

    parents: dict[str, str] = field(default_factory=dict)
    strong: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    levels: dict[str, int] = field(default_factory=dict)
    numbered: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *roots: "Element | None") -> "Styles":
        """The styles in some parts of a document."""
        styles = [item for root in roots if root is not None for item in root.iter("{*}style")]
        named = {attribute(item, "name") or "": item for item in styles}
        return cls(
            parents={name: attribute(item, "parent-style-name") or "" for name, item in named.items()},
            strong=frozenset(name for name, item in named.items() if _is_strong(item)),
            hidden=frozenset(name for name, item in named.items() if _hides(item)),
            levels={name: int(level) for name, item in named.items() if (level := _outline(item)).isdigit()},
        )

    def is_strong(self, name: str | None) -> bool:
        """Whether a style is bold or filled, itself or by its parents."""
        return any(item in self.strong for item in self._line(name))

    def is_hidden_table(self, name: str | None) -> bool:
        """Whether a style hides the table it is for."""
        return any(item in self.hidden for item in self._line(name))

    def level(self, name: str | None) -> int:
        """The outline level that a style gives; 0 for none."""
        return next((self.levels[item] for item in self._line(name) if item in self.levels), 0)

    def _line(self, name: str | None) -> Iterator[str]:
        """A style and those it comes from."""
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            yield name
            name = self.parents.get(name)


def _is_strong(style: "Element") -> bool:
    weights = (attribute(part, "font-weight") for part in style.iter("{*}text-properties"))
    fills = (attribute(part, "background-color") for part in style.iter("{*}table-cell-properties"))
    return "bold" in weights or any(fill not in (None, "transparent") for fill in fills)


def _hides(style: "Element") -> bool:
    tables = any(attribute(part, "display") == "false" for part in style.iter("{*}table-properties"))
    return tables or any(attribute(part, "display") == "none" for part in style.iter("{*}text-properties"))


def _outline(style: "Element") -> str:
    return attribute(style, "default-outline-level") or ""
