"""The characters that a Word paragraph shows, in order: insertions in, deletions out, hidden ones counted.

Fields show their results, moved text stands where it was moved to, a formula stands once, a note's mark in brackets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.markup.formulas import linear
from rag.loaders.markup.inline import lowered, raised
from rag.loaders.markup.numerals import written
from rag.loaders.office.word_parts import child, name_of, number, value
from rag.loaders.office.word_styles import Styles

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SHOWN = {
    "tab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
    "ptab": "\t",
}
_LEFT_OUT = frozenset(
    """del moveFrom rPr pPr delText sdtPr sdtEndPr smartTagPr customXmlPr rubyPr rt fldData
    annotationRef footnoteRef endnoteRef""".split()
)
_LOOKED_INTO = frozenset("drawing pict object ruby".split())
_PICTURES = frozenset(("blip", "imagedata"))
_TICKED, _EMPTY = "☒", "☐"
_TINY = 2  # half points
_SYMBOLS = {  # of the fonts Symbol and Wingdings, the characters that carry meaning
    "symbol": dict(zip("abgdepqlmsw£³¹±´¸°·®Ö¥¶", "αβγδεπθλμσω≤≥≠±×÷°•→√∞∂", strict=True)),
    "wingdings": {"\xfc": "✓", "\xfb": "✗", "\xfe": "☑", "\xfd": "☒", "\xa8": "☐", "o": "☐", "x": "☒", "\xe0": "→"},
}


@dataclass(slots=True)
class Story:
    """What is met on the way through a document's text."""

    styles: Styles
    cited: list[tuple[str, str, str]] = field(default_factory=list)  # (footnote or endnote, id, mark)
    hidden: int = 0  # characters
    pictures: int = 0
    embedded: int = 0
    fields: list[bool] = field(default_factory=list)  # for each open field, whether its result has begun
    _counts: dict[str, int] = field(default_factory=dict)

    def cite(self, kind: str, id_: str, own_mark: str) -> str:
        """The mark of a note that is referred to; a note keeps the mark of its first reference."""
        for seen_kind, seen_id, mark in self.cited:
            if (seen_kind, seen_id) == (kind, id_):
                return mark
        mark = own_mark
        if not mark:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            mark = f"{self._counts[kind]}" if kind == "footnote" else written(self._counts[kind], "lowerRoman")
        self.cited.append((kind, id_, mark))
        return mark


@dataclass(slots=True)
class Shown:
    """What a paragraph shows. `boxes` are the text boxes that hang on it; `bold` is whether all its letters are."""

    text: str = ""
    boxes: "list[Element]" = field(default_factory=list)
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Formula:
    """An element of an Office formula, as `formulas.linear` reads it."""

    name: str
    text: str
    element: "Element"

    def children(self) -> "Sequence[_Formula]":
        return [_formula(part) for part in self.element if isinstance(part.tag, str)]


def _formula(element: "Element") -> _Formula:
    return _Formula(name_of(element), element.text or "", element)


class RunReader:
    """Reads the runs of one paragraph. `white_shows`: white letters stand on a coloured ground there."""

    def __init__(self, story: Story, style: str, *, white_shows: bool) -> None:
        self._story = story
        self._style = style
        self._white_shows = white_shows
        self._pieces: list[str] = []
        self._raised: list[str] = []
        self._boxes: list[Element] = []
        self._letters = self._bold = 0

    def read(self, paragraph: "Element") -> Shown:
        """What a paragraph shows."""
        self._walk(paragraph)
        self._settle()
        return Shown("".join(self._pieces), self._boxes, bold=0 < self._letters == self._bold)

    def _walk(self, element: "Element") -> None:
        for part in element:
            name = name_of(part)
            if name == "r":
                self._run(part)
            elif name == "AlternateContent":
                self._walk(_alternative(part))
            elif name in {"oMath", "oMathPara"}:
                self._add(linear(_formula(part)))
            elif name == "txbxContent":
                self._boxes.append(part)
            elif name not in _LEFT_OUT:
                self._other(part, name)

    def _other(self, part: "Element", name: str) -> None:
        if name in _PICTURES:
            self._story.pictures += 1
        elif name == "object":
            self._story.embedded += 1
        self._walk(part)

    def _run(self, run: "Element") -> None:
        properties = child(run, "rPr")
        hidden = self._is_hidden(properties)
        place = value(child(properties, "vertAlign"))
        bold = self._story.styles.is_run("b", properties, "")
        for part in run:
            text = self._text_of(part, run)
            if text and hidden:
                self._story.hidden += len(text.strip())
            elif text and place == "superscript" and name_of(part) == "t":
                self._raised.append(text)
            elif text:
                self._add(lowered(text, self._before()) if place == "subscript" else text)
                letters = sum(map(str.isalnum, text))
                self._letters += letters
                self._bold += letters if bold else 0

    def _text_of(self, part: "Element", run: "Element") -> str:
        """The text of a part of a run; what is no text is looked into."""
        name = name_of(part)
        if name == "fldChar":
            return self._field(part)
        if not all(self._story.fields):
            return ""
        if name == "t":
            return (part.text or "").replace("\N{SOFT HYPHEN}", "")
        if name == "sym":
            return _symbol(part)
        if name in {"footnoteReference", "endnoteReference"}:
            return self._mark(part, run, name.removesuffix("Reference"))
        if name == "AlternateContent":
            self._walk(_alternative(part))
        elif name in _LOOKED_INTO:
            self._other(part, name)
        return _SHOWN.get(name, "")

    def _field(self, part: "Element") -> str:
        """Note where a field and its result begin and end; what it shows without a result, such as a box to tick."""
        step, fields = value(part, "fldCharType"), self._story.fields
        if step == "begin":
            fields.append(False)
            return _form_field(child(part, "ffData")) if all(fields[:-1]) else ""
        if step == "separate" and fields:
            fields[-1] = True
        elif step == "end" and fields:
            fields.pop()
        return ""

    def _mark(self, part: "Element", run: "Element", kind: str) -> str:
        own = value(part, "customMarkFollows") in {"1", "true", "on"}
        text = "".join(item.text or "" for item in run if name_of(item) == "t").strip() if own else ""
        mark = self._story.cite(kind, value(part, "id") or "", text)
        return "" if own else f"[{mark}]"

    def _is_hidden(self, properties: "Element | None") -> bool:
        styles = self._story.styles
        if styles.is_run("vanish", properties, self._style):
            return True
        size = number(child(properties, "sz"))
        if size is not None and size <= _TINY:
            return True
        white = (value(child(properties, "color")) or "").upper() == "FFFFFF"
        ground = child(properties, "shd") is not None or child(properties, "highlight") is not None
        return white and not ground and not self._white_shows

    def _add(self, text: str) -> None:
        if text:
            self._settle()
            self._pieces.append(text)

    def _settle(self) -> None:
        """Write the raised characters that have come together."""
        if self._raised:
            text = "".join(self._raised)
            self._raised.clear()
            self._pieces.append(raised(text, self._before()))

    def _before(self) -> str:
        """The last characters written."""
        return "".join(self._pieces[-3:])[-40:]


def _alternative(part: "Element") -> "Element":
    """Of a part that is given in several ways, the first: what today's Word shows."""
    chosen = child(part, "Choice")
    fallback = child(part, "Fallback")
    return chosen if chosen is not None else fallback if fallback is not None else part


def _form_field(data: "Element | None") -> str:
    box, choices = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        state = child(box, "checked")
        state = child(box, "default") if state is None else state
        return _TICKED if state is not None and value(state) not in {"0", "false"} else _EMPTY
    if choices is not None:
        entries = [value(item) or "" for item in choices if name_of(item) == "listEntry"]
        chosen = number(child(choices, "result")) or 0
        return entries[chosen] if chosen < len(entries) else ""
    return ""


def _symbol(part: "Element") -> str:
    try:
        code = int(value(part, "char") or "", 16)
    except ValueError:
        return ""
    font = (value(part, "font") or "").lower()
    plain = chr(code - 0xF000) if 0xF000 <= code <= 0xF0FF else chr(code) if code < 0xD800 or code > 0xDFFF else ""
    known = next((table for name, table in _SYMBOLS.items() if font.startswith(name)), {})
    return known.get(plain, plain if not 0xF000 <= code <= 0xF0FF or not known else "")
