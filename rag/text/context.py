"""What a passage means nothing without: the headings above it, its column and row, its list's lead-in, its name.

Read from the blocks of the document, so that every part is an exact span of the same version. It finds no evidence and
judges none.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby

from rag.errors import DocumentNotFoundError
from rag.types import Block, Chunk, Citation, ContextRole, ContextSpan, Document, Evidence, Place, Sentence

MOST_COLUMNS = 8  # headers given for a passage that spans a row
KEPT = 32  # documents whose blocks are kept in memory, in order

DocumentOf = Callable[[str, str], Document]
"""(doc_id, version) in, that version of the document out."""

# What a name that stands before a value is called, by the ending of the source.
_NAMES: dict[str, ContextRole] = {"eml": "field", "mbox": "field", "msg": "field", "vtt": "speaker", "srt": "speaker"}


@dataclass(frozen=True, slots=True)
class ListBlocks:
    """A list: its items in order, and the span from what leads in to it to its end."""

    items: tuple[Block, ...]
    start: int
    end: int


@dataclass(frozen=True)
class ContextFinder:
    """Finds the context of spans of one version of a document."""

    document: Document

    def of(self, start: int, end: int) -> tuple[ContextSpan, ...]:
        """The context of `text[start:end]`, in the order in which it is read; nothing that the span itself has."""
        block = self.block_at(start)
        spans = [*self._headings(start), *(self._near(block, end) if block else ())]
        shown = (span for span in spans if span.end <= start or end <= span.start)
        return tuple(dict.fromkeys(shown))

    def block_at(self, offset: int) -> Block | None:
        """The block that a character lies in, or the next one of the same row or line; None when there is none."""
        place = bisect_right(self._starts, offset) - 1
        inside = place >= 0 and offset < self._flow[place].end
        following = self._flow[place + 1] if place + 1 < len(self._flow) else None
        if inside or following is None:
            return self._flow[place] if inside else None
        return following if "\n" not in self.document.text[offset : following.start] else None

    def text(self, block: Block) -> str:
        """The characters of a block, white space collapsed."""
        return " ".join(self.document.text[block.start : block.end].split())

    def evidence(self, block: Block, score: float) -> Evidence:
        """A block as a piece of evidence of its own."""
        document = self.document
        places = [place for place in document.places if place.start <= block.start][-1:]
        places = places or [Place("line", document.line_at(block.start), block.start)]
        chunk = Chunk(
            id=f"{document.doc_id}:{block.start}",
            doc_id=document.doc_id,
            source=document.source,
            version=document.version,
            start=block.start,
            end=block.end,
            text=document.text[block.start : block.end],
            sentences=(Sentence(block.start, block.end),),
            places=tuple(places),
        )
        return Evidence(chunk, block.start, block.end, score)

    def in_words(self, start: int, end: int) -> str | None:
        """The cells of a table that a span holds, as a statement: `Field crew, replaced every: 3 years; model: X2.`

        Empty when they are headers alone, which state nothing; None when the span holds something else than one row.
        """
        first = self.block_at(start)
        if first is None or first.table is None or first.row is None:
            return None
        row = self._cells[(first.table, first.row)]
        cells = [cell for cell in row if start <= cell.start and cell.end <= end]
        if not cells or self.document.text[cells[-1].end : end].strip(" |\n"):
            return None
        if all(cell.header for cell in cells):
            return ""
        said = [self._said(cell) for cell in cells if cell is not row[0]]
        return f"{', '.join([self.text(row[0]), '; '.join(said)] if said else [self._said(row[0])])}."

    def _said(self, cell: Block) -> str:
        """A cell with the name of its column."""
        names = [self.text(head) for head in self._headers_of(cell)] or (
            [" ".join(self.document.text[slice(*cell.label)].split())] if cell.label and not cell.header else []
        )
        name = " ".join(names)
        return f"{name[:1].lower()}{name[1:]}: {self.text(cell)}" if name else self.text(cell)

    def _headers_of(self, cell: Block) -> list[Block]:
        above = self._headers.get((cell.table or 0, cell.column or 0), ())
        return [head for head in above if (head.row or 0) < (cell.row or 0)]

    @cached_property
    def lists(self) -> tuple[ListBlocks, ...]:
        """The lists of two items or more, in order. A paragraph or heading just before one leads in to it."""
        found: list[ListBlocks] = []
        before: Block | None = None
        for kind, blocks in groupby(self._flow, key=lambda block: block.kind):
            group = list(blocks)
            if kind == "list_item" and len(group) > 1:
                start = before.start if before and before.kind in ("paragraph", "heading") else group[0].start
                found.append(ListBlocks(tuple(group), start, group[-1].end))
            before = group[-1]
        return tuple(found)

    @cached_property
    def _flow(self) -> list[Block]:
        return [block for block in self.document.blocks if block.end > block.start]

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self._flow]

    @cached_property
    def _heads(self) -> list[Block]:
        return [block for block in self._flow if block.kind == "heading"]

    @cached_property
    def _cells(self) -> dict[tuple[int, int], list[Block]]:
        """The cells of each row, by table and row."""
        found: dict[tuple[int, int], list[Block]] = {}
        for block in self._flow:
            if block.table is not None and block.row is not None:
                found.setdefault((block.table, block.row), []).append(block)
        return found

    @cached_property
    def _headers(self) -> dict[tuple[int, int], list[Block]]:
        """The header cells above each column, by table and column."""
        found: dict[tuple[int, int], list[Block]] = {}
        for block in self._flow:
            if block.header and block.table is not None and block.column is not None:
                found.setdefault((block.table, block.column), []).append(block)
        return found

    def _headings(self, start: int) -> list[ContextSpan]:
        """The path of headings above a place, from the highest."""
        path: list[Block] = []
        place = bisect_right(self._heads, start, key=lambda block: block.start)
        for block in reversed(self._heads[:place]):
            if not path or block.level < path[-1].level:
                path.append(block)
            if block.level <= 1:
                break
        return [self._span("heading", block.start, block.end) for block in reversed(path)]

    def _near(self, block: Block, end: int) -> Iterator[ContextSpan]:
        if block.kind == "table_cell":
            yield from self._row_and_columns(block, end)
        elif block.kind == "list_item":
            yield from self._lead_in(block)
        if block.label and block.kind != "table_cell":
            ending = self.document.source.rsplit(".", 1)[-1].lower()
            yield self._span(_NAMES.get(ending, "setting"), *block.label)

    def _row_and_columns(self, cell: Block, end: int) -> Iterator[ContextSpan]:
        """The row's name and the column's headers, or those of all columns that the passage spans."""
        row = self._cells.get((cell.table or 0, cell.row or 0), [])
        if row and row[0] is not cell and not cell.header:
            yield self._span("row", row[0].start, row[0].end)
        spanned = [one for one in row if cell.start <= one.start < end] or [cell]
        for one in spanned[:MOST_COLUMNS]:
            yield from self._column(one)

    def _column(self, cell: Block) -> Iterator[ContextSpan]:
        if headers := self._headers_of(cell):
            yield from (self._span("column", head.start, head.end) for head in headers)
        elif cell.label and not cell.header:
            yield self._span("column", *cell.label)

    def _lead_in(self, item: Block) -> Iterator[ContextSpan]:
        """What stands just before the list: the paragraph that introduces it, and the items that this one is under."""
        place, level, above = bisect_right(self._starts, item.start) - 1, item.level, []
        for block in reversed(self._flow[:place]):
            if block.kind != "list_item":
                if block.kind == "paragraph":
                    above.append(block)
                break
            if block.level < level:
                above.append(block)
                level = block.level
        yield from (self._span("lead_in", block.start, block.end) for block in reversed(above))

    def _span(self, role: ContextRole, start: int, end: int) -> ContextSpan:
        return ContextSpan(role, start, end, self.document.text[start:end])


class Contexts:
    """The contexts of citations, over all documents; the blocks of the last documents are kept in memory."""

    def __init__(self, document_of: DocumentOf) -> None:
        self._finder = lru_cache(KEPT)(lambda doc_id, version: ContextFinder(document_of(doc_id, version)))

    def finder(self, doc_id: str, version: str) -> ContextFinder:
        """The finder for one version of a document. Raises DocumentNotFoundError."""
        return self._finder(doc_id, version)

    def in_words(self, citation: Citation) -> str | None:
        """A cited row of a table as a statement; empty for headers alone, None for what is no row."""
        try:
            return self.finder(citation.doc_id, citation.version).in_words(citation.start, citation.end)
        except DocumentNotFoundError:
            return None

    def completed(self, citation: Citation) -> Citation:
        """The citation with its context; for a cell of a sheet with the sheet's name and its address."""
        try:
            finder = self.finder(citation.doc_id, citation.version)
        except DocumentNotFoundError:  # it was replaced since it was cited: the citation stands, as stale
            return citation
        block = finder.block_at(citation.start)
        return replace(
            citation,
            context=finder.of(citation.start, citation.end),
            sheet=(block.sheet or None) if block else None,
            cell=(block.cell or None) if block and block.end >= citation.end else None,
            recognised=block.recognised if block else None,
        )


def in_words(context: tuple[ContextSpan, ...]) -> str:
    """A context as people read it: `Laptops › Field crew › Replaced every`."""
    return " › ".join(" ".join(span.quote.split()) for span in context)
