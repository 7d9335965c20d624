"""Conversations as a browser keeps them: packed, bounded, and read back with distrust.

Values in, values out. What comes from the browser may be old, cut off or made up: what is no conversation is left out.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ui.types import Kept, Shelf, Turn, Turns

# A browser gives a page 5 million characters of local storage; Gradio encrypts what it keeps there, in base64 (4/3).
ROOM = 1_000_000  # characters of all packed conversations; an answer about the seed takes 50 to 800
UNPACKED = 20_000_000  # bytes of one conversation's JSON that are read at the most
TITLE = 60  # characters of a title

_Row = TypeVar("_Row")
_KEPT = TypeAdapter(Kept)
_TURN = TypeAdapter(Turn)


@dataclass(frozen=True, slots=True)
class Put:
    """A shelf with a conversation put on it; what had to go to make room, by title, and how many of its own turns."""

    shelf: Shelf
    dropped: tuple[str, ...] = ()
    forgotten: int = 0


def read(value: Any) -> Shelf:
    """The conversations in what a browser sent."""
    listed = value.get("conversations") if isinstance(value, dict) else None
    return tuple(_valid(_KEPT, listed if isinstance(listed, list) else []))


def write(shelf: Shelf) -> dict[str, Any]:
    """The shelf as plain JSON data, for the browser to keep."""
    return {"conversations": [asdict(kept) for kept in shelf]}


def find(shelf: Shelf, id_: str) -> Kept | None:
    """The conversation of that id."""
    return next((kept for kept in shelf if kept.id == id_), None)


def shown(stored: Any, current: str, said: Turns, opened: Any) -> tuple[str, Turns]:
    """The conversation that a page shows: its id and its turns.

    The server's memory of it, `current` and `said`, is gone when it was started again or has not heard of the page for
    an hour; then it is the one on the shelf with the id that the page has kept, `opened`.
    """
    kept = find(read(stored), str(opened)) if not current else None
    return (kept.id, turns(kept)) if kept else (current, said)


def turns(kept: Kept) -> Turns:
    """The turns of a conversation; those that cannot be read any more are left out."""
    return tuple(_valid(_TURN, _unpacked(kept.packed)))


def put(shelf: Shelf, id_: str, said: Turns, *, room: int = ROOM) -> Put:
    """The shelf with a conversation as it is now, in front; what does not fit goes, the oldest first."""
    before = find(shelf, id_)
    done = [turn for turn in said if not turn.working]
    shown, packed = done, _packed(done)
    while len(packed) > room and len(shown) > 1:
        shown = shown[(len(shown) + 3) // 4 :]
        packed = _packed(shown)
    title = before.title if before else title_of(done[0].question)
    rest = [kept for kept in shelf if kept.id != id_]
    dropped = []
    while rest and len(packed) + sum(len(kept.packed) for kept in rest) > room:
        dropped.append(rest.pop().title)
    return Put((Kept(id_, title, len(shown), packed), *rest), tuple(dropped), len(done) - len(shown))


def rename(shelf: Shelf, id_: str, title: str) -> Shelf:
    """The shelf with another title for one conversation; an empty one changes nothing."""
    title = title_of(title)
    return tuple(replace(kept, title=title) if title and kept.id == id_ else kept for kept in shelf)


def discard(shelf: Shelf, id_: str) -> Shelf:
    """The shelf without one conversation."""
    return tuple(kept for kept in shelf if kept.id != id_)


def title_of(words: str) -> str:
    """Words as a title: on one line, and cut."""
    words = " ".join(words.split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rstrip() + "…"


def _packed(said: list[Turn]) -> str:
    rows = json.dumps([_row(turn) for turn in said], separators=(",", ":"))
    return base64.b64encode(zlib.compress(rows.encode("ascii"), 9)).decode("ascii")


def _unpacked(packed: str) -> list[Any]:
    try:
        data = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), UNPACKED)
        rows = json.loads(data)
    except (binascii.Error, zlib.error, ValueError):
        return []
    return rows if isinstance(rows, list) else []


def _row(turn: Turn) -> dict[str, Any]:
    """A turn as plain JSON data: its answer as `Answer.to_dict` has it; nothing partial, nothing recomputable."""
    row = {
        "question": turn.question,
        "answer": turn.answer and turn.answer.to_dict(),
        "problem": turn.problem,
        "stopped": turn.stopped,
        "vote": turn.vote,
        "feedback": turn.feedback,
        "thanked": turn.thanked,
    }
    return {name: value for name, value in row.items() if value}


def _valid(kind: TypeAdapter[_Row], rows: list[Any]) -> Iterator[_Row]:
    for row in rows:
        try:
            yield kind.validate_python(row)
        except ValidationError:
            continue
