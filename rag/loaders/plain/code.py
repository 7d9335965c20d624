"""Source code, logs and settings: the canonical text is the file's own characters, and a citation names the line.

Code and logs are read line by line. Of settings (YAML, TOML, INI), a key that holds others is a heading over them, so
that `port: 7412` is known to be that of `server`. Nothing is parsed, run or checked.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.text.blocks import lines_of, trimmed
from rag.types import Block

_LAST_LEVEL = 6
_SECTION = re.compile(r"\s*\[{1,2}\s*(?P<name>[^\[\]]+?)\s*\]{1,2}\s*(?:[#;].*)?")
_PARENT = re.compile(
    r"(?P<indent>\s*)(?:- )?(?P<name>[^\s#:\"'\[{][^#:]*?|\"[^\"]+\"|'[^']+')\s*:\s*(?:[&!]\S+\s*)?(?:#.*)?"
)
_COMMENT = re.compile(r"\s*(?:#|;|//)\s*(?P<text>\S.*)")


def read(path: Path, data: bytes) -> Content:
    """The text of a file of code or of a log. Raises UnreadableSourceError."""
    found = decode(path, data)
    return Content(found.text, encoding=found.encoding, blocks=tuple(code_blocks(found.text)))


def read_settings(path: Path, data: bytes) -> Content:
    """The text of a file of settings. Raises UnreadableSourceError."""
    found = decode(path, data)
    sections = path.suffix.lower() not in (".yaml", ".yml")
    return Content(found.text, encoding=found.encoding, blocks=tuple(_settings_blocks(found.text, sections)))


def code_blocks(text: str) -> Iterator[Block]:
    """Runs of lines without an empty line between them, each a block of code."""
    start = end = -1
    for line in lines_of(text):
        first, last = trimmed(text, line)
        if first == last:
            if start >= 0:
                yield Block("code", start, end)
            start = -1
        else:
            start, end = first if start < 0 else start, last
    if start >= 0:
        yield Block("code", start, end)


def _settings_blocks(text: str, sections: bool) -> Iterator[Block]:
    """A heading for each part, a paragraph for each comment, a line of code for each setting."""
    lines = [line for line in lines_of(text) if text[slice(*line)].strip()]
    for number, line in enumerate(lines):
        shown = text[slice(*line)]
        start, end = trimmed(text, line)
        following = text[slice(*lines[number + 1])] if number + 1 < len(lines) else ""
        section = _SECTION.fullmatch(shown) if sections else None
        parent = None if sections else _PARENT.fullmatch(shown)
        if section:
            level = min(1 + section["name"].count("."), _LAST_LEVEL)
            yield Block("heading", line[0] + section.start("name"), line[0] + section.end("name"), level=level)
        elif parent and (_indent(following) > _indent(shown) or following.lstrip().startswith("- ")):
            depth = _indent(shown) // 2 + 1
            start = line[0] + parent.start("name")
            yield Block("heading", start, line[0] + parent.end("name"), level=min(depth, _LAST_LEVEL))
        elif comment := _COMMENT.fullmatch(shown):
            yield Block("paragraph", line[0] + comment.start("text"), end)
        elif any(character.isalnum() for character in shown):
            yield Block("code", start, end)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
