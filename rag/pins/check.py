"""Pins held against an index as it is now: where their words are, and whether their statements still hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rag.pins.compare import Place, locate, locate_anywhere, word_diff
from rag.pins.pins import Pin
from rag.types import Document, Verdict

Judge = Callable[[str, Sequence[str]], Verdict]
"""Whether some documents (ids) bear a statement out."""


@dataclass(frozen=True, slots=True)
class PinState:
    """What became of a pin.

    `verdict` is on its statement, by the documents as they are now; `diff` shows what became of changed words.
    """

    pin: Pin
    place: Place
    verdict: Verdict
    line: int | None = None
    diff: str = ""

    @property
    def holds(self) -> bool:
        """Whether the citation is still one of the statement: its words are there, or what they became supports it."""
        return self.place.state in {"unchanged", "moved"} or (
            self.place.state == "changed" and self.verdict == "supported"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**asdict(self), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Checker:
    """The documents of an index as pins are held against them.

    `document` gives one by its id, or None when it is gone; `documents` gives all of them, and is called only when
    words are to be looked for elsewhere. `judge` of no documents means all of them.
    """

    document: Callable[[str], Document | None]
    documents: Callable[[], Iterable[Document]]
    judge: Judge

    def check(self, pins: Sequence[Pin]) -> list[PinState]:
        """What became of each pin, in order."""
        return [self._state(pin) for pin in pins]

    def _state(self, pin: Pin) -> PinState:
        document = self.document(pin.doc_id)
        place = locate(pin, document) if document else Place("gone", pin.source, pin.doc_id)
        if place.state in {"changed", "gone"}:
            elsewhere = locate_anywhere(pin, (other for other in self.documents() if other.doc_id != pin.doc_id))
            place = elsewhere if elsewhere.state == "moved" else place
        found = self.document(place.doc_id) if place.state != "gone" else None
        line = found.line_at(place.start) if found else None
        diff = word_diff(pin.quote, place.words) if place.state == "changed" else ""
        return PinState(pin, place, self._verdict(pin, place), line, diff)

    def _verdict(self, pin: Pin, place: Place) -> Verdict:
        """The words that supported a statement support it wherever they stand; what has changed is judged."""
        if place.state in {"unchanged", "moved"}:
            return "supported"
        return self.judge(pin.statement, [place.doc_id] if place.state == "changed" else [])
