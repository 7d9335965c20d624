"""A conversation to take away: Markdown for people, JSON for programs.

Pure: turns in, text out. Text from documents is escaped, so that markup in it is shown by whatever renders the file.
"""

import json
import re
from typing import Any

from rag.markup import named
from rag.types import Answer, Citation
from ui.render import TITLES, percent
from ui.types import Place, Turn, Turns, place

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$#]|:(?=//)|^[-+=]")
_NUMBERED = re.compile(r"^(\d+)([.)])")


def file_name(title: str, suffix: str) -> str:
    """A name for the file: the title's letters and digits."""
    words = re.findall(r"[^\W_]+", title.lower())
    return f"{'-'.join(words)[:60].strip('-') or 'conversation'}.{suffix}"


def to_json(title: str, turns: Turns) -> str:
    """The conversation as JSON: the title and, for each turn, the question and the whole Answer or the problem."""
    return json.dumps({"title": title, "turns": [_row(turn) for turn in turns]}, ensure_ascii=False, indent=2) + "\n"


def to_markdown(title: str, turns: Turns) -> str:
    """The conversation as Markdown, each citation a footnote: document, version, characters, quotation."""
    notes: dict[Place, tuple[int, Citation]] = {}
    parts = [f"# {_plain(title)}", *(_turn(turn, notes) for turn in turns)]
    parts += [_footnote(number, citation) for number, citation in notes.values()]
    return "\n\n".join(parts) + "\n"


def _row(turn: Turn) -> dict[str, Any]:
    if turn.answer:
        return {"question": turn.question, "answer": turn.answer.to_dict(), "vote": turn.vote}
    return {"question": turn.question, "problem": turn.problem or "stopped"}


def _turn(turn: Turn, notes: dict[Place, tuple[int, Citation]]) -> str:
    heading = f"## {_plain(turn.question)}"
    if turn.answer is None:
        return f"{heading}\n\n*{_plain(turn.problem or 'Stopped.')}*"
    return "\n\n".join([heading, *_said(turn.answer, notes)])


def _said(answer: Answer, notes: dict[Place, tuple[int, Citation]]) -> list[str]:
    parts = []
    if answer.standalone_question not in {"", answer.question}:
        parts.append(f"*Understood as: {_plain(answer.standalone_question)}*")
    if not answer.verified:
        parts.append("**Unverified: these statements were not checked against their sources.**")
    if answer.refusal:
        parts.append(f"**{TITLES[answer.refusal.reason]}.** {_plain(answer.refusal.message)}")
        parts += [f"- “{_plain(item.quote)}”{_marks((item,), notes)}" for item in answer.refusal.nearest]
    parts += [f"{_plain(item.text)}{_marks(item.citations, notes)}" for item in answer.statements]
    if not (answer.refusal or answer.statements):
        return [*parts, _plain(answer.text), *(f"*{_plain(note.message)}*" for note in answer.notes)]
    parts += [f"*{_plain(note.message)}*" for note in answer.notes]
    support = [f"support {percent(min(item.support for item in answer.statements))}"] if answer.statements else []
    return [*parts, f"*{', '.join([f'Confidence {percent(answer.confidence)}', *support])}*"]


def _marks(citations: tuple[Citation, ...], notes: dict[Place, tuple[int, Citation]]) -> str:
    numbers = (notes.setdefault(place(item), (len(notes) + 1, item))[0] for item in citations)
    return "".join(f"[^{number}]" for number in dict.fromkeys(numbers))


def _footnote(number: int, citation: Citation) -> str:
    page = f", page {citation.page}" if citation.page else ""
    where = f"{_plain(citation.source)}{page}, characters {citation.start}–{citation.end}"
    return f"[^{number}]: {where}, version sha256 {citation.version}: “{_plain(citation.quote)}”"


def _plain(words: str) -> str:
    """Words on one line that Markdown takes for words."""
    line = " ".join(named(words).split())
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", line))
