"""Text put together from blocks and runs, as a browser or a word processor shows them.

Blocks are parted by an empty line, the cells of a row by ` | `, and an item of a list begins with `- `. White space is
collapsed as HTML collapses it, unless it is meant.
"""

import re
from dataclasses import dataclass, field

_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" *\n")
_CELL = " | "
_ITEM = "- "


@dataclass(slots=True)
class Blocks:
    """A text as it is put together."""

    _parts: list[str] = field(default_factory=list)
    _current: list[str] = field(default_factory=list)
    _mark: str = ""

    def run(self, text: str) -> None:
        """Add text to the block, its white space collapsed."""
        shown = _SPACES.sub(" ", text)
        if not self._current or self._current[-1].endswith((" ", "\n")):
            shown = shown.lstrip(" ")
        if shown:
            self._current.append(shown)

    def preformatted(self, text: str) -> None:
        """Add text to the block, its white space as it is."""
        self._current.append(text)

    def newline(self) -> None:
        """Break the line within the block."""
        self._current.append("\n")

    def cell(self) -> None:
        """End a cell of a row."""
        if self._current and self._current[-1] != _CELL:
            self._current[-1] = self._current[-1].rstrip(" ")
            self._current.append(_CELL)

    def item(self) -> None:
        """Begin an item of a list."""
        self.end()
        self._mark = _ITEM

    def end(self) -> None:
        """End the block; an empty one leaves nothing behind."""
        text = _AROUND_BREAK.sub("\n", "".join(self._current)).strip("\n").rstrip().removesuffix(_CELL.rstrip())
        if text.strip():
            self._parts.append(self._mark + text.rstrip())
            self._mark = ""
        self._current.clear()

    @property
    def text(self) -> str:
        """All blocks, the last one ended."""
        self.end()
        return "\n\n".join(self._parts)
