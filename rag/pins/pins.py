"""A pin: a statement, the exact characters that it rests on, and what stood around them.

Pins are kept as JSON, one file for an answer or a text, sorted and indented so that a review shows what changed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import SettingsError
from rag.types import Citation, Document

FORMAT = "citespan-pins/1"
AROUND = 48  # characters kept before and after the quote, to find it again by


@dataclass(frozen=True, slots=True)
class Pin:
    """A citation as it was when it was pinned. `text[start:end] == quote` in that version of the document."""

    statement: str
    source: str
    doc_id: str
    version: str
    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""


def pinned(statement: str, citation: Citation, document: Document) -> Pin:
    """A pin of a citation of that version of a document. Raises SettingsError when the citation does not hold."""
    start, end = citation.start, citation.end
    if document.text[start:end] != citation.quote:
        raise SettingsError(
            f"{document.source} does not say “{citation.quote}” at characters {start} to {end}. "
            "Ask again, so that the citation is of the document as it is."
        )
    prefix, suffix = document.text[max(0, start - AROUND) : start], document.text[end : end + AROUND]
    return Pin(
        statement, document.source, document.doc_id, document.version, start, end, citation.quote, prefix, suffix
    )


def write_pins(path: Path, pins: Iterable[Pin]) -> None:
    """Keep pins in a file. Raises SettingsError when it cannot be written."""
    kept = {"format": FORMAT, "pins": [asdict(pin) for pin in pins]}
    try:
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}. Name another file.") from error


def read_pins(path: Path) -> list[Pin]:
    """The pins of a file. Raises SettingsError for anything else."""
    kept = read_json(path)
    try:
        if kept["format"] != FORMAT:
            raise ValueError(f"its format is {kept['format']}")
        return [Pin(**pin) for pin in kept["pins"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(f"{path} holds no pins ({error}). `rag pin` makes such files.") from error


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises SettingsError when it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as JSON: {error}. Check the file.") from error


def cited_statements(value: Any) -> list[tuple[str, Citation]]:
    """Each statement of an answer's or a verification's JSON with each of its citations, in order.

    Of a conversation (a list of answers), those of all its answers. Raises SettingsError for other JSON.
    """
    answers: Sequence[Any] = value if isinstance(value, list) else [value]
    try:
        return [
            (str(statement["text"]), _citation(citation))
            for answer in answers
            for statement in answer["statements"]
            if statement.get("verdict", "supported") == "supported"
            for citation in statement["citations"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"This is no answer's JSON ({error} is missing). `rag ask --json` prints such JSON."
        ) from error


def _citation(value: Any) -> Citation:
    known = ("doc_id", "source", "version", "start", "end", "quote")
    return Citation(**{name: value[name] for name in known}, score=float(value.get("score", 0.0)))
