"""The numbers of a Word document's lists and headings, as Word prints them (ECMA-376 part 1, 17.9)."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.markup.numerals import written
from rag.loaders.office.word_parts import child, is_on, name_of, number, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

LEVELS = 9
BULLET = "-"
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered. `restart` is the level (from 1) after which it begins again; 0: never."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class Numbering:
    """Counts as paragraphs come. `levels` are those of each abstract list, `lists` name the abstract list of each."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    overrides: dict[tuple[str, int], Level] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """The level of a list that is tied to a paragraph style."""
        levels = self.levels.get(self.lists.get(list_id, ""), {})
        return next((depth for depth, level in sorted(levels.items()) if style and level.style == style), None)

    def next(self, list_id: str, depth: int) -> str:
        """What is printed before the next paragraph of a list at a depth (from 0): a number, BULLET, or nothing."""
        abstract = self.lists.get(list_id)
        if abstract is None or not 0 <= depth < LEVELS:
            return ""
        counts = self._counts.setdefault(abstract, {})
        level = self._level(list_id, depth)
        if (list_id, depth) in self.restarts and (list_id, depth) not in self._begun:
            counts[depth] = self.restarts[list_id, depth]
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        self._begun.add((list_id, depth))
        self._begin_deeper(list_id, depth, counts)
        return self._printed(list_id, depth, counts)

    def _begin_deeper(self, list_id: str, depth: int, counts: dict[int, int]) -> None:
        for deeper in range(depth + 1, LEVELS):
            after = self._level(list_id, deeper).restart
            if after is None or (after and depth < after):
                counts.pop(deeper, None)

    def _level(self, list_id: str, depth: int) -> Level:
        usual = self.levels.get(self.lists.get(list_id, ""), {}).get(depth, Level())
        return self.overrides.get((list_id, depth), usual)

    def _printed(self, list_id: str, depth: int, counts: dict[int, int]) -> str:
        level = self._level(list_id, depth)
        if level.form == "bullet":
            return BULLET

        def place(match: re.Match[str]) -> str:
            which = int(match[1]) - 1
            part = self._level(list_id, which)
            count = counts.setdefault(which, part.start) if which <= depth else part.start
            return written(count, "decimal" if level.legal and part.form != "decimalZero" else part.form)

        return _PLACE.sub(place, level.text).strip()


def read_numbering(root: "Element | None") -> Numbering:
    """The lists that a document defines."""
    found = Numbering()
    if root is None:
        return found
    links: dict[str, str] = {}  # the abstract list that a numbering style names
    for item in root:
        if name_of(item) == "abstractNum":
            id_ = value(item, "abstractNumId") or ""
            found.levels[id_] = {number(part, "ilvl") or 0: _level(part) for part in item if name_of(part) == "lvl"}
            if style := value(child(item, "styleLink")):
                links[style] = id_
    borrowed = {value(item, "abstractNumId"): links.get(value(child(item, "numStyleLink")) or "") for item in root}
    for item in root:
        if name_of(item) == "num":
            abstract = value(child(item, "abstractNumId")) or ""
            _add_list(found, item, borrowed.get(abstract) or abstract)
    return found


def _add_list(found: Numbering, item: "Element", abstract: str) -> None:
    list_id = value(item, "numId") or ""
    found.lists[list_id] = abstract
    for override in item:
        depth = number(override, "ilvl")
        if name_of(override) == "lvlOverride" and depth is not None:
            start = number(child(override, "startOverride"))
            if start is not None:
                found.restarts[list_id, depth] = start
            if (level := child(override, "lvl")) is not None:
                found.overrides[list_id, depth] = _level(level)


def _level(item: "Element") -> Level:
    form = child(item, "numFmt")
    start = number(child(item, "start"))
    return Level(
        start=1 if start is None else start,
        form=value(form) or "decimal",
        text=value(child(item, "lvlText")) or "",
        restart=number(child(item, "lvlRestart")),
        legal=bool(is_on(item, "isLgl")),
        style=value(child(item, "pStyle")) or "",
    )
