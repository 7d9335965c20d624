"""The files within a file, such as a message's attachments: each read by its own loader and put after the text.

Each stands under a heading with its name. What cannot be read is named instead.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import PARTED
from rag.loaders.content import Attachment, Content
from rag.text.blocks import plain_blocks
from rag.types import Block

DEEPEST = 3  # files within one another that are read
_LAST_LEVEL = 6

ReadContent = Callable[..., Content]


def with_attachments(content: Content, read: ReadContent, *, within: int) -> Content:
    """A file's text with that of its attachments after it. `read` reads one that lies `within` so many files."""
    if not content.attachments:
        return content
    unread: list[str] = []
    gaps = list(content.gaps)
    for attachment in content.attachments:
        path = Path(attachment.name)
        if path.suffix.lower() != attachment.suffix:
            path = Path(attachment.name.replace("/", "-") + attachment.suffix)
        try:
            if within >= DEEPEST:
                raise UnreadableSourceError(f"{path} lies in too many files within one another.")
            inner = read(path, attachment.data, within=within + 1)
        except UnreadableSourceError as error:
            unread.append(attachment.name) if "are not read" in str(error) else gaps.append(f"attachment: {error}")
            continue
        if not inner.text.strip():
            continue
        content = _joined(content, attachment, inner)
        gaps.extend(f"{attachment.name}: {gap}" for gap in inner.gaps)
    named = [f"attachments are not read: {', '.join(unread)}"] if unread else []
    return replace(content, gaps=(*gaps, *named), attachments=())


def _joined(content: Content, attachment: Attachment, inner: Content) -> Content:
    title = f"Attachment: {attachment.name}"
    start = len(content.text) + (len(PARTED) if content.text else 0)
    head = Block("heading", start, start + len(title), level=1)
    tables = max((block.table or 0 for block in content.blocks), default=0)
    place = head.end + len(PARTED)
    blocks = inner.blocks or plain_blocks(inner.text)
    moved = (_moved(block, place, tables) for block in blocks)
    text = (content.text + PARTED if content.text else "") + title + PARTED + inner.text
    return replace(content, text=text, blocks=(*content.blocks, head, *moved))


def _moved(block: Block, by: int, tables: int) -> Block:
    """A block of an attachment as it stands in the whole: further on, a level down, its table after those before."""
    label = (block.label[0] + by, block.label[1] + by) if block.label else None
    level = min(block.level + 1, _LAST_LEVEL) if block.kind == "heading" else block.level
    table = block.table + tables if block.table else None
    return replace(block, start=block.start + by, end=block.end + by, label=label, level=level, table=table)
