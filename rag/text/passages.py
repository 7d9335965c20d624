"""The passages of a document: what may stand in one chunk, each with the context it means nothing without.

A heading and the text under it are a passage; so is a row of a table, a list longer than a chunk keeps its lead-in. Of
page furniture, what is printed on page after page is taken once. Cuts nothing to length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.text.blocks import plain_blocks
from rag.text.language import language_of
from rag.text.sentences import block_sentences, prose_spans
from rag.types import Block, ContextRole, ContextSpan, Document, Sentence

Span = tuple[int, int]

_ROW = 240  # characters of a row that is read as one sentence; a longer one is read a few cells at a time
_NAMES = 400  # characters of column names that go with a row
_MAIL = (".eml", ".mbox", ".msg")  # whose labelled paragraphs are the headers of messages
_NAME = 120  # characters of a heading or a cell that names others; a longer one is no name


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences that may stand in one chunk, and the context of all of them.

    `lead_ins` are the sentences that introduce the list in which a sentence stands, by the sentence's start.
    """

    sentences: tuple[Sentence, ...]
    context: tuple[ContextSpan, ...]
    lead_ins: dict[int, ContextSpan]


@dataclass(slots=True)
class _Section:
    """The headings above what is being read, from the highest."""

    text: str
    path: list[Block]

    def enter(self, heading: Block) -> None:
        """Go on below a heading."""
        while self.path and self.path[-1].level >= heading.level:
            self.path.pop()
        self.path.append(heading)

    def context(self) -> tuple[ContextSpan, ...]:
        """The headings as context."""
        return tuple(_span(self.text, "heading", (item.start, item.end)) for item in self.path)


def passages(document: Document) -> Iterator[Passage]:
    """The passages of a document, in order. Every sentence of it stands in one, but for the header rows of tables."""
    rows = [place.start for place in document.places if place.kind == "row"]
    if rows and not document.blocks:
        for start, end in pairwise([*rows, len(document.text)]):
            found = tuple(Sentence(*span) for span in prose_spans(document.text, (start, end)))
            yield Passage(found, (), {})
    else:
        mail = document.source.lower().endswith(_MAIL)
        yield from _of_blocks(document.text, document.blocks or plain_blocks(document.text), mail=mail)


def _of_blocks(text: str, blocks: Sequence[Block], *, mail: bool) -> Iterator[Passage]:
    language = language_of(text)
    section = _Section(text, [])
    seen: set[str] = set()
    for kind, items in _sections(blocks, mail):
        if kind == "row":
            yield from _row(text, items, section, language)
        elif kind == "fields":
            yield _fields(text, items, section)
        elif kind == "furniture":
            yield from _furniture(text, items[0], seen)
        else:
            for heading in (item for item in items if item.kind == "heading"):
                section.enter(heading)
            yield _prose(text, items, section, language)


def _sections(blocks: Sequence[Block], mail: bool) -> Iterator[tuple[str, list[Block]]]:
    """Blocks that belong together: table rows, furniture, the headers of a message, and prose under its headings."""
    prose: list[Block] = []
    for row, group in groupby(blocks, key=lambda block: _row_key(block, mail)):
        for items in [list(group)] if row else ([block] for block in group):
            kind = _kind(items[0], mail)
            opens = items[0].kind == "heading" and prose and prose[-1].kind != "heading"
            if prose and (opens or kind != "prose"):
                yield "prose", prose
                prose = []
            if kind == "prose":
                prose.extend(items)
            else:
                yield kind, items
    if prose:
        yield "prose", prose


def _kind(block: Block, mail: bool) -> str:
    if block.kind == "table_cell":
        return "row"
    if block.kind == "page_furniture":
        return "furniture"
    return "fields" if mail and block.kind == "paragraph" and block.label else "prose"


def _row_key(block: Block, mail: bool) -> tuple[int | None, int | None] | None:
    """What the blocks of a row have in common, or those of a message's headers; None for a block by itself."""
    kind = _kind(block, mail)
    return (block.table, block.row) if kind == "row" else (0, 0) if kind == "fields" else None


def _fields(text: str, blocks: Sequence[Block], section: _Section) -> Passage:
    """The headers of a message, which tell about the message and nothing else."""
    sentences = tuple(Sentence(block.start, block.end) for block in blocks)
    names = tuple(_span(text, "field", block.label) for block in blocks if block.label)
    return Passage(sentences, section.context() + names, {})


def _prose(text: str, blocks: Sequence[Block], section: _Section, language: str) -> Passage:
    sentences: list[Sentence] = []
    lead_ins: dict[int, ContextSpan] = {}
    lead: Sentence | None = None
    for block in blocks:
        found = block_sentences(text, block, language=language)
        if block.kind != "list_item":
            lead = found[-1] if found and text[found[-1].end - 1] in ":：" else None
        elif lead:
            span = _span(text, "lead_in", (lead.start, lead.end))
            lead_ins.update(dict.fromkeys((sentence.start for sentence in found), span))
        sentences.extend(found)
    return Passage(tuple(sentences), section.context(), lead_ins)


def _furniture(text: str, block: Block, seen: set[str]) -> Iterator[Passage]:
    """A block of furniture, unless the same, but for its numbers, has been met."""
    shape = "".join("0" if character.isdigit() else character for character in text[block.start : block.end])
    if shape.strip() not in seen:
        seen.add(shape.strip())
        yield Passage((Sentence(block.start, block.end),), (), {})


def _row(text: str, cells: Sequence[Block], section: _Section, language: str) -> Iterator[Passage]:
    """A row of a table; a row of names alone is the context of the others."""
    if all(cell.header for cell in cells):
        return
    spans = [span for cell in cells for span in _cell(text, cell, language)]
    sentences = tuple(Sentence(*span) for span in _grouped(spans))
    context = section.context() + _columns(text, cells)
    first = cells[0]
    if len(sentences) > 1 and first.end - first.start <= _NAME:
        context += (_span(text, "row", (first.start, first.end)),)
    yield Passage(sentences, context, {})


def _cell(text: str, cell: Block, language: str) -> Iterator[Span]:
    """A cell with the name that stands in front of it; a long one sentence by sentence."""
    named = cell.label is not None and cell.label[1] <= cell.start and not text[cell.label[1] : cell.start].strip(" :")
    start = cell.label[0] if named and cell.label else cell.start
    if cell.end - start <= _ROW:
        yield start, cell.end
    else:
        yield from prose_spans(text, (start, cell.end), language=language)


def _grouped(spans: Sequence[Span]) -> Iterator[Span]:
    """Neighbouring cells together, as many as make no more than a sentence."""
    group = spans[0]
    for span in spans[1:]:
        if span[1] - group[0] <= _ROW:
            group = (group[0], span[1])
        else:
            yield group
            group = span
    yield group


def _columns(text: str, cells: Sequence[Block]) -> tuple[ContextSpan, ...]:
    """The names of a row's columns that stand in another row."""
    labels = (cell.label for cell in cells if cell.label and cell.label[1] < cells[0].start)
    names, left = [], _NAMES
    for label in dict.fromkeys(labels):
        left -= label[1] - label[0]
        if left >= 0:
            names.append(_span(text, "column", label))
    return tuple(names)


def _span(text: str, role: ContextRole, span: Span) -> ContextSpan:
    return ContextSpan(role, *span, text[slice(*span)])
