"""reStructuredText: the canonical text is the file's own characters; titles, literal blocks and what plain text has.

Titles are told by the line below them, their level by which sign came first, as docutils has it. Directives and roles
stand as they are written.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.text.blocks import lines_of, plain_blocks, trimmed
from rag.types import Block

_LAST_LEVEL = 6
_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*")


def read(path: Path, data: bytes) -> Content:
    """The text of a file and its blocks. Raises UnreadableSourceError."""
    found = decode(path, data)
    return Content(found.text, encoding=found.encoding, blocks=tuple(_blocks(found.text)))


def _blocks(text: str) -> Iterator[Block]:
    begun = 0
    literal = False
    for title, start, end in _titles(text):
        for block in _between(text, begun, start, literal):
            yield block
            literal = text[block.start : block.end].endswith("::")
        yield title
        begun, literal = end, False
    yield from _between(text, begun, len(text), literal)


def _between(text: str, start: int, end: int, literal: bool) -> Iterator[Block]:
    """The blocks of a part without titles; what is indented below a line that ends in `::` is code."""
    for block in plain_blocks(text[start:end]):
        moved = replace(block, start=block.start + start, end=block.end + start)
        line = text.rfind("\n", 0, moved.start) + 1
        indented = line < moved.start and not text[line : moved.start].strip()
        if literal and indented:
            moved = replace(moved, kind="code", level=0, number="")
        else:
            literal = text[moved.start : moved.end].rstrip().endswith("::")
        yield replace(moved, kind="paragraph", level=0) if moved.kind == "heading" else moved


def _titles(text: str) -> Iterator[tuple[Block, int, int]]:
    """Titles, each with the span that it takes with its rules."""
    lines = list(lines_of(text))
    styles: list[tuple[str, bool]] = []
    number = 0
    while number + 1 < len(lines):
        over = _RULE.fullmatch(text[slice(*lines[number])]) if number + 2 < len(lines) else None
        title = number + 1 if over else number
        under = _RULE.fullmatch(text[slice(*lines[title + 1])])
        start, end = trimmed(text, lines[title])
        if under and start < end and len(under[0].rstrip()) >= end - start and (not over or over[0] == under[0]):
            style = (under[1], over is not None)
            if style not in styles:
                styles.append(style)
            level = min(styles.index(style) + 1, _LAST_LEVEL)
            yield Block("heading", start, end, level=level), lines[number][0], lines[title + 1][1]
            number = title + 2
        else:
            number += 1
