"""Jupyter notebooks (nbformat 4, and 3): the cells in order, Markdown as such, code and what it printed as code.

Pictures and interactive outputs are named, not read; nothing is run.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import PARTED
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.plain.code import code_blocks
from rag.loaders.plain.markdown import markdown_blocks
from rag.types import Block

_OUTPUT = 20_000  # characters of an output that are read


@dataclass(slots=True)
class _Writer:
    """The text of a notebook as it grows."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    length: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, *, markdown: bool = False) -> None:
        """Add a cell or an output; an empty one leaves nothing behind."""
        shown = text.strip("\r\n").rstrip()
        if not shown.strip():
            return
        start = self.length + (len(PARTED) if self.parts else 0)
        self.parts.append(shown)
        self.length = start + len(shown)
        for block in markdown_blocks(shown) if markdown else code_blocks(shown):
            label = (block.label[0] + start, block.label[1] + start) if block.label else None
            self.blocks.append(replace(block, start=block.start + start, end=block.end + start, label=label))


def read(path: Path, data: bytes) -> Content:
    """The cells of a notebook as text. Raises UnreadableSourceError when it is none."""
    try:
        notebook = json.loads(decode(path, data).text)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        writer = _Writer()
        for cell in cells:
            _write_cell(writer, cell)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise UnreadableSourceError(f"{path} is no readable notebook ({error}). Save it again in Jupyter.") from error
    gaps = tuple(f"{count} {kind}{'s' if count > 1 else ''} not read" for kind, count in sorted(writer.unread.items()))
    return Content(PARTED.join(writer.parts), blocks=tuple(writer.blocks), gaps=gaps)


def _write_cell(writer: _Writer, cell: dict[str, Any]) -> None:
    source = _joined(cell.get("source", cell.get("input", "")))
    kind = cell.get("cell_type")
    if kind == "heading":  # of nbformat 3
        source = f"{'#' * int(cell.get('level', 1))} {source}"
    writer.add(source, markdown=kind in ("markdown", "heading"))
    for output in cell.get("outputs", ()):
        for text in _output(writer, output):
            writer.add(text[:_OUTPUT])


def _output(writer: _Writer, output: dict[str, Any]) -> Iterator[str]:
    """What an output says."""
    data = output.get("data", output)
    if output.get("output_type") in ("pyerr", "error"):
        yield f"{output.get('ename', '')}: {output.get('evalue', '')}"
    elif "text/plain" in data or "text" in data:
        yield _joined(data.get("text/plain", data.get("text", "")))
    if any(key.startswith("image/") or key in ("png", "svg", "jpeg") for key in data):
        writer.unread["picture"] += 1
    elif any(key.startswith("application/") for key in data) and "text/plain" not in data:
        writer.unread["interactive output"] += 1


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
