"""Rich Text Format 1.9: paragraphs, headings by outline level, lists and tables, in order.

Our own reader of the format's control words: striprtf, the library for it, gives no structure and loses notes. Pictures
and embedded objects are named; fields show their last result.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import Blocks
from rag.loaders.content import Content
from rag.loaders.markup.grid import Grid, GridCell, write_table
from rag.loaders.markup.inline import raised

_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_LEFT_OUT = frozenset(
    """fonttbl colortbl stylesheet listtable listoverridetable info generator xmlnstbl themedata colorschememapping
    datastore latentstyles rsidtbl fldinst bkmkstart bkmkend mmathPr pgdsctbl header headerl headerr headerf footer
    footerl footerr footerf filetbl revtbl pict object nonshppict wgrffmtfilter template annotation atnid atnauthor
    atntime atnicn atnref atndate falt panose pntext listtext docvar defchp defpap""".split()
)
_NAMED = {"pict": "picture", "object": "embedded object", "annotation": "comment"}
_CHARACTERS = {
    **{"tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“"},
    **{"rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "nonbreaking": "\u00a0"},
}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "", "\\": "\\", "{": "{", "}": "}"}
_DEEPEST = 2_000  # groups within one another
_BULLET = "-"
_LAST_LEVEL = 6


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group."""

    shown: bool = True
    skipped: int = 1  # characters that stand for one of Unicode's, for old readers
    raised: bool = False
    hidden: bool = False
    footnote: bool = False


@dataclass(slots=True)
class _Paragraph:
    """The properties of the paragraph under way."""

    in_table: bool = False
    listed: bool = False
    level: int = 0
    outline: int | None = None


@dataclass(slots=True)
class _Reader:
    """Reads the control words of a document and writes its blocks."""

    encoding: str = "cp1252"
    blocks: Blocks = field(default_factory=Blocks)
    states: list[_State] = field(default_factory=lambda: [_State()])
    paragraph: _Paragraph = field(default_factory=_Paragraph)
    pieces: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    row: list[GridCell] = field(default_factory=list)
    rows: list[tuple[GridCell, ...]] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    skip: int = 0
    waiting: bytes = b""
    opened: bool = False

    @property
    def state(self) -> _State:
        return self.states[-1]

    def text(self, text: str) -> None:
        """Add characters where they are shown."""
        state = self.state
        if not state.shown or state.hidden:
            return
        target = self.note if state.footnote else self.pieces
        target.append(raised(text, "".join(target[-3:])[-40:]) if state.raised else text)

    def data(self, data: bytes) -> None:
        """Add characters in the document's encoding, those that stand for one of Unicode's left out."""
        if self.skip:
            left = data[self.skip :]
            self.skip = max(0, self.skip - len(data))
            data = left
        self.waiting += data

    def flush(self) -> None:
        """Decode what waits: a character may come in several pieces."""
        if self.waiting:
            self.text(self.waiting.decode(self.encoding, "replace"))
            self.waiting = b""

    def open(self) -> None:
        """Begin a group."""
        if len(self.states) > _DEEPEST:
            raise UnreadableSourceError("its groups are nested too deeply")
        self.states.append(self.state)
        self.opened = True

    def close(self) -> None:
        """End a group; a note's text goes to the notes."""
        ended = self.states.pop() if len(self.states) > 1 else self.state
        if ended.footnote and not self.state.footnote:
            self.notes.append("".join(self.note))
            self.note = []
            self.text(f"[{len(self.notes)}]")

    def word(self, name: str, number: int | None) -> None:
        """Do what a control word says."""
        if name in _LEFT_OUT:
            self.unread.update([_NAMED[name]] if name in _NAMED and self.state.shown else [])
            self.states[-1] = replace(self.state, shown=False)
        elif name in _CHARACTERS:
            self.text(_CHARACTERS[name])
        elif name in ("par", "sect", "page", "cell", "row", "nestcell", "nestrow"):
            self.end(name)
        elif name == "u" and number is not None:
            self.text(chr(number % 0x10000))
            self.skip = self.state.skipped
        else:
            self._format(name, number)

    def _format(self, name: str, number: int | None) -> None:
        if name == "pard":
            self.paragraph = _Paragraph()
        elif name == "intbl":
            self.paragraph.in_table = True
        elif name in ("ls", "pnlvlblt", "pnlvlbody"):
            self.paragraph.listed = name != "ls" or bool(number)
        elif name == "ilvl":
            self.paragraph.level = number or 0
        elif name == "outlinelevel":
            self.paragraph.outline = number
        elif name == "ansicpg" and number:
            self.encoding = _known(f"cp{number}") or self.encoding
        elif name in _STATES:
            self.states[-1] = _STATES[name](self.state, number)

    def end(self, name: str) -> None:
        """End a paragraph, a cell or a row."""
        if self.state.footnote:
            self.note.append(" ")
            return
        if name == "par" and self.paragraph.in_table:
            self.pieces.append(" ")
        elif name in ("cell", "nestcell"):
            self.row.append(GridCell(" ".join(self._taken().split())))
        elif name in ("row", "nestrow"):
            self.rows.extend([tuple(self.row)] if self.row else [])
            self.row = []
        else:
            self.end_table()
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        text, paragraph = self._taken(), self.paragraph
        shown = "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
        if paragraph.outline is not None and paragraph.outline < 9:
            self.blocks.add(shown, "heading", level=min(paragraph.outline + 1, _LAST_LEVEL))
        elif paragraph.listed:
            level = paragraph.level + 1
            self.blocks.add(shown, "list_item", level=level, number=_BULLET, mark=f"{_BULLET} ")
        else:
            self.blocks.add(shown)

    def end_table(self) -> None:
        """Write the rows that are waiting."""
        if self.rows:
            rows, self.rows = tuple(self.rows), []
            write_table(self.blocks, Grid(rows))

    def _taken(self) -> str:
        text = "".join(self.pieces)
        self.pieces = []
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_STATES: dict[str, Callable[[_State, int | None], _State]] = {
    "plain": lambda state, number: replace(state, raised=False, hidden=False),
    "super": lambda state, number: replace(state, raised=number != 0),
    "nosupersub": lambda state, number: replace(state, raised=False),
    "v": lambda state, number: replace(state, hidden=number != 0),
    "deleted": lambda state, number: replace(state, hidden=number != 0),
    "footnote": lambda state, number: replace(state, footnote=True, raised=False),
    "uc": lambda state, number: replace(state, skipped=1 if number is None else number),
}


def read(path: Path, data: bytes) -> Content:
    """The text of a document. Raises UnreadableSourceError."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableSourceError(f"{path} is damaged: it is no Rich Text. Save it again from its program.")
    reader = _Reader()
    try:
        _read(reader, data)
    except UnreadableSourceError as error:
        raise UnreadableSourceError(f"{path} is damaged: {error}. Save it again from its program.") from error
    gaps = tuple(f"{count} {kind}{'s' if count > 1 else ''} not read" for kind, count in sorted(reader.unread.items()))
    return Content(reader.blocks.text, blocks=reader.blocks.blocks, gaps=gaps)


def _read(reader: _Reader, data: bytes) -> None:
    place = 0
    while place < len(data):
        token = _TOKEN.match(data, place)
        if token is None:  # a backslash at the very end
            break
        place = token.end()
        word, number, code, _, _, text = token.groups()
        if word == b"bin" and number:
            place += max(0, int(number))
        elif code or text:
            reader.data(bytes.fromhex(code.decode()) if code else text)
            reader.opened = False
        else:
            reader.flush()
            _obey(reader, token)
    reader.flush()
    reader.end_table()
    reader.end("par")
    for mark, note in enumerate(reader.notes, start=1):
        reader.blocks.add(" ".join(note.split()), "footnote", number=str(mark), mark=f"[{mark}] ")


def _obey(reader: _Reader, token: re.Match[bytes]) -> None:
    """Do what a brace, a symbol or a word asks for."""
    word, number, _, symbol, brace, _ = token.groups()
    if brace:
        (reader.open if brace == b"{" else reader.close)()
    elif symbol == b"*" and reader.opened:  # a destination that old readers do not know
        reader.states[-1] = replace(reader.state, shown=False)
    elif symbol:
        reader.text(_SYMBOLS.get(symbol.decode("latin-1"), ""))
    elif word:
        reader.word(word.decode(), int(number) if number else None)
    reader.opened = brace == b"{"


def _known(encoding: str) -> str | None:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None
