"""Plain text and Markdown: the canonical text is the file's own characters, newlines as they are.

So an offset into it is an offset into what an editor shows. Splits nothing.
"""

from pathlib import Path

from rag.loaders.content import Content
from rag.loaders.decoding import decode


def read(path: Path, data: bytes) -> Content:
    """The text of a file. Raises UnreadableSourceError."""
    found = decode(path, data)
    return Content(found.text, encoding=found.encoding)
