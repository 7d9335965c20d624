"""What a language model wrote, read as statements with evidence numbers; as it comes, and however untidy.

It understands the JSON that prompts ask for, alone or wrapped in prose or code fences, cut off or not; failing that,
sentences that end in numbers in brackets. It checks neither statements nor numbers.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_TEXT_KEYS = ("text", "statement", "sentence", "answer", "question")
_SOURCE_KEYS = ("sources", "source", "citations", "evidence", "numbers", "ids")
_MARKED = re.compile(r"([^\n\[\]]{3,}?)\s*((?:\[\d+(?:\s*,\s*\d+)*\][\s,]*)+)[.!?]?")
_LONGEST_PERIOD = 160
_REPEATS = 4
_LEAST_LOOP = 60  # characters that must repeat before it is called a loop: tables and lists repeat a little


@dataclass(frozen=True, slots=True)
class Written:
    """A statement as a model wrote it, with the numbers it gave, each once, in its order."""

    text: str
    sources: tuple[int, ...]


@dataclass(slots=True)
class StatementReader:
    """Reads statements out of text that arrives in pieces."""

    text: str = ""
    _read_to: int = field(default=0)

    def feed(self, piece: str) -> list[Written]:
        """The statements that this piece completes."""
        self.text += piece
        return list(self._complete()) if "}" in piece else []

    def loops(self) -> bool:
        """Whether the text has begun to repeat itself for ever: its end is one passage, again and again."""
        for period in range(1, min(_LONGEST_PERIOD, len(self.text) // _REPEATS) + 1):
            if period * _REPEATS >= _LEAST_LOOP and self._ends_in(period, _REPEATS):
                return True
            if period * _REPEATS < _LEAST_LOOP and self._ends_in(period, -(-_LEAST_LOOP // period)):
                return True
        return False

    def plain(self) -> list[Written]:
        """The statements of a text without JSON: sentences followed by numbers in brackets."""
        found = (Written(_tidy(text), _numbers(marks)) for text, marks in _MARKED.findall(self.text))
        return [one for one in found if one.text]

    def _ends_in(self, period: int, times: int) -> bool:
        end = self.text[-period:]
        return bool(end.strip()) and len(self.text) >= period * times and self.text.endswith(end * times)

    def _complete(self) -> Iterator[Written]:
        decoder = json.JSONDecoder(strict=False)
        at = self.text.find("{", self._read_to)
        while at >= 0:
            try:
                value, end = decoder.raw_decode(self.text, at)
            except json.JSONDecodeError:  # the outer object, not yet closed, or prose: what is inside may be whole
                at = self.text.find("{", at + 1)
                continue
            written = _written(value)
            if written:
                self._read_to = end
                yield written
            at = self.text.find("{", end if written else at + 1)


def _written(value: dict[str, Any]) -> Written | None:
    text = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), "")
    sources = next((value[key] for key in _SOURCE_KEYS if key in value), ())
    return Written(_tidy(text), _numbers(sources)) if _tidy(text) else None


def _numbers(value: Any) -> tuple[int, ...]:
    """Every whole number in a list, a number or a text."""
    listed = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(int(digits) for item in listed for digits in re.findall(r"\d{1,6}", str(item))))


def _tidy(text: str) -> str:
    """A statement on one line, without the numbers and bullets that some models put in and before it."""
    plain = " ".join(re.sub(r"\s*\[\d+(?:\s*,\s*\d+)*\]", "", text).split())
    return re.sub(r"^(?:[-•*]\s*|\d{1,2}[.)]\s+)", "", plain)
