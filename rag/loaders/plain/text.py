"""Plain text: the canonical text is the file's own characters, newlines as they are.

So an offset into it is an offset into what an editor shows. Numbered headings and the turns of speakers are told from
the lines, where the file has several of their kind.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.markup.outline import clause_number, heading_number, looks_like_heading
from rag.text.blocks import plain_blocks, trimmed
from rag.types import Block

_SPEAKER = re.compile(
    r"^[ \t]*([^\W\d_a-z][^\W\d_]*\.?(?:[ '’-][^\W_]+\.?){0,4})(?: \([^()\n]{1,30}\))?:[ \t]+(?=\S)", re.MULTILINE
)
_FEWEST_TURNS = 4
_PARTS = re.compile(r"[\dIVXLC]+|[A-Za-z]")
_LAST_LEVEL = 6


def read(path: Path, data: bytes) -> Content:
    """The text of a file. Raises UnreadableSourceError."""
    found = decode(path, data)
    return Content(found.text, encoding=found.encoding, blocks=text_blocks(found.text))


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text, in order."""
    blocks = _numbered(text, plain_blocks(text))
    speakers = _speakers(text)
    return tuple(part for block in blocks for part in (_turns(text, block, speakers) if speakers else (block,)))


def _numbered(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with those made headings that are a numbered line by itself over running text."""
    found = list(blocks)
    for place, (block, after) in enumerate(pairwise(blocks)):
        listed = place > 0 and found[place - 1].kind == "list_item"
        shown = text[block.start : block.end]
        number = heading_number(shown) if block.kind in {"list_item", "paragraph", "heading"} else ""
        if block.kind == "heading":
            depth = len(_PARTS.findall(number)) if number and block.level == 1 else block.level
            found[place] = replace(block, number=number, level=min(max(depth, 1), _LAST_LEVEL))
        elif number and not listed and looks_like_heading(shown) and _is_headline(text, block, after):
            level = min(len(_PARTS.findall(number)), _LAST_LEVEL)
            found[place] = replace(block, kind="heading", number=number, level=level)
        elif block.kind == "paragraph":
            found[place] = replace(block, number=clause_number(shown))
    return found


def _is_headline(text: str, block: Block, after: Block) -> bool:
    """Whether an empty line parts a block from the one after it, which is no item of the same list."""
    parted = text.count("\n", block.end, after.start) > 1 or text.count("\r", block.end, after.start) > 2
    return parted and not block.kind == after.kind == "list_item"


def _speakers(text: str) -> set[str]:
    """The names before a colon that begin several lines, where there are enough to make a transcript."""
    names = Counter(match[1] for match in _SPEAKER.finditer(text))
    often = {name for name, count in names.items() if count > 1}
    return often if len(often) > 1 and sum(names[name] for name in often) >= _FEWEST_TURNS else set()


def _turns(text: str, block: Block, speakers: set[str]) -> Iterator[Block]:
    """A block cut before each turn of a speaker; the speaker is the turn's label."""
    turns = [match for match in _SPEAKER.finditer(text, block.start, block.end) if match[1] in speakers]
    if not turns:
        yield block
        return
    ends = [turn.start() for turn in turns[1:]] + [block.end]
    start, stop = trimmed(text, (block.start, turns[0].start()))
    if start < stop:
        yield replace(block, start=start, end=stop)
    for turn, end in zip(turns, ends, strict=True):
        start, stop = trimmed(text, (turn.end(), end))
        if start < stop:
            yield Block("paragraph", start, stop, label=turn.span(1))
