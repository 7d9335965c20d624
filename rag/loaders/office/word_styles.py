"""What a Word document's paragraph and character styles say: headings, numbering, what is hidden (17.7)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.office.word_parts import child, is_on, name_of, number, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_DEEPEST = 6
_BODY_TEXT = 9  # the outline level that is none
_CHAIN = 20  # styles that may be based on one another


@dataclass(frozen=True, slots=True)
class Style:
    """One style: its name in lower case, what it is based on, and its own properties."""

    name: str
    based_on: str
    paragraph: "Element | None"
    run: "Element | None"
    heads_table: bool


@dataclass(slots=True)
class Styles:
    """All styles by id; `default` is the id of the paragraph style that holds where none is named."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default: str = ""

    def name(self, id_: str) -> str:
        """The name of a style, in lower case."""
        style = self.by_id.get(id_)
        return style.name if style else ""

    def chain(self, id_: str) -> Iterator[Style]:
        """A style and those it is based on."""
        for _ in range(_CHAIN):
            style = self.by_id.get(id_)
            if style is None:
                return
            yield style
            id_ = style.based_on

    def heading_level(self, id_: str, properties: "Element | None") -> int:
        """The level of a paragraph as a heading, from 1; 0 for one that is none."""
        own = number(child(properties, "outlineLvl"))
        if own is not None:
            return min(own + 1, _DEEPEST) if own < _BODY_TEXT else 0
        for style in self.chain(id_):
            if found := _HEADING.fullmatch(style.name):
                return min(int(found[1]), _DEEPEST)
            level = number(child(style.paragraph, "outlineLvl"))
            if level is not None:
                return min(level + 1, _DEEPEST) if level < _BODY_TEXT else 0
            if style.name == "title":
                return 1
        return 0

    def list_of(self, id_: str, properties: "Element | None") -> tuple[str, int | None, str] | None:
        """(id of the list, depth if given, id of the style that names it) of a paragraph; None: in no list."""
        places = [(properties, "")] + [(style.paragraph, key) for key, style in self._keyed(id_)]
        depth: int | None = None
        for place, style in places:
            own = child(place, "numPr")
            if own is not None:
                depth = number(child(own, "ilvl")) if depth is None else depth
                list_id = value(child(own, "numId"))
                if list_id is not None:
                    return None if list_id == "0" else (list_id, depth, style)
        return None

    def _keyed(self, id_: str) -> Iterator[tuple[str, Style]]:
        for style in self.chain(id_):
            yield id_, style
            id_ = style.based_on

    def is_run(self, name: str, run: "Element | None", paragraph_style: str) -> bool:
        """Whether a property of characters (`vanish`, `b`) is on for a run, by itself or by its styles."""
        own = is_on(run, name)
        if own is not None:
            return own
        named = value(child(run, "rStyle")) or ""
        for style in (*self.chain(named), *self.chain(paragraph_style)):
            said = is_on(style.run, name)
            if said is not None:
                return said
        return False


def read_styles(root: "Element | None") -> Styles:
    """The styles that a document defines."""
    found = Styles()
    for item in root if root is not None else ():
        if name_of(item) == "style":
            id_ = value(item, "styleId") or ""
            heads = any(name_of(part) == "tblStylePr" and value(part, "type") == "firstRow" for part in item)
            found.by_id[id_] = Style(
                name=(value(child(item, "name")) or "").lower(),
                based_on=value(child(item, "basedOn")) or "",
                paragraph=child(item, "pPr"),
                run=child(item, "rPr"),
                heads_table=heads,
            )
            if value(item, "type") == "paragraph" and value(item, "default") in {"1", "true"}:
                found.default = id_
    return found
