"""From columns of lines to paragraphs, list items, captions and notes; headings are told apart over the whole document.

A paragraph ends where the space between lines grows, where a line is indented after a short one, and where the type
changes. Knows nothing of pages before or after.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rag.loaders.pdf.glyphs import PLAIN, Fragment, Glyph, Style, around
from rag.loaders.pdf.reading_order import Column
from rag.loaders.pdf.tables import Table
from rag.types import BlockKind, Box

_SENTENCE_END = re.compile(r"[.!?:;…。！？।؟][\"'”’»)\]\d]*$")
_BULLET = re.compile(r"(?P<mark>[•‣▪◦●■□➢✓*·–—-])\s+(?=\S)")
_ITEM = re.compile(r"(?P<mark>\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[ivx]{1,5}[.)])\s+(?=\S)", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|tab\.|chart|exhibit|plate|listing|abb(?:ildung|\.)|tabelle|tableau|tabla|figura|grafik)\s*"
    r"[A-Z]?\d+(?:[.-]\d+)*\s*[.:–—|]?\s",
    re.IGNORECASE,
)
_MARK_ALONE = re.compile(
    r"[•‣▪◦●■□➢✓*·–—-]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\(?[ivx]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|§\s*\d+[a-z]?",
    re.IGNORECASE,
)
_NOTE_START = re.compile(r"\[\w{1,3}\]|[*†‡§]{1,2}\s")
_NOTE = re.compile(r"(?P<mark>\[?\d{1,3}\]?|[*†‡§]{1,2})\s*(?=\S)")
_INDENT = 0.8  # heights of a line
_MORE = 0.3  # heights of a line by which the space over a new paragraph is larger
_FULL = 0.85  # of a column's width: a line that ends before it is short
_MOST_SPACES = 80
_SMALLER = 0.93  # of the body's size: notes are set smaller
_FOOT = 0.5  # of a page's height: notes stand below


OnPage = Callable[[Box], Box]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, item, caption, note or table: its lines, how it is set, and the column it stands in.

    `skip` glyphs of the first line are an item's mark, which stands before the block.
    """

    kind: BlockKind
    lines: tuple[Fragment, ...]
    column: Box
    style: Style = PLAIN
    number: str = ""
    level: int = 0
    skip: int = 0
    table: Table | None = None
    first: bool = False  # of its column
    on_page: OnPage | None = None  # where its boxes are seen, if it was turned to be read

    @property
    def text(self) -> str:
        """Its lines, a space between them."""
        return " ".join(line.text for line in self.lines)

    @property
    def box(self) -> Box:
        """The box around its lines."""
        return self.table.box if self.table else around([line.box for line in self.lines])

    @property
    def is_open(self) -> bool:
        """Whether it ends within a sentence."""
        return self.kind in ("paragraph", "list_item") and not _SENTENCE_END.search(self.lines[-1].text)

    @property
    def is_full(self) -> bool:
        """Whether its last line reaches to the end of its column."""
        last = self.lines[-1].box
        return last.right - self.column.left >= _FULL * (self.column.right - self.column.left)


def parts(column: Column) -> Iterator[Part]:
    """The paragraphs of a column, each as what it looks like."""
    lines: list[Fragment] = []
    usual = _usual_gap(column.lines)
    first = True
    for line in column.lines:
        if lines and _begins(line, lines, column, usual):
            yield _part(lines, column, first)
            lines, first = [], False
        lines.append(line)
    yield _part(lines, column, first)


def is_note(part: Part, body: float, height: float) -> bool:
    """Whether a paragraph is a footnote: it stands low on its page, is set small, and begins with a mark."""
    small = 0 < part.style.size <= _SMALLER * body
    return small and part.box.top > _FOOT * height and _NOTE.match(part.text) is not None


def note_number(text: str) -> str:
    """The mark that a note begins with."""
    found = _NOTE.match(text)
    return found["mark"].strip("[]") if found else ""


def is_mark(text: str) -> bool:
    """Whether a text is nothing but the mark of a list item or the number of a heading."""
    return _MARK_ALONE.fullmatch(text) is not None


def _usual_gap(lines: Sequence[Fragment]) -> float:
    gaps = [lower.box.top - upper.box.bottom for upper, lower in itertools.pairwise(lines)]
    return median(gaps) if gaps else 0.0


def _begins(line: Fragment, before: Sequence[Fragment], column: Column, usual: float) -> bool:
    """Whether a line begins a paragraph."""
    last = before[-1]
    own = _usual_gap(before) if len(before) > 1 else usual
    gap = line.box.top - last.box.bottom
    if gap > min(own, usual) + _MORE * line.height or _differs(line, last):
        return True
    if _BULLET.match(line.text) or (_ITEM.match(line.text) and _ITEM.match(before[0].text)):
        return True
    ended = _SENTENCE_END.search(last.text) is not None
    if ended and (_ITEM.match(line.text) or _CAPTION.match(line.text)):
        return True
    if _NOTE_START.match(line.text) and _NOTE_START.match(before[0].text):
        return True
    if ended and _CAPTION.match(before[0].text) and not line.text[:1].islower():
        return True
    if _mark(before[0]) and line.box.left > before[0].box.left + _INDENT / 2 * line.height:
        return False  # it hangs below an item's first line
    width = column.box.right - column.box.left
    indent = line.box.left - min(item.box.left for item in column.lines)
    reach = max(item.box.right for item in (*before, line))
    short = last.box.right - column.box.left < _FULL * (reach - column.box.left)
    return ended and (short or _INDENT * line.height < indent < width / 3) and not line.text[:1].islower()


def _differs(line: Fragment, last: Fragment) -> bool:
    """Whether two lines are set so differently that they belong to different blocks."""
    first, second = line.style, last.style
    sizes = sorted((line.height, last.height))
    return first.bold != second.bold or first.mono != second.mono or sizes[1] > 1.12 * sizes[0]


def _part(lines: Sequence[Fragment], column: Column, first: bool) -> Part:
    text, style = lines[0].text, lines[0].style
    found = tuple(lines)
    if _CAPTION.match(text + " "):
        return Part("caption", found, column.box, style, first=first)
    if mark := _mark(lines[0]):
        skip = _glyphs_before(lines[0], mark.end())
        return Part("list_item", found, column.box, style, mark["mark"], 1, skip, first=first)
    if style.mono and all(line.style.mono for line in lines):
        left = min(line.box.left for line in lines)
        found = tuple(_indented(line, left) for line in lines)
        return Part("code", found, column.box, style, first=first)
    return Part("paragraph", found, column.box, style, first=first)


def _indented(line: Fragment, left: float) -> Fragment:
    """A line of code with the spaces that it is indented by."""
    boxes = [glyph.box for glyph in line.glyphs if glyph.box]
    width = median(box.right - box.left for box in boxes)
    spaces = round((line.box.left - left) / width) if width > 0 else 0
    return Fragment((*[Glyph(" ", None)] * min(spaces, _MOST_SPACES), *line.glyphs), line.box)


def _mark(line: Fragment) -> re.Match[str] | None:
    return _BULLET.match(line.text) or _ITEM.match(line.text)


def _glyphs_before(line: Fragment, end: int) -> int:
    """How many glyphs of a line spell its first `end` characters."""
    count = length = 0
    while length < end:
        length += len(line.glyphs[count].text)
        count += 1
    return count
