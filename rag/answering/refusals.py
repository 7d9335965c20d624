"""Why there is no answer, in words that help: what is missing, what there is, and what could be asked instead."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from rag.answering.builder import Asked, Outcome
from rag.answering.strategy import NEAREST, Components
from rag.text.english.names import names
from rag.text.english.tokens import STOP_WORDS, stems, words
from rag.text.languages import mismatch
from rag.types import Answer, Evidence, Note, Reading

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_BEGINNING = 300  # characters of a document in which it may say what year it is about
_LANGUAGE = (
    "The question is in {asked}, and the documents are in {written}. This encoder compares texts of one language: ask "
    "in {written}, or index with a multilingual encoder (`RAG_ENCODER`, see docs/how-to/languages.md)."
)


def missing_years(question: str, evidence: Sequence[Evidence], parts: Components) -> list[str]:
    """The years that a question names and that stand nowhere around the evidence.

    Around it are its passage, the context of that, and the name and the beginning of its document. Of SQuAD 2.0's
    development questions with a year, one is missing from the passage for 5 of 129 that it answers and for 70 of 238
    that it does not.
    """
    asked = dict.fromkeys(_YEAR.findall(question))
    return [year for year in asked if all(year not in _around(item, parts) for item in evidence)]


def unnamed(question: str, reading: Reading, parts: Components) -> list[str]:
    """The names in a question that stand nowhere around the closest passages."""
    there = " ".join(_around(item, parts) for item in reading.evidence[:NEAREST]).lower()
    called = (name for name in dict.fromkeys(names(question)) if not STOP_WORDS.issuperset(words(name)))
    return [name for name in called if name.lower() not in there]


def refusal(asked: Asked, parts: Components, reading: Reading) -> Answer:
    """The refusal to a question that the reading does not answer."""
    nearest = parts.cited(reading.evidence[:NEAREST])
    confidence = reading.confidence
    near = " ".join(f"{_context(item)} {item.quote}" for item in reading.evidence[:NEAREST])
    if found := mismatch(asked.wanted, near) if near else None:
        message = _LANGUAGE.format(asked=found[0], written=found[1])
        outcome = Outcome(notes=[Note("language", message)])
        return asked.refused("bad_question", message=message, nearest=nearest, confidence=confidence, outcome=outcome)
    if not (reading.on_topic or _shares_a_word(asked.wanted, near)):
        return asked.refused("off_topic", nearest=nearest, confidence=confidence)
    message = " ".join(["The documents do not say this.", *_missing(asked.wanted, reading, parts), *_offer(reading)])
    return asked.refused("not_stated", message=message, nearest=nearest, confidence=confidence)


def _around(item: Evidence, parts: Components) -> str:
    chunk = item.chunk
    beginning = parts.catalogue.context(chunk.doc_id, chunk.version, 0, _BEGINNING)
    return f"{chunk.source}\n{beginning}\n{_context(item)}\n{chunk.text}"


def _context(item: Evidence) -> str:
    return " › ".join(span.quote for span in item.context or item.chunk.context)


def _shares_a_word(question: str, near: str) -> bool:
    return bool(set(stems(question)) & set(stems(near)))


def _missing(question: str, reading: Reading, parts: Components) -> list[str]:
    """The years and names of the question that the closest passages do not mention, in a sentence."""
    years = missing_years(question, reading.evidence[:NEAREST], parts)
    lacking = [*years, *(name for name in unnamed(question, reading, parts) if name not in years)]
    return [f"The closest passages do not mention {' or '.join(lacking)}."] if lacking else []


def _offer(reading: Reading) -> list[str]:
    """A question that can be answered: what the section says in which the closest passage stands."""
    closest = reading.evidence[0]
    headings = [span.quote for span in closest.context or closest.chunk.context if span.role == "heading"]
    name = PurePath(closest.chunk.source).name
    if not headings:
        return [f"The closest passage is in {name}."]
    title = " ".join(headings[-1].split())
    return [f"The closest passage is in {name}. You can ask: What does the section “{title}” say?"]
