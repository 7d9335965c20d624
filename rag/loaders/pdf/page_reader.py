"""What PDFium says of a page: its visible glyphs, the lines drawn on it, and what of its text nobody sees.

Text is hidden when it is white on white, invisible, off the page, of no size, or under a picture or a filled box.
Characters of fonts without a usable Unicode map are counted by font, not guessed. Puts nothing in order.
"""

import ctypes
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unicodedata import category

from rag.loaders.pdf.glyphs import Glyph, Style, turned
from rag.loaders.pdf.page_objects import PageObjects
from rag.text.page_layout import PageSize
from rag.types import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_LIGATURES = {**dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "ft", "st"), strict=True)), "\u00ad": "-"}
_UNSEEN = frozenset({"Cc", "Cn", "Co", "Cs", "Cf"})  # control, unassigned, private, half and format characters
_HYPHENS = frozenset(("\x02", "\ufffe", "-", "\u00ad"))
_TINY = 1.0  # points: nobody reads smaller letters
_WHITE = 250  # of 255, in each colour
_FAINT = 12  # of 255: less opaque text is not seen
_INVISIBLE = frozenset((3, 7))  # text rendering modes: neither filled nor stroked; only clipped to
_BOLD = 600
_QUARTER = math.pi / 2
_TILTED = 0.12  # radians from level beyond which text runs aslant
_LAYER = 0.5  # of the page: a picture that large over or under invisible text is a scan, and that is its text


@dataclass(slots=True)
class PageContent:
    """A page as read. `glyphs` by how many quarters they are turned to the left; None: aslant.

    `rules` are lines drawn level or upright. `hidden` counts characters by why they are not seen, `unmapped` those
    that have no Unicode, by font. `layer` is the invisible text of a scan; `pictures` the share of the page they take.
    """

    size: PageSize
    glyphs: dict[int | None, list[Glyph]] = field(default_factory=lambda: defaultdict(list))
    rules: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    layer: list[Glyph] = field(default_factory=list)
    pictures: float = 0.0


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is the same for all characters of a text object."""

    style: Style
    quarters: int | None
    hidden: str
    white: bool
    font: str
    order: int


class Frame:
    """Turns PDFium's coordinates, from the bottom left corner of the sheet, into those of the page as it is shown."""

    def __init__(self, page: "PdfPage", number: int) -> None:
        self.number = number
        self.turned = page.get_rotation() // 90
        self.left, self.bottom, self.right, self.top = page.get_bbox()

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A box on the page."""
        west, east = left - self.left, self.right - right
        north, south = self.top - top, bottom - self.bottom
        width, height = self.right - self.left, self.top - self.bottom
        sides = (
            (west, north, width - east, height - south),
            (south, west, height - north, width - east),
            (east, south, width - west, height - north),
            (north, east, height - south, width - west),
        )
        return Box(self.number, *sides[self.turned])


def read_page(page: "PdfPage", text_page: "PdfTextPage", number: int) -> PageContent:
    """The content of a page."""
    frame = Frame(page, number)
    width, height = page.get_size()
    objects = PageObjects(page, frame)
    content = PageContent(PageSize(number, width, height), rules=objects.rules, fills=objects.fills)
    content.pictures = objects.picture_share(width * height)
    reader = _Reader(text_page, frame, objects, content)
    for glyph, setting in reader.glyphs():
        _place(content, glyph, setting, objects)
    return content


def _place(content: PageContent, glyph: Glyph, setting: _Setting | None, objects: PageObjects) -> None:
    """Put a glyph where it belongs: among those of its direction, or to what is hidden."""
    size = content.size
    if setting is None or glyph.box is None:
        for glyphs in content.glyphs.values():
            if glyphs and glyphs[-1].box:
                glyphs.append(glyph)
        return
    why = setting.hidden or _out_of_sight(glyph.box, size, setting, objects)
    if why in ("invisible", "under a picture") and content.pictures >= _LAYER:
        content.layer.append(glyph)
    elif why:
        content.hidden[why] += not glyph.text.isspace()
    elif setting.quarters:
        box = turned(glyph.box, setting.quarters, size.width, size.height)
        content.glyphs[setting.quarters].append(Glyph(glyph.text, box, style=glyph.style))
    else:
        content.glyphs[setting.quarters].append(glyph)


def _out_of_sight(box: Box, size: PageSize, setting: _Setting, objects: PageObjects) -> str:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if not (0 <= x <= size.width and 0 <= y <= size.height):
        return "off the page"
    if box.bottom - box.top < _TINY:
        return "too small to be seen"
    if setting.white and not objects.is_dark_at(x, y):
        return "white on white"
    return objects.cover_at(x, y, setting.order)


class _Reader:
    """Reads the characters of a page, each with the setting of its text object."""

    def __init__(self, text_page: "PdfTextPage", frame: Frame, objects: PageObjects, content: PageContent) -> None:
        self._page = text_page
        self._frame = frame
        self._objects = objects
        self._content = content
        self._settings: dict[int, _Setting] = {}

    def glyphs(self) -> Iterator[tuple[Glyph, _Setting | None]]:
        """What a page shows, in PDFium's order; made-up white space has no box and no setting."""
        from pypdfium2 import raw

        rect = raw.FS_RECTF()
        place = ctypes.byref(rect)
        page, high = self._page.raw, ""
        for index in range(self._page.count_chars()):
            code = raw.FPDFText_GetUnicode(page, index)
            if 0xD800 <= code < 0xDC00:
                high = chr(code)
                continue
            character, high = _joined(high, code), ""
            setting = self._setting(index)
            if setting is None:
                yield Glyph("\n" if character in "\r\n" else " " if character.isspace() else "-", None), None
                continue
            if (shown := self._shown(character, index, setting)) is not None:
                raw.FPDFText_GetLooseCharBox(page, index, place)
                box = self._frame.box(rect.left, rect.bottom, rect.right, rect.top)
                yield Glyph(shown, box, style=setting.style), setting

    def _shown(self, character: str, index: int, setting: _Setting) -> str | None:
        """What a character is written as; None for one that shows nothing, or nothing that is known."""
        from pypdfium2 import raw

        if character in _HYPHENS:
            return "-"
        if character.isspace():
            return " "
        if category(character) in _UNSEEN or character == "\ufffd":
            if character not in "\u200b\u200c\u200d\u2060\ufeff" or raw.FPDFText_HasUnicodeMapError(self._page.raw, index):
                self._content.unmapped[setting.font] += 1
            return None
        return _LIGATURES.get(character, character)

    def _setting(self, index: int) -> _Setting | None:
        from pypdfium2 import raw

        found = raw.FPDFText_GetTextObject(self._page.raw, index)
        if not found:
            return None
        key = ctypes.cast(found, ctypes.c_void_p).value or 0
        if key not in self._settings:
            self._settings[key] = self._read_setting(found, key, index)
        return self._settings[key]

    def _read_setting(self, found: Any, key: int, index: int) -> _Setting:
        from pypdfium2 import raw

        red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
        known = raw.FPDFPageObj_GetFillColor(found, red, green, blue, alpha)
        white = bool(known) and min(red.value, green.value, blue.value) >= _WHITE
        mode = raw.FPDFTextObj_GetTextRenderMode(found)
        hidden = "invisible" if mode in _INVISIBLE or (known and alpha.value < _FAINT and mode == 0) else ""
        name, weight, mono = _font(raw.FPDFTextObj_GetFont(found))
        size = round(raw.FPDFText_GetFontSize(self._page.raw, index), 1)
        angle = raw.FPDFText_GetCharAngle(self._page.raw, index)
        style = Style(size, weight >= _BOLD, mono)
        return _Setting(style, _quarters(angle, self._frame.turned), hidden, white, name, self._objects.order_of(key))


def _joined(high: str, code: int) -> str:
    return (high + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _quarters(angle: float, page: int) -> int | None:
    """How many quarters text is turned to the left on a page that is itself shown turned; None: it runs aslant."""
    turns = angle / _QUARTER
    if abs(turns - round(turns)) * _QUARTER > _TILTED:
        return None
    return (round(turns) - page) % 4


_FIXED = 1
_FORCED_BOLD = 1 << 18
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "-bd", ",bd")


def _font(font: Any) -> tuple[str, int, bool]:
    """The name of a font, its weight, and whether its letters are of one width."""
    from pypdfium2 import raw

    if not font:
        return "", 400, False
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, buffer, 128)
    name = buffer.value.decode("utf-8", "replace").rpartition("+")[2]
    flags = raw.FPDFFont_GetFlags(font)
    low = name.lower()
    bold = any(sign in low for sign in _BOLD_NAMES) or (flags >= 0 and flags & _FORCED_BOLD)
    mono = (flags >= 0 and bool(flags & _FIXED)) or any(sign in low for sign in ("courier", "mono", "consol", "typewriter"))
    return name, 700 if bold else 400, mono


