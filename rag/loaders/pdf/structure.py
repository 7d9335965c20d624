"""Headings, list levels and notes, told over a whole document: what is set larger or bolder than its body is a heading.

Bookmarks say which lines are headings, and how deep; without them, sizes and numbers do.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.loaders.markup.outline import heading_number, looks_like_heading, reads_as_heading
from rag.loaders.pdf.fragments import rows_of
from rag.loaders.pdf.glyphs import Fragment, Glyph, fragment
from rag.loaders.pdf.paragraphs import OnPage, Part, is_mark, is_note, note_number, parts
from rag.loaders.pdf.reading_order import Column, columns, in_order, is_backwards
from rag.loaders.pdf.tables import Table, headed, ruled_tables, unruled_tables, wraps_cells
from rag.types import Box, PageSize

_LARGER = 1.1  # times the body's size
_LINES = 4
_CHARACTERS = 200
_DEEPEST = 6
_MARK_GAP = 4.0  # heights of a line between an item's mark and its text
_INDENT = 4.0  # points between the levels of a list
_LEADER = re.compile(r"(?:\.\s?){4,}")
_OPENING = frozenset("§¿¡\"'“‘«„(")
_LETTERS = re.compile(r"[^\W_]+")

Key = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class PageParts:
    """A page and what stands on it, in the order it is read."""

    size: PageSize
    parts: tuple[Part, ...]


def arranged(
    items: Sequence[Fragment], rules: Sequence[Box] = (), fills: Sequence[Box] = (), on_page: OnPage | None = None
) -> tuple[Part, ...]:
    """The parts of a page in the order they are read, its tables among them."""
    tables, rest = ruled_tables(_with_marks(items), rules)
    found = columns(rest)
    prose = [column for column in found if column.is_prose]
    short = [line for column in found if not column.is_prose for line in column.lines]
    wrapped = [column for column in prose if wraps_cells(column, short)]
    running = [column for column in prose if column not in wrapped]
    cells = [*short, *(line for column in wrapped for line in column.lines)]
    more, left = unruled_tables(cells, running)
    told = columns([*left, *(line for column in running for line in column.lines)])
    every: list[Column | Table] = [*told, *(headed(table, fills) for table in (*tables, *more))]
    order = in_order([item.box for item in every], backwards=is_backwards(items))
    return tuple(replace(part, on_page=on_page) for place in order for part in _parts(every[place]))


def _parts(item: Column | Table) -> Iterator[Part]:
    if isinstance(item, Table):
        lines = tuple(line for row in item.rows for cell in row for line in cell.lines)
        yield Part("table_cell", lines, item.box, table=item)
    else:
        yield from parts(item)


def _with_marks(items: Sequence[Fragment]) -> list[Fragment]:
    """Fragments, the mark of an item or heading that a wide gap follows put together with its text."""
    found: list[Fragment] = []
    for row in rows_of(items):
        line = sorted(row, key=lambda item: item.box.left)
        while len(line) > 1 and any(_leads(a, b) for a, b in itertools.pairwise(line)):
            place = next(n for n in range(len(line) - 1) if _leads(line[n], line[n + 1]))
            joined = fragment([*line[place].glyphs, Glyph(" ", None), *line[place + 1].glyphs])
            assert joined
            line[place : place + 2] = [joined]
        found.extend(line)
    return found


def _leads(mark: Fragment, text: Fragment) -> bool:
    return is_mark(mark.text) and text.box.left - mark.box.right < _MARK_GAP * max(mark.height, text.height)


def structured(pages: Sequence[PageParts], bookmarks: Mapping[str, int]) -> list[PageParts]:
    """Pages with their headings, notes and list levels told; `bookmarks` are levels by their titles' words."""
    body = body_style(pages)
    lines = [line for page in pages for part in page.parts for line in part.lines]
    letters = [(line.style.mono, len(line.glyphs)) for line in lines]
    mono = 2 * sum(count for is_mono, count in letters if is_mono) > sum(count for _, count in letters)
    marked = [
        PageParts(page.size, tuple(_marked(part, body, page.size.height, bookmarks, mono=mono) for part in page.parts))
        for page in pages
    ]
    levels = _levels([part for page in marked for part in page.parts if part.kind == "heading"], bookmarks)
    return [PageParts(page.size, tuple(_leveled(page.parts, levels, bookmarks))) for page in marked]


def body_style(pages: Sequence[PageParts]) -> Key:
    """The size and weight that most characters of a document have."""
    counts: Counter[Key] = Counter()
    for page in pages:
        for part in page.parts:
            if part.style.size:  # that of recognised text is not known
                counts[_key(part)] += sum(len(line.glyphs) for line in part.lines)
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0] if counts else (0.0, False)


def words(text: str) -> str:
    """The words of a title, by which a bookmark knows its heading."""
    return " ".join(_LETTERS.findall(text.lower()))


def _key(part: Part) -> Key:
    return round(part.style.size * 2) / 2, part.style.bold


def _marked(part: Part, body: Key, height: float, bookmarks: Mapping[str, int], *, mono: bool) -> Part:
    if part.kind == "code" and mono:
        part = replace(part, kind="paragraph")
    if part.table or part.kind not in ("paragraph", "list_item"):
        return part
    if _is_heading(part, body, bookmarks):
        return replace(part, kind="heading", number=heading_number(part.text).strip(), skip=0)
    if is_note(part, body[0], height):
        return replace(part, kind="footnote", number=note_number(part.text), skip=0)
    return part


def _is_heading(part: Part, body: Key, bookmarks: Mapping[str, int]) -> bool:
    text = part.text
    if len(part.lines) > _LINES or len(text) > _CHARACTERS or not any(map(str.isalpha, text)):
        return False
    if _LEADER.search(text):
        return False  # a line of a table of contents
    if words(text) in bookmarks:
        return True
    if not text[0].isalnum() and text[0] not in _OPENING:
        return False
    size, bold = _key(part)
    if size >= _LARGER * body[0] > 0:
        return reads_as_heading(text)
    numbered = part.kind == "paragraph" or bool(heading_number(text))
    return bold and not body[1] and size >= 0.9 * body[0] and numbered and looks_like_heading(text)


def _levels(headings: Sequence[Part], bookmarks: Mapping[str, int]) -> dict[Key, int]:
    """The level of headings by how they are set: that of their bookmarks, else by size and weight."""
    known: defaultdict[Key, list[int]] = defaultdict(list)
    for part in headings:
        if level := bookmarks.get(words(part.text)):
            known[_key(part)].append(level)
    ranked = sorted({_key(part) for part in headings}, reverse=True)
    levels = {key: min(rank, _DEEPEST) for rank, key in enumerate(ranked, start=1)}
    return levels | {key: min(found) for key, found in known.items()}


def _leveled(parts: Sequence[Part], levels: Mapping[Key, int], bookmarks: Mapping[str, int]) -> list[Part]:
    found: list[Part] = []
    lefts: list[float] = []
    for part in parts:
        if part.kind == "heading":
            level = bookmarks.get(words(part.text)) or levels[_key(part)] + _depth(part.number)
            part = replace(part, level=min(level, _DEEPEST))
        if part.kind == "list_item":
            left = part.lines[0].box.left
            while lefts and lefts[-1] > left + _INDENT:
                lefts.pop()
            if not lefts or left > lefts[-1] + _INDENT:
                lefts.append(left)
            part = replace(part, level=len(lefts))
        else:
            lefts = []
        found.append(part)
    return found


def _depth(number: str) -> int:
    """How much deeper a number of several parts is than one of one: `3.2` by one."""
    return max(0, len([piece for piece in number.strip(".)").split(".") if piece]) - 1)
