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
from unicodedata import category, normalize

from rag.loaders.pdf.glyphs import Glyph, Style, turned
from rag.loaders.pdf.page_objects import Frame, PageObjects
from rag.types import Box, PageSize

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_LIGATURES = {**dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "ft", "st"), strict=True)), "\u00ad": "-"}
_UNSEEN = frozenset({"Cc", "Cn", "Co", "Cs", "Cf"})  # control, unassigned, private, half and format characters
_HYPHENS = frozenset(("\x02", "\ufffe", "-", "\u00ad"))
_MARKS = frozenset(("\x02", "\ufffe"))  # what PDFium puts for a hyphen at a line's end
_JOINERS = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_PLAIN = frozenset(map(chr, range(0x21, 0x7F))) - _HYPHENS
_TINY = 1.0  # points: nobody reads smaller letters
_WHITE = 250  # of 255, in each colour
_FAINT = 12  # of 255: less opaque text is not seen
_INVISIBLE = frozenset((3, 7))  # text rendering modes: neither filled nor stroked; only clipped to
_BOLD = 600
_OFF = "off the page"
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
    begun: set[int] = field(default_factory=set)  # the settings of text objects that are seen


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is the same for all characters of a text object."""

    style: Style
    quarters: int | None
    hidden: str
    white: bool
    font: str
    order: int


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
            if glyphs[-1].box:
                glyphs.append(glyph)
        return
    why = _hidden(content, glyph.box, setting, objects)
    if why in ("invisible", "under a picture") and content.pictures >= _LAYER:
        content.layer.append(glyph)
    elif why:
        content.hidden[why] += not glyph.text.isspace()
    elif setting.quarters:
        box = turned(glyph.box, setting.quarters, size.width, size.height)
        content.glyphs[setting.quarters].append(Glyph(glyph.text, box, style=glyph.style))
    else:
        content.glyphs[setting.quarters].append(glyph)


def _hidden(content: PageContent, box: Box, setting: _Setting, objects: PageObjects) -> str:
    """Why a glyph is not seen; empty for one that is. A line that begins on the page is one, wherever it ends."""
    why = setting.hidden or _out_of_sight(box, content.size, setting, objects)
    if why == _OFF and id(setting) in content.begun:
        return ""
    if not why:
        content.begun.add(id(setting))
    return why


def _out_of_sight(box: Box, size: PageSize, setting: _Setting, objects: PageObjects) -> str:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if not (0 <= x <= size.width and 0 <= y <= size.height):
        return _OFF
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
        self._handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
        self._object = _object_address()

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
            character, high = _joined(high, code) if high or code > 0xFFFF else chr(code), ""
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
        if character in _PLAIN:
            return character
        if character in _HYPHENS and (character not in _MARKS or self._is_hyphen(index)):
            return "-"
        if character.isspace():
            return " "
        if category(character) in _UNSEEN or character == "\ufffd":
            self._content.unmapped[setting.font] += character not in _JOINERS or self._is_unmapped(index)
            return None
        if "\ufb50" <= character <= "\ufefc":
            return normalize("NFKC", character)  # Arabic letters as they are joined
        return _LIGATURES.get(character, character)

    def _is_hyphen(self, index: int) -> bool:
        from pypdfium2 import raw

        return bool(raw.FPDFText_IsHyphen(self._page.raw, index) == 1)

    def _is_unmapped(self, index: int) -> bool:
        from pypdfium2 import raw

        return bool(raw.FPDFText_HasUnicodeMapError(self._page.raw, index))

    def _setting(self, index: int) -> _Setting | None:
        key = self._object(self._handle, index)
        if not key:
            return None
        if key not in self._settings:
            self._settings[key] = self._read_setting(key, index)
        return self._settings[key]

    def _read_setting(self, key: int, index: int) -> _Setting:
        from pypdfium2 import raw

        found = raw.FPDFText_GetTextObject(self._page.raw, index)
        red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
        known = raw.FPDFPageObj_GetFillColor(found, red, green, blue, alpha)
        white = bool(known) and min(red.value, green.value, blue.value) >= _WHITE
        mode = raw.FPDFTextObj_GetTextRenderMode(found)
        hidden = "invisible" if mode in _INVISIBLE or (known and alpha.value < _FAINT and mode == 0) else ""
        name, weight, mono = _font(raw.FPDFTextObj_GetFont(found))
        quarters = _quarters(raw.FPDFText_GetCharAngle(self._page.raw, index), self._frame.turned)
        rect = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(self._page.raw, index, rect)
        upright = (quarters or 0) + self._frame.turned
        size = rect.right - rect.left if upright % 2 else rect.top - rect.bottom
        style = Style(round(size, 1), weight >= _BOLD, mono)
        return _Setting(style, quarters, hidden, white, name, self._objects.order_of(key))


def _object_address() -> Any:
    """PDFium's FPDFText_GetTextObject, with an address as its result: a pointer object a character takes too long."""
    from pypdfium2 import raw

    prototype = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    return prototype(ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0)


def _joined(high: str, code: int) -> str:
    return (high + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _quarters(angle: float, page: int) -> int | None:
    """How many quarters text is turned to the left on a page that is itself shown turned; None: it runs aslant."""
    turns = angle / _QUARTER
    if abs(turns - round(turns)) * _QUARTER > _TILTED:
        return None
    return (-round(turns) - page) % 4  # PDFium counts to the right


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
    mono = (flags >= 0 and bool(flags & _FIXED)) or any(
        sign in low for sign in ("courier", "mono", "consol", "typewriter")
    )
    return name, 700 if bold else 400, mono
