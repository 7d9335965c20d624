"""Page furniture: running heads and feet, page numbers, line numbers; kept apart from the text that it interrupts.

A line at the edge of a page is furniture when pages share it, but for its numbers, or when its number counts the pages.
A column of numbers that count lines is furniture beside running text and code, not in a table.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from rag.loaders.pdf.fragments import rows_of
from rag.loaders.pdf.glyphs import Fragment, down, fragment

_EDGE = 0.15  # of a page's height, at its top and at its bottom
_EDGE_ROWS = 3
_APART = 0.8  # heights of a line between furniture and text
_HEAD = 100  # characters of a running head at the most
_FEW = 4  # pages of a document on which two alike are enough
_SAME_PLACE = 6.0  # points
_NUMBER = re.compile(r"\d{1,4}")
_PAGE_NUMBER = re.compile(
    r"\W*(?:\w{1,6}\.?\s+)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:\w{2,3}|/)\s*\d{1,4})?\W*", re.IGNORECASE
)
_LINE_NUMBER = re.compile(r"\d{1,3}")
_LINE_NUMBERS = 4  # in a column
_STEPS = (1, 5, 10)
_BESIDE = 5.0  # heights of a line from a line's number to the line
_RUNNING = 18  # characters in the middle line that numbers stand beside

Row = list[Fragment]


def without_furniture(
    pages: Sequence[list[Fragment]], heights: Sequence[float]
) -> tuple[list[list[Fragment]], list[list[Row]]]:
    """The fragments of each page without its furniture, and the rows that are furniture."""
    edges = [list(_edge_rows(items, height)) for items, height in zip(pages, heights, strict=True)]
    known = _shared(edges) | _counting(edges) | _alone(pages, edges)
    rest, found = [], []
    for items, rows in zip(pages, edges, strict=True):
        furniture = _set_apart(items, rows, known)
        taken = {id(item) for row in furniture for item in row}
        kept, numbers = without_line_numbers([item for item in items if id(item) not in taken])
        rest.append(kept)
        found.append([*furniture, *numbers])
    return rest, found


def without_line_numbers(items: list[Fragment]) -> tuple[list[Fragment], list[Row]]:
    """The fragments of a page without the numbers of its lines, and those numbers, column by column."""
    found: list[Row] = []
    for column in _number_columns(items):
        if all(any(item is other for other in items) for item in column) and _counts_lines(column, items):
            taken = {id(item) for item in column}
            items = [item for item in items if id(item) not in taken]
            found.append(column)
    return items, found


def _set_apart(items: Sequence[Fragment], rows: Sequence[tuple[str, Row]], known: set[int]) -> list[Row]:
    """The outermost known rows at either edge that white space parts from the rest: a table's first rows are not."""
    tops = [row for edge, row in rows if edge == "top"]
    bottoms = [row for edge, row in reversed(rows) if edge == "bottom"]
    found: list[Row] = []
    for outward, edge_rows in ((1, tops), (-1, bottoms)):
        outer: list[Row] = []
        for row in edge_rows:
            if id(row[0]) not in known:
                break
            outer.append(row)
            if _gap_after(row, items, outward) >= _APART * row[0].height:
                found.extend(outer)
                outer = []
    return found


def _gap_after(row: Row, items: Sequence[Fragment], outward: int) -> float:
    """The white space between a row and what stands further in; `outward`: 1 at the top of a page, -1 at its foot."""
    middle = row[0].middle
    inner = [item for item in items if (item.middle - middle) * outward > row[0].height / 2]
    if outward > 0:
        return min((item.box.top for item in inner), default=float("inf")) - row[0].box.bottom
    return row[0].box.top - max((item.box.bottom for item in inner), default=float("-inf"))


def _edge_rows(items: Sequence[Fragment], height: float) -> Iterator[tuple[str, Row]]:
    """The outermost lines of a page, each with the edge it is at."""
    rows = [sorted(row, key=lambda item: item.box.left) for row in rows_of(items)]
    for row in rows[:_EDGE_ROWS]:
        if row[0].middle < _EDGE * height:
            yield "top", row
    for row in rows[-_EDGE_ROWS:]:
        if row[0].middle > (1 - _EDGE) * height:
            yield "bottom", row


def _shared(edges: Sequence[Sequence[tuple[str, Row]]]) -> set[int]:
    """The rows that several pages have in one place, but for their numbers; each by its first fragment."""
    places: defaultdict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for page, rows in enumerate(edges):
        for _, row in rows:
            if (shape := _shape(row)) and len(shape) <= _HEAD:
                places[shape].append((row[0].middle, page, id(row[0])))
    least = 2 if len(edges) <= _FEW else 3
    found: set[int] = set()
    for same in places.values():
        for middle, _, _ in same:
            near = [item for item in same if abs(item[0] - middle) <= _SAME_PLACE]
            if len({page for _, page, _ in near}) >= least:
                found.update(key for _, _, key in near)
    return found


def _shape(row: Row) -> str:
    return _NUMBER.sub("0", " ".join("".join(item.text for item in row).split()))


def _counting(edges: Sequence[Sequence[tuple[str, Row]]]) -> set[int]:
    """The short outermost rows with a number that counts the pages."""
    counts: Counter[tuple[str, int]] = Counter()
    offers: list[tuple[tuple[str, int], int]] = []
    for page, rows in enumerate(edges):
        top, bottom = [row for edge, row in rows if edge == "top"], [row for edge, row in rows if edge == "bottom"]
        for edge, row in (*(("top", row) for row in top[:1]), *(("bottom", row) for row in bottom[-1:])):
            if len(_shape(row)) > _HEAD:
                continue
            for number in {int(item) for item in _end_numbers(row)}:
                offers.append(((edge, number - page), id(row[0])))
                counts[edge, number - page] += 1
    return {key for offer, key in offers if counts[offer] > 1}


def _end_numbers(row: Row) -> Iterator[str]:
    """The numbers that a row begins or ends with."""
    words = " ".join(item.text for item in row).split()
    yield from (word for word in (words[0], words[-1]) if _NUMBER.fullmatch(word))


def _alone(pages: Sequence[Sequence[Fragment]], edges: Sequence[Sequence[tuple[str, Row]]]) -> set[int]:
    """Page numbers that stand by themselves at the very edge of a page, away from its text."""
    found: set[int] = set()
    for items, rows in zip(pages, edges, strict=True):
        for edge, row in rows:
            others = [item for item in items if all(item is not own for own in row)]
            text = " ".join(item.text for item in row)
            if len(row) == 1 and others and _PAGE_NUMBER.fullmatch(text) and _is_outermost(row[0], others, edge):
                found.add(id(row[0]))
    return found


def _is_outermost(item: Fragment, others: Sequence[Fragment], edge: str) -> bool:
    gaps = [other.box.top - item.box.bottom if edge == "top" else item.box.top - other.box.bottom for other in others]
    return min(gaps) > item.height


def _number_columns(items: Sequence[Fragment]) -> Iterator[Row]:
    """Numbers below each other that count in equal steps."""
    numbers = [item for item in items if _LINE_NUMBER.fullmatch(item.text)]
    for side in ("right", "left"):
        columns: defaultdict[int, Row] = defaultdict(list)
        for item in sorted(numbers, key=lambda item: item.middle):
            columns[round(getattr(item.box, side) / 3)].append(item)
        for _, column in sorted(columns.items()):
            run = column[:1]
            for before, item in itertools.pairwise(column):
                if int(item.text) - int(before.text) not in _STEPS or (
                    len(run) > 1 and int(item.text) - int(before.text) != int(run[1].text) - int(run[0].text)
                ):
                    yield run
                    run = []
                run.append(item)
            yield run


def _counts_lines(column: Row, items: Sequence[Fragment]) -> bool:
    """Whether a column of numbers counts the lines of the text beside it, and is no column of a table."""
    if len(column) < _LINE_NUMBERS:
        return False
    beside: list[Fragment] = []
    for number in column:
        near = [
            item
            for item in items
            if item is not number and down(item.box, number.box) > 0.5 * min(item.height, number.height)
        ]
        right = sorted((item for item in near if item.box.left >= number.box.right - 1), key=lambda item: item.box.left)
        if right and right[0].box.left - number.box.right <= _BESIDE * number.height:
            beside.append(right[0])
    if len(beside) < 0.6 * len(column):
        return False
    running = median(len(item.glyphs) for item in beside) >= _RUNNING
    code = sum(item.style.mono for item in beside) > len(beside) / 2
    smaller = median(item.height for item in column) < 0.9 * median(item.height for item in beside)
    return running or code or smaller


def split_line_numbers(items: Sequence[Fragment]) -> list[Fragment]:
    """Fragments, the number that each of many lines in a row begins with cut off."""
    starts = {id(item): cut for item in items if (cut := _leading_number(item))}
    rows = [
        row for row in (sorted(row, key=lambda item: item.box.left) for row in rows_of(items)) if id(row[0]) in starts
    ]
    values = [int(row[0].text[: starts[id(row[0])]]) for row in rows]
    steps = [b - a for a, b in itertools.pairwise(values)]
    if len(values) < _LINE_NUMBERS + 1 or any(step != 1 for step in steps):
        return list(items)
    numbered = {id(row[0]) for row in rows}
    parts = (
        (item.glyphs[: starts[id(item)]], item.glyphs[starts[id(item)] :]) if id(item) in numbered else (item.glyphs,)
        for item in items
    )
    return [found for part in parts for glyphs in part if (found := fragment(glyphs))]


def _leading_number(item: Fragment) -> int:
    """How many glyphs the number has that a fragment begins with, a wide gap after it; 0 for none."""
    number = _LINE_NUMBER.match(item.text)
    if not number or number.end() >= len(item.glyphs) or item.text[number.end()] != " ":
        return 0
    before = item.glyphs[number.end() - 1].box
    after = next((glyph.box for glyph in item.glyphs[number.end() :] if glyph.box and not glyph.text.isspace()), None)
    return number.end() if before and after and after.left - before.right > 0.6 * item.height else 0
