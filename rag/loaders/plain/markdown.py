"""Markdown: the canonical text is the file's own characters; the blocks are those of CommonMark, by markdown-it-py.

A block's span begins after its marks (`#`, `-`, `>`). What explains a term, as on pages of settings, has the term as
its label. Front matter is read as fields.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.loaders.markup.outline import clause_number, heading_number
from rag.text.blocks import lines_of, trimmed
from rag.types import Block

if TYPE_CHECKING:
    from markdown_it.token import Token

Span = tuple[int, int]

_FENCES = ("---", "+++")
_FIELD = re.compile(r"([\w.-]+)\s*[:=]\s*(\S.*?)\s*")
_TERM = re.compile(r"(?:`[^`\n]+`|\*\*[^*\n]+\*\*|__[^_\n]+__)")
_TERM_LINE = re.compile(rf"{_TERM.pattern}(?:[ ,/|]*(?:or )?{_TERM.pattern})*(?:\s*\([^()\n]*\))?\s*:?")
_NOTE = re.compile(r"\[\^([^\]\n]+)\]:\s*")
_PICTURES = re.compile(r"(?:\[?!\[[^\]]*\]\([^)\s]*\)(?:\]\([^)\s]*\))?\s*)+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HASHES = re.compile(r"\s{0,3}#{1,6}(?:\s+|$)")
_CLOSING = re.compile(r"\s+#+\s*$")
_MARKS = re.compile(r"(?:\s|>)*")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s+\[[ xX]\])?\s+")
_CELL = re.compile(r"(?:\\.|[^|\\])*")  # a bar parts cells in code too, unless it is escaped
_SHORT = 12  # words of a paragraph that can be a term


def read(path: Path, data: bytes) -> Content:
    """The text of a file and its blocks. Raises UnreadableSourceError."""
    found = decode(path, data)
    return Content(found.text, encoding=found.encoding, blocks=markdown_blocks(found.text))


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text, in order."""
    from markdown_it import MarkdownIt

    lines = list(lines_of(text))
    front = _front_matter(text, lines)
    body = "\n".join("" if number < front else text[start:end] for number, (start, end) in enumerate(lines))
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    tokens = parser.parse(body.replace("\0", "\ufffd"))
    writer = _Writer(text, lines)
    for line in lines[1 : max(front - 1, 1)]:
        writer.field(line)
    for token in tokens:
        writer.take(token)
    return tuple(sorted(writer.blocks, key=lambda block: block.start))


def _front_matter(text: str, lines: Sequence[Span]) -> int:
    """How many lines the fields at the top of a file take, their fences counted."""
    fence = text[slice(*lines[0])].rstrip()
    if fence not in _FENCES:
        return 0
    return next((n + 1 for n, line in enumerate(lines[1:], start=1) if text[slice(*line)].rstrip() == fence), 0)


@dataclass(slots=True)
class _Writer:
    """Makes blocks of tokens as they come. `items` are the list items that are open."""

    text: str
    lines: Sequence[Span]
    blocks: list[Block] = field(default_factory=list)
    items: "list[_Item]" = field(default_factory=list)
    table: int = 0
    row: int = 0
    labels: dict[int, Span] = field(default_factory=dict)
    heads: bool = False

    def take(self, token: "Token") -> None:
        """Make the blocks of a token."""
        make = getattr(self, f"_{token.type}", None)
        if make is not None:
            make(token)

    def field(self, line: Span) -> None:
        """Make a block of a line of front matter."""
        match = _FIELD.fullmatch(self.text, *line)
        if match:
            self.blocks.append(Block("paragraph", *match.span(2), label=match.span(1)))

    def _list_item_open(self, token: "Token") -> None:
        self.items.append(_Item(f"{token.info}{token.markup}"))

    def _list_item_close(self, _: "Token") -> None:
        self.items.pop()

    def _heading_open(self, token: "Token") -> None:
        first, last = _map(token)
        setext = token.markup in {"=", "-"}
        start, end = self._span(first, last - 1 if setext else last)
        hashes = None if setext else _HASHES.match(self.text, start, end)
        start = hashes.end() if hashes else start
        closing = _CLOSING.search(self.text, start, end)
        self._add("heading", (start, closing.start() if closing else end), level=int(token.tag[1]))

    def _paragraph_open(self, token: "Token") -> None:
        span = trimmed(self.text, self._span(*_map(token)))
        note = _NOTE.match(self.text, *span)
        if note:
            self._add("footnote", (note.end(), span[1]), number=note[1])
        elif _PICTURES.fullmatch(self.text, *span):
            self._add("page_furniture", span)
        elif self.items:
            self._item_paragraph(span, self.items[-1])
        else:
            self._add("paragraph", span, label=self._term_in(span))

    def _item_paragraph(self, span: Span, item: "_Item") -> None:
        level = len(self.items)
        first = not item.begun
        item.begun = True
        term = self._term_line(span) if first else None
        number = item.mark if first else ""
        if term is not None:
            self._add("list_item", term, level=level, number=number, header=True)
            item.label = term
            span, number = trimmed(self.text, (term[1], span[1])), ""
            if span[0] >= span[1]:
                return
        label = item.label or self._term_in(span)
        self._add("list_item", span, level=level, number=number, label=label)

    def _term_line(self, span: Span) -> Span | None:
        """A term that stands on the first line of an item by itself, with more below it or in a paragraph after it."""
        end = next((self.text.index(mark, *span) for mark in "\n\r" if self.text.find(mark, *span) >= 0), span[1])
        first = trimmed(self.text, (span[0], end))
        return first if _TERM_LINE.fullmatch(self.text, *first) else None

    def _term_in(self, span: Span) -> Span | None:
        """The term that a paragraph begins with and then explains."""
        term = _TERM.match(self.text, *span)
        return term.span() if term and term.end() < span[1] else None

    def _fence(self, token: "Token") -> None:
        first, last = _map(token)
        closed = last - first >= 2 and self._line(last - 1).lstrip("> ").startswith(token.markup[:3])
        self._add("code", self._span(first + 1, last - 1 if closed else last))

    def _code_block(self, token: "Token") -> None:
        self._add("code", self._span(*_map(token)))

    def _html_block(self, token: "Token") -> None:
        span = trimmed(self.text, self._span(*_map(token)))
        hidden = _COMMENT.fullmatch(self.text, *span)
        self._add("page_furniture" if hidden else "paragraph", span)

    def _table_open(self, _: "Token") -> None:
        self.table, self.row = self.table + 1, 0
        self.labels = {}

    def _thead_open(self, _: "Token") -> None:
        self.heads = True

    def _tbody_open(self, _: "Token") -> None:
        self.heads = False

    def _tr_open(self, token: "Token") -> None:
        self.row += 1
        place = {"table": self.table, "row": self.row, "header": self.heads}
        for column, span in self._cells(self._span(_map(token)[0], _map(token)[0] + 1)):
            if self.heads:
                self.labels[column] = span
            label = None if self.heads else self.labels.get(column)
            self.blocks.append(Block("table_cell", *span, column=column, label=label, **place))  # type: ignore[arg-type]

    def _cells(self, line: Span) -> Iterator[tuple[int, Span]]:
        """(column, span) of the cells of a line that are not empty."""
        start, end = trimmed(self.text, line)
        place = start + 1 if self.text.startswith("|", start) else start
        column = 1
        while place <= end:
            cell = _CELL.match(self.text, place, end)
            stop = cell.end() if cell else place
            first, last = trimmed(self.text, (place, stop))
            if first < last:
                yield column, (first, last)
            column, place = column + 1, stop + 1

    def _span(self, first: int, last: int) -> Span:
        """The lines from one to before another, without the marks in front of the first one's text."""
        start, end = self.lines[first][0], self.lines[max(first, min(last, len(self.lines)) - 1)][1]
        start = _after(_MARKS, self.text, start, end)
        while item := _ITEM.match(self.text, start, end) if self.items and not self.items[-1].begun else None:
            start = _after(_MARKS, self.text, item.end(), end)
        return start, end

    def _line(self, number: int) -> str:
        return self.text[slice(*self.lines[number])]

    def _add(self, kind: str, span: Span, **fields: object) -> None:
        start, end = trimmed(self.text, span)
        if start < end:
            shown = self.text[start:end]
            number = heading_number(shown) if kind == "heading" else clause_number(shown) if kind == "paragraph" else ""
            self.blocks.append(Block(kind, start, end, **{"number": number, **fields}))  # type: ignore[arg-type]


@dataclass(slots=True)
class _Item:
    """A list item that is open: its mark, whether its text has begun, and the term that it explains."""

    mark: str
    begun: bool = False
    label: Span | None = None


def _map(token: "Token") -> Span:
    """The lines of a token: from, and to before."""
    return (token.map[0], token.map[1]) if token.map else (0, 0)


def _after(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    match = pattern.match(text, start, end)
    return match.end() if match else start
