"""The text of a message that was written as plain text: quotations, forwarded headers and signatures told apart.

Marks of quotation (`> `) are taken away, so that no sentence is cut by one; the line that names who is quoted is a
heading over what is quoted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.loaders.blocks import Blocks
from rag.text.blocks import plain_blocks

_QUOTED = re.compile(r"(?:> ?)+")
_FIELD = re.compile(r"\*?([^\W\d_][\w-]*(?: [\w-]+){0,2}):\*?\s+(\S.*)")
_ADDRESSED = re.compile(r"[\w.+-]+@[\w-]")
_WROTE = re.compile(r"(?=.*(?:\d|@)).{5,200}:\s*", re.DOTALL)
_RULE = re.compile(r"[-_=*\s]{3,}")
_FORWARDED = re.compile(r"-{2,}\s*\S.{2,60}\S\s*-{2,}|_{10,}")
_SIGNATURE = re.compile(r"-- ?")
_FEWEST_FIELDS = 2
_LAST_LEVEL = 6

Kind = Literal["text", "fields", "heading", "signature"]


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind that stand together; `depth` is how often they are quoted."""

    kind: Kind
    depth: int
    lines: tuple[str, ...]


def write_plain(blocks: Blocks, text: str, *, level: int = 1) -> None:
    """Write the text of a message; headings within it are of `level` and deeper."""
    for part in _parts(text):
        if part.kind == "fields":
            write_fields(blocks, [match.groups() for line in part.lines if (match := _FIELD.fullmatch(line.strip()))])
        elif part.kind == "heading":
            title = " ".join(" ".join(part.lines).split())
            blocks.add(title, "heading", level=min(level + part.depth, _LAST_LEVEL))
        elif part.kind == "signature":
            blocks.add("\n".join(part.lines).strip(), "page_furniture")
        else:
            _write_text(blocks, "\n".join(part.lines).strip("\n"), level)


def write_fields(blocks: Blocks, fields: "list[tuple[str, ...]]") -> None:
    """Write the headers of a message; the name of each is its value's label."""
    for name, value in fields:
        start = blocks.position
        blocks.add(value, mark=f"{name}: ", label=(start, start + len(name)))


def _write_text(blocks: Blocks, text: str, level: int) -> None:
    """Write running text with the headings and items that are told from its lines."""
    for block in plain_blocks(text):
        shown = text[block.start : block.end]
        if block.kind == "heading":
            blocks.add(shown, "heading", level=min(level + block.level, _LAST_LEVEL))
        else:
            mark = f"{block.number} " if block.kind == "list_item" and not shown.startswith(block.number) else ""
            blocks.add(shown, block.kind, level=block.level, number=block.number, mark=mark)


def _parts(text: str) -> Iterator[Part]:
    lines = [_unquoted(line) for line in text.splitlines()]
    place = 0
    while place < len(lines):
        depth, line = lines[place]
        if _SIGNATURE.fullmatch(line) and depth == 0 and place:
            yield Part("signature", depth, tuple(line for _, line in lines[place + 1 :]))
            return
        taken, kind = _special(lines, place)
        if not taken:
            taken, kind = _run(lines, place), "text"
        yield Part(kind, depth, tuple(line for _, line in lines[place : place + taken]))
        place += taken


def _special(lines: list[tuple[int, str]], place: int) -> tuple[int, Kind]:
    """How many lines from here are forwarded headers, or name what is quoted or forwarded."""
    depth, line = lines[place]
    if count := _fields(lines, place):
        return count, "fields"
    if _FORWARDED.fullmatch(line.strip()):
        return 1, "heading" if not _RULE.fullmatch(line) else "text"
    for count in (1, 2, 3):  # `On Monday, 3 March, Ann wrote:` may be wrapped
        here = lines[place : place + count]
        whole = all(deep == depth and text.strip() for deep, text in here)
        wrote = whole and _WROTE.fullmatch(" ".join(text for _, text in here).strip())
        if wrote and _is_quoted_next(lines, place + count, depth):
            return count, "heading"
    return 0, "text"


def _is_quoted_next(lines: list[tuple[int, str]], place: int, depth: int) -> bool:
    """Whether the next line that is not empty is quoted more deeply."""
    after = lines[place : place + 2]
    return any(deeper > depth for deeper, _ in after) and all(d > depth or not text.strip() for d, text in after)


def _fields(lines: list[tuple[int, str]], place: int) -> int:
    """How many lines from here are the headers of a forwarded message: two at least, with an address or a mark."""
    count = 0
    while place + count < len(lines) and _FIELD.fullmatch(lines[place + count][1].strip()):
        count += 1
    shown = [line for _, line in lines[place : place + count]]
    above = next((line.strip() for _, line in reversed(lines[max(0, place - 3) : place]) if line.strip()), "")
    marked = bool(_FORWARDED.fullmatch(above)) or above.endswith(":")
    return count if count >= _FEWEST_FIELDS and (marked or any(map(_ADDRESSED.search, shown))) else 0


def _run(lines: list[tuple[int, str]], place: int) -> int:
    """How many lines from here are text of one depth."""
    depth = lines[place][0]
    count = 1
    while place + count < len(lines):
        deeper, line = lines[place + count]
        parted = deeper != depth and not (not line.strip() and deeper < depth)
        if parted or _SIGNATURE.fullmatch(line) or _special(lines, place + count)[0]:
            break
        count += 1
    return count


def _unquoted(line: str) -> tuple[int, str]:
    """How often a line is quoted, and the line without the marks."""
    mark = _QUOTED.match(line)
    return (mark[0].count(">"), line[mark.end() :]) if mark else (0, line)


def unflowed(text: str, *, delete_space: bool) -> str:
    """Text of `format=flowed` (RFC 3676) with the lines joined that were broken to fit."""
    lines: list[str] = []
    open_depth = -1
    for line in text.splitlines():
        depth, content = _unquoted(line)
        content = content[1:] if depth == 0 and content.startswith(" ") else content
        if open_depth == depth and lines and content.rstrip() != "--":
            lines[-1] += content
        else:
            lines.append("> " * depth + content)
        soft = content.endswith(" ") and content != "-- "
        if soft and delete_space:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if soft else -1
    return "\n".join(lines)
