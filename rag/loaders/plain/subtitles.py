"""Subtitles (SubRip, WebVTT): what is said, with the time of each cue as its place, in seconds from the beginning.

Cues that follow one another are running text; a pause or another speaker begins a paragraph. Formatting is dropped.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableSourceError
from rag.loaders.blocks import PARTED
from rag.loaders.content import Content
from rag.loaders.decoding import decode
from rag.types import Block, Place

_TIMES = re.compile(r"\s*(?P<start>[\d:.,]+)\s*-->\s*(?P<end>[\d:.,]+)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+(?P<name>[^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_PAUSE = 4.0  # seconds without words that begin a paragraph
_PARAGRAPH = 60.0  # seconds after which one ends with the sentence
_SENTENCE_ENDS = tuple(".!?…。！？")


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is said from one second to another, and by whom, if the file tells."""

    start: float
    end: float
    speaker: str
    text: str


def read(path: Path, data: bytes) -> Content:
    """What is said, as running text. Raises UnreadableSourceError where no times are found."""
    found = decode(path, data)
    cues = list(_cues(found.text))
    if not cues:
        raise UnreadableSourceError(f"{path} holds no subtitles: no line has the form `00:01:02,000 --> 00:01:04,000`.")
    parts: list[str] = []
    blocks: list[Block] = []
    places: list[Place] = []
    length = 0
    for paragraph in _paragraphs(cues):
        length += len(PARTED) if parts else 0
        speaker = paragraph[0].speaker
        begun = length + (len(speaker) + 2 if speaker else 0)
        written = f"{speaker}: " if speaker else ""
        for number, cue in enumerate(paragraph):
            written += " " if number else ""
            places.append(Place("time", int(cue.start), length if not number else length + len(written)))
            written += cue.text
        label = (length, length + len(speaker)) if speaker else None
        length += len(written)
        blocks.append(Block("paragraph", begun, length, label=label))
        parts.append(written)
    return Content(PARTED.join(parts), tuple(places), found.encoding, blocks=tuple(blocks))


def _cues(text: str) -> Iterator[_Cue]:
    """The cues of a file, in order, without those in which nothing is said."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    times: tuple[float, float] | None = None
    said: list[str] = []
    for line in [*lines, ""]:
        match = _TIMES.match(line)
        if match or not line.strip():
            if times and (cue := _cue(*times, said)):
                yield cue
            times, said = (_seconds(match["start"]), _seconds(match["end"])) if match else None, []
        elif times:
            said.append(line.strip())


def _cue(start: float, end: float, said: list[str]) -> _Cue | None:
    text = " ".join(said)
    voice = _VOICE.search(text)
    shown = " ".join(html.unescape(_TAG.sub("", text)).split())
    return _Cue(start, end, voice["name"].strip() if voice else "", shown) if shown else None


def _seconds(clock: str) -> float:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return 0.0
    hours, minutes, seconds, rest = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int((rest or "0").ljust(3, "0")) / 1000


def _paragraphs(cues: list[_Cue]) -> Iterator[list[_Cue]]:
    """Cues that are said in one go."""
    group: list[_Cue] = []
    for cue in cues:
        if group:
            before = group[-1]
            ended = before.text.endswith(_SENTENCE_ENDS) and before.end - group[0].start > _PARAGRAPH
            if cue.start - before.end > _PAUSE or cue.speaker != before.speaker or ended or cue.text.startswith("- "):
                yield group
                group = []
        group.append(cue)
    yield group
