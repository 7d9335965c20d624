"""A tree of HTML written as blocks: headings, paragraphs, list items, code, captions, notes, tables.

The tree is walked without recursion, for pages may be nested deeply; only cells and raised text are read by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.loaders.blocks import Blocks, Runs, Span
from rag.loaders.markup.formulas import linear
from rag.loaders.markup.grid import Grid, write_table
from rag.loaders.markup.inline import lowered, raised
from rag.loaders.markup.numerals import written
from rag.loaders.markup.outline import clause_number, heading_number
from rag.loaders.web.html_tables import children, lays_out, read_table
from rag.loaders.web.notes import is_note, is_note_mark, leads_back, marks_by_target, refers_to_note
from rag.loaders.web.visibility import sight
from rag.types import BlockKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre search section summary table
    tbody td tfoot th thead tr ul""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STRUCK = frozenset(("del", "s", "strike"))
_NOT_SHOWN = str.maketrans("", "", "\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}")
_LAST_LEVEL = 6


@dataclass(slots=True)
class _List:
    """A list that is open: the number of its next item, None for bullets, and how numbers are written."""

    next: int | None
    step: int = 1
    form: str = "decimal"


@dataclass(slots=True)
class _Math:
    """An element of MathML, as `formulas.linear` reads it."""

    node: "LexborNode"

    @property
    def name(self) -> str:
        return self.node.tag or ""

    @property
    def text(self) -> str:
        return " ".join((self.node.text(deep=True) or "").split())

    def children(self) -> "Sequence[_Math]":
        return [_Math(part) for part in children(self.node) if part.is_element_node]


@dataclass(slots=True)
class LeftOut:
    """What of a page is not in the text, in words, or comments by number; `beside`: teasers and the like."""

    hidden: int = 0
    struck: int = 0
    comments: int = 0
    beside: int = 0


@dataclass(slots=True)
class Scribe:
    """Writes one tree, or an `inner` part of it.

    `around`: what stands around a page's subject is wanted too; `beside`: teasers and the like.
    """

    blocks: Blocks
    around: bool = True
    beside: bool = False
    inner: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)
    _runs: Runs = field(default_factory=Runs)
    _lists: list[_List] = field(default_factory=list)
    _mark: str = ""
    _level: int = 0
    _preformatted: int = 0
    _notes: int = 0
    _kinds: list[tuple[str, BlockKind, int]] = field(default_factory=list)
    _term: Span | None = None
    _marks: dict[str, str] = field(default_factory=dict)
    _note_number: str = ""

    def write(self, root: "LexborNode") -> None:
        """Write what is seen of a tree."""
        if not self.inner:
            self._marks = marks_by_target(root)
        for node, entering in self._walk(root):
            if entering:
                self._enter(node)
            else:
                self._leave(node)
        self._end()

    def _walk(self, root: "LexborNode") -> "Iterator[tuple[LexborNode, bool]]":
        path = [root]
        yield root, True
        following = root.child
        while path:
            if following is None:
                done = path.pop()
                yield done, False
                following = done.next if path else None
            elif self._is_done(following):
                following = following.next
            else:
                path.append(following)
                yield following, True
                following = following.child

    def _is_done(self, node: "LexborNode") -> bool:
        """Whether a node is left out, or has been written as a whole."""
        if not node.is_element_node:
            if node.is_text_node:
                self._text(node.text_content or "")
            return True
        return not self.is_seen(node) or self._wrote_whole(node)

    def is_seen(self, node: "LexborNode") -> bool:
        """Whether an element is seen; notes what is not."""
        if not node.is_element_node:
            return False
        seen = sight(node, around=self.around)
        if seen == "hidden" and not _stands_for_picture(node):
            classes = node.attributes.get("class") or ""
            self.left_out.hidden += 0 if "katex" in classes else len((node.text() or "").split())
        elif seen == "comments":
            self.left_out.comments += 1
        elif seen == "beside":
            self.left_out.beside += len((node.text() or "").split())
        picture = seen == "hidden" and _stands_for_picture(node)
        return seen == "seen" or picture or (seen in {"beside", "comments"} and self.beside)

    def _wrote_whole(self, node: "LexborNode") -> bool:
        tag = node.tag or ""
        if tag == "table" and not lays_out(node):
            self._end()
            write_table(self.blocks, read_table(node, self._cell, self.is_seen))
        elif tag == "math":
            self._runs.run(linear(_Math(node)) or node.attributes.get("alttext") or "")
        elif tag in {"sup", "sub"} and node.css_first("math, img, br, table, p, div") is None:
            self._runs.run(self._shifted(node, tag))
        elif tag in _STRUCK:
            self.left_out.struck += len((node.text() or "").split())
        elif tag == "a" and leads_back(node):
            return True
        elif tag == "a" and refers_to_note(node) and self._runs.tail[-1:].strip():
            self._runs.run(raised(node.text() or "", self._runs.tail, is_note=True))
        elif tag == "br":
            self._runs.newline()
        else:
            return False
        return True

    def _shifted(self, node: "LexborNode", tag: str) -> str:
        inner = Scribe(Blocks(), around=True, left_out=self.left_out)
        text = inner._line(node).replace("\n", " ")
        if tag == "sub":
            return lowered(text, self._runs.tail)
        return raised(text, self._runs.tail, is_note=is_note_mark(node))

    def _line(self, node: "LexborNode") -> str:
        """What is seen within a node, on one line, raised text as it is."""
        for inner in children(node):
            if inner.is_text_node:
                self._text(inner.text_content or "")
            elif self.is_seen(inner):
                self._runs.run(self._inner_line(inner))
        return self._runs.take()

    def _inner_line(self, node: "LexborNode") -> str:
        return (node.text() or "").translate(_NOT_SHOWN)

    def _cell(self, node: "LexborNode") -> tuple[str, tuple[Grid, ...]]:
        """The text of a cell and the tables within it."""
        inner = _CellScribe(Blocks(), around=True, left_out=self.left_out)
        inner._marks = self._marks
        inner.write(node)
        return inner.result

    def _text(self, text: str) -> None:
        shown = text.translate(_NOT_SHOWN)
        if self._preformatted:
            self._runs.preformatted(shown)
        else:
            self._runs.run(shown)

    def _enter(self, node: "LexborNode") -> None:
        tag = node.tag or ""
        if tag == "q":
            self._runs.run("“")
        if tag not in _BLOCKS:
            return
        self._end()
        if tag in _LISTS:
            self._lists.append(_opened(node, tag))
        elif tag == "li" or (node.attributes.get("role") == "listitem"):
            self._mark = self._item_mark(node)
        elif tag == "pre":
            self._preformatted += 1
        if is_note(node):
            self._notes += 1
        if self._notes and (id_ := node.attributes.get("id")) in self._marks:
            self._note_number = self._marks[id_ or ""]

    def _leave(self, node: "LexborNode") -> None:
        tag = node.tag or ""
        if tag == "q":
            self._runs.run("”")
        if tag not in _BLOCKS:
            return
        self._end(tag)
        if tag in _LISTS:
            self._lists.pop()
        elif tag == "li":
            self._mark = ""
        elif tag == "pre":
            self._preformatted -= 1
        elif tag == "dl":
            self._term = None
        if is_note(node):
            self._notes -= 1

    def _item_mark(self, node: "LexborNode") -> str:
        if not self._lists or self._lists[-1].next is None:
            return "- "
        last = self._lists[-1]
        said = node.attributes.get("value") or ""
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else last.next or 0
        last.next = number + last.step
        return f"{written(number, last.form)}. "

    def _end(self, tag: str = "") -> None:
        """End the block that is being put together; `tag` is the element that ends it."""
        text = self._runs.take()
        if not text.strip():
            return
        mark, self._mark = self._mark, ""
        if tag in _HEADINGS or tag == "summary":
            self._heading(" ".join(text.split()), _HEADINGS.get(tag) or min(self._level + 1, _LAST_LEVEL), tag)
        elif self._notes:
            number = self._note_number or mark.rstrip(". -")
            self.blocks.add(text, "footnote", number=number, mark=mark)
            self._note_number = ""
        elif tag in {"figcaption", "caption"}:
            self.blocks.add(text, "caption")
        elif tag == "dt":
            term = self.blocks.add(text, header=True)
            self._term = (term.start, term.end) if term else None
        elif self._preformatted or tag == "pre":
            self.blocks.add(text, "code")
        elif self._lists:
            level = sum(1 for _ in self._lists)
            self.blocks.add(text, "list_item", level=level, number=mark.strip(), mark=mark)
        else:
            self.blocks.add(text, number=clause_number(text), label=self._term, mark=mark)

    def _heading(self, text: str, level: int, tag: str) -> None:
        self._level = level if tag != "summary" else self._level
        self.blocks.add(text, "heading", level=level, number=heading_number(text))


class _CellScribe(Scribe):
    """Writes what is in a cell on one line; tables in it are kept for after the row."""

    __slots__ = ("_parts", "_tables", "_wants_parting")

    def __init__(self, blocks: Blocks, *, around: bool, left_out: LeftOut) -> None:
        super().__init__(blocks, around, inner=True, left_out=left_out)
        self._parts: list[str] = []
        self._tables: list[Grid] = []

    @property
    def result(self) -> tuple[str, tuple[Grid, ...]]:
        """The text, and the tables."""
        return "".join(self._parts), tuple(self._tables)

    def _wrote_whole(self, node: "LexborNode") -> bool:
        if node.tag == "table":
            self._tables.append(read_table(node, self._cell, self.is_seen))
            return True
        return super()._wrote_whole(node)

    def _end(self, tag: str = "") -> None:
        text = self._runs.take()
        mark, self._mark = self._mark, ""
        if not text.strip():
            self._mark = mark
            return
        listed = self._lists and bool(mark)
        number = "" if mark == "- " else mark
        parting = "; " if listed and self._parts and self._parts[-1][-1].isalnum() else " " if self._parts else ""
        self._parts.append(f"{parting}{number}{text}")


def _opened(node: "LexborNode", tag: str) -> _List:
    if tag != "ol":
        return _List(None)
    start = (node.attributes.get("start") or "1").strip()
    first = int(start) if start.lstrip("-").isascii() and start.lstrip("-").isdigit() and len(start) < 10 else 1
    form = _FORMS.get(node.attributes.get("type") or "", "decimal")
    if "reversed" not in node.attributes:
        return _List(first, form=form)
    items = sum(1 for item in children(node) if item.tag == "li")
    return _List(first if "start" in node.attributes else items, -1, form)


def _stands_for_picture(node: "LexborNode") -> bool:
    """Whether a hidden element is the formula that a picture beside it shows."""
    return node.tag in {"span", "div"} and any(part.tag == "math" for part in children(node))
