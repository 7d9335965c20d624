"""Mailboxes (mbox, RFC 4155): each message as it is read by itself, under a heading with its subject.

Messages are separated by lines that begin with `From `. What cannot be read of one costs that one.
"""

import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import PARTED
from rag.loaders.content import Attachment, Content
from rag.loaders.mail import message
from rag.types import Block

MESSAGES = 20_000
_FROM = re.compile(rb"^From (?=\S.*\d\d:\d\d).*$\r?\n?", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_LAST_LEVEL = 6


def read(path: Path, data: bytes) -> Content:
    """All messages of a mailbox. Raises UnreadableSourceError where none can be read."""
    starts = [match.span() for match in _FROM.finditer(data)]
    if len(starts) > MESSAGES:
        raise UnreadableSourceError(f"{path} has over {MESSAGES:,} messages. Split it.")
    ends = [*(start for start, _ in starts[1:]), len(data)][: len(starts)]
    parts: list[str] = []
    gaps: list[str] = []
    length = tables = 0
    blocks: list[Block] = []
    attachments: list[Attachment] = []
    for number, ((_, begin), end) in enumerate(zip(starts, ends, strict=True), start=1):
        letter = _QUOTED_FROM.sub(rb"\1", data[begin:end])
        try:
            found = message.read(path, letter)
        except UnreadableSourceError:
            gaps.append(f"message {number} cannot be read")
            continue
        title = _subject(letter) or f"Message {number}"
        start = length + (len(PARTED) if parts else 0)
        parts.extend((title, found.text))
        length = start + len(title) + len(PARTED) + len(found.text)
        blocks.append(Block("heading", start, start + len(title), level=1))
        moved = _moved(found.blocks, start + len(title) + len(PARTED), tables)
        tables = max([tables, *(block.table or 0 for block in moved)])
        blocks.extend(moved)
        gaps.extend(f"message {number}: {gap}" for gap in found.gaps)
        attachments.extend(found.attachments)
    if not parts:
        raise UnreadableSourceError(f"{path} holds no message that can be read. Export it again as mbox or .eml.")
    return Content(PARTED.join(parts), gaps=tuple(gaps), blocks=tuple(blocks), attachments=tuple(attachments))


def _subject(letter: bytes) -> str:
    try:
        return " ".join(
            str(make_header(decode_header(BytesHeaderParser().parsebytes(letter)["Subject"] or ""))).split()
        )
    except (ValueError, LookupError):
        return ""


def _moved(blocks: tuple[Block, ...], by: int, tables: int) -> list[Block]:
    """The blocks of a message as they stand in the mailbox, a level down, their tables after those before."""
    return [
        replace(
            block,
            start=block.start + by,
            end=block.end + by,
            label=(block.label[0] + by, block.label[1] + by) if block.label else None,
            level=min(block.level + 1, _LAST_LEVEL) if block.kind == "heading" else block.level,
            table=block.table + tables if block.table else None,
        )
        for block in blocks
    ]
