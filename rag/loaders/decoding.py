"""From bytes to characters: a byte order mark, then what the file declares, then UTF-8, then a guess.

The guess is charset-normalizer's. Nothing is replaced or left out: bytes that do not decode are an error that names the
first of them.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableSourceError

SAMPLE = 1 << 18  # bytes from which an encoding is guessed
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_USUAL = "cp1252"  # of guesses that are equally good, the one that the web takes (WHATWG Encoding Standard)

_MEANT = {"iso8859-1": _USUAL, "ascii": "utf-8"}  # what is declared, and what the web takes it for


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was in, by Python's name."""

    text: str
    encoding: str


def decode(path: Path, data: bytes, *, declared: str | None = None) -> Decoded:
    """The characters of a file, its byte order mark dropped. Raises UnreadableSourceError when it is not text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(path, data[len(mark) :], encoding, skipped=len(mark))
    if declared and (found := _as_declared(data, declared)):
        return found
    if (zero := data.find(b"\0")) >= 0:
        raise UnreadableSourceError(
            f"{path} is not text: byte {zero} is zero. If it is UTF-16 or a binary format, save it as UTF-8 text."
        )
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _nearly_utf8(data):
            raise _undecodable(path, data, error, skipped=0) from error
        return _decoded(path, data, _guess(path, data, error))


def _decoded(path: Path, data: bytes, encoding: str, *, skipped: int = 0) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(path, data, error, skipped=skipped) from error


def _as_declared(data: bytes, name: str) -> Decoded | None:
    """The text in the encoding that a file declares; None when that is unknown, or a mistake."""
    try:
        encoding = codecs.lookup(name).name
        encoding = _MEANT.get(encoding, encoding)
        return Decoded(data.decode(encoding), encoding)
    except (LookupError, UnicodeDecodeError):
        return None


def _nearly_utf8(data: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8: then it is UTF-8 with a fault, and no other encoding."""
    text = data.decode("utf-8", "surrogateescape")
    faults = sum("\udc80" <= character <= "\udcff" for character in text)
    return sum(not character.isascii() for character in text) - faults > faults


def _guess(path: Path, data: bytes, error: UnicodeDecodeError) -> str:
    from charset_normalizer import from_bytes

    first = max(0, error.start - SAMPLE // 2)
    end = data.rfind(b"\n", first, first + SAMPLE)
    matches = from_bytes(data[first : end if end > error.start else first + SAMPLE])
    best = matches.best()
    if best is None:
        raise _undecodable(path, data, error, skipped=0)
    ties = (item for item in matches if item.chaos <= best.chaos and item.coherence >= best.coherence)
    return _USUAL if any(_USUAL in item.could_be_from_charset for item in ties) else best.encoding


def _undecodable(path: Path, data: bytes, error: UnicodeDecodeError, *, skipped: int) -> UnreadableSourceError:
    return UnreadableSourceError(
        f"{path} is not {error.encoding.upper()}: byte {error.start + skipped} is 0x{data[error.start]:02x} "
        f"({error.reason}). Save it as UTF-8 and ingest it again."
    )
