"""Blocks of a plain text, found by its empty lines and marks, and the check that blocks fit their text.

Knows the marks of lists and the headings that people type (`# Setup`, a line of `=` below, a short line over running
text). It reads no format: what a loader knows of its file it says in blocks of its own.
"""

import re
from collections.abc import Iterator, Sequence

from rag.types import Block

Span = tuple[int, int]

LINE_BREAK = re.compile(r"\r\n|\r|\n")
_BULLET = re.compile(r"\s*(?P<mark>[-*+•‣–])\s+(?=\S)")
_LIST_ITEM = re.compile(r"\s*(?P<mark>[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)")
_MARKDOWN_HEADING = re.compile(r"\s{0,3}(?P<mark>#{1,6})\s+(?=\S)")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*")
_DECORATION = re.compile(r"[-=*_#`~|:+\s]+")
_SENTENCE_END = re.compile(r"[.!?:;,…。！？।][\"'”’»)\]]*$")
_HEADING_CHARACTERS = 100
_HEADING_WORDS = 14


def check_blocks(text: str, blocks: Sequence[Block]) -> None:
    """Raises ValueError naming the first block that is empty, out of order, or not within the text."""
    last = 0
    for block in blocks:
        if not last <= block.start < block.end <= len(text):
            raise ValueError(f"a {block.kind} at {block.start}:{block.end} after {last} in {len(text)} characters")
        if block.label and not 0 <= block.label[0] < block.label[1] <= len(text):
            raise ValueError(f"a label at {block.label} in {len(text)} characters")
        last = block.end


def plain_blocks(text: str) -> tuple[Block, ...]:
    """The headings, paragraphs and list items of a plain text, in order, without the white space around them.

    Every character lies in one of them, but for white space, ruled lines (`---`) and the marks of headings and bullets.
    A number that begins an item is part of it: it may be part of a sentence that was wrapped there.
    """
    found = [block for lines in _paragraphs(text) for block in _segments(text, lines)]
    following: list[Block | None] = [*found[1:], None]
    return tuple(
        Block("heading", block.start, block.end, level=1) if _heads(text, block, after) else block
        for block, after in zip(found, following, strict=False)
    )


def lines_of(text: str) -> Iterator[Span]:
    """The lines of a text, without their ends: LF, CR LF or CR."""
    start = 0
    for mark in LINE_BREAK.finditer(text):
        yield start, mark.start()
        start = mark.end()
    yield start, len(text)


def trimmed(text: str, span: Span) -> Span:
    """A span without the white space at its ends; an empty one where there is nothing else."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Runs of lines without an empty line between them."""
    lines: list[Span] = []
    for line in lines_of(text):
        start, end = trimmed(text, line)
        if start < end:
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _segments(text: str, lines: list[Span]) -> Iterator[Block]:
    """The parts of a paragraph that stand apart: headings, items, and what was meant to begin a new line."""
    width = max(end - start for start, end in lines)
    first = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or _parted(text, lines[number - 1], lines[number], width):
            underline = _UNDERLINE.fullmatch(text, *lines[number]) if number < len(lines) else None
            yield from _segment(text, (lines[first][0], lines[number - 1][1]), underline)
            first = number


def _segment(text: str, lines: Span, underline: re.Match[str] | None) -> Iterator[Block]:
    start, end = trimmed(text, lines)
    if _DECORATION.fullmatch(text, start, end):
        return
    if marked := _MARKDOWN_HEADING.match(text, lines[0], end):
        yield Block("heading", marked.end(), end, level=len(marked["mark"]))
    elif underline:
        yield Block("heading", start, end, level=1 if "=" in underline[0] else 2)
    elif bullet := _BULLET.match(text, lines[0], end):
        yield Block("list_item", bullet.end(), end, level=1, number=bullet["mark"])
    elif item := _LIST_ITEM.match(text, lines[0], end):
        yield Block("list_item", start, end, level=1, number=item["mark"])
    else:
        yield Block("paragraph", start, end)


def _parted(text: str, line: Span, following: Span, width: int) -> bool:
    """Whether the break between two lines was meant, and is not just where the text was wrapped."""
    if any(_MARKDOWN_HEADING.match(text, *part) or _DECORATION.fullmatch(text, *part) for part in (line, following)):
        return True
    if _LIST_ITEM.match(text, *following):
        return True
    _, end = trimmed(text, line)
    after, _ = trimmed(text, following)
    word = next((place for place in range(after, following[1]) if text[place].isspace()), following[1])
    fits = (end - line[0]) + 1 + (word - after) <= width
    return fits and not text[after].islower() and text[end - 1] not in ",-"


def _heads(text: str, block: Block, following: Block | None) -> bool:
    """Whether an unmarked paragraph is a heading: a short line without a full stop, with running text after it."""
    if block.kind != "paragraph" or following is None:
        return False
    return _heading_like(text, block) and not (following.kind != "list_item" and _heading_like(text, following))


def _heading_like(text: str, block: Block) -> bool:
    if block.end - block.start > _HEADING_CHARACTERS:
        return False
    line = text[block.start : block.end]
    short = len(line.split()) <= _HEADING_WORDS and not LINE_BREAK.search(line)
    return short and ": " not in line and " | " not in line and not _SENTENCE_END.search(line)
