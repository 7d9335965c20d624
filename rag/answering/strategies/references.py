"""Which documents and which section a question means, by their names, titles and first lines.

Words are weighed by how few of the documents have them in their name (inverse document frequency). It reads no more of
a document than its outline and its beginning.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rag.storage.catalogue import Catalogue
from rag.text.english.tokens import STOP_WORDS, stems, words
from rag.types import Document, Section

MOST_READ = 200  # documents whose titles and beginnings are looked at; of more, only the files' names
BEGINNING = 400  # characters of a document that may name it: a title, the head of a letter or a mail
_FULL, _PASSING = 1.0, 0.4  # what a word counts in a name or title, and in the beginning
_SHARE = 0.75  # of the best document's score, from which another is meant as well
_LEAST = 0.5  # the least share of the question's words, so weighed, that must name a document

# What people call files of a format. A closed class: one line a format that Citespan reads.
FORMATS = {
    ".eml": "e-mail email mail message thread",
    ".msg": "e-mail email mail message thread",
    ".mbox": "e-mail email mail message thread mailbox",
    ".pptx": "slides presentation deck powerpoint",
    ".odp": "slides presentation deck",
    ".xlsx": "spreadsheet workbook sheet excel table",
    ".xls": "spreadsheet workbook sheet excel table",
    ".ods": "spreadsheet workbook sheet table",
    ".csv": "spreadsheet csv table list",
    ".html": "web page website site",
    ".htm": "web page website site",
    ".docx": "word",
    ".pdf": "pdf",
    ".ipynb": "notebook",
    ".srt": "subtitles transcript",
    ".vtt": "subtitles transcript",
    ".epub": "book e-book",
}
# What people call a document of any kind, and those who wrote it: a closed class that names none of them.
ANY_DOCUMENT = frozenset(
    "articl book content contract document essay everyth file folder index letter paper page pdf report sourc stori "
    "text thing thesi this these collect knowledg base".split()
)
_SECTION = re.compile(
    r"(?:\b(?:section|chapter|part|article|clause|paragraph|appendix|annex|schedule|item|point|no)\b\.?|§+)\s*"
    r"(?P<number>\d+(?:\.\d+)*[a-z]?|[ivxl]+|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s+\w+ly\b)",
    re.IGNORECASE,
)
_NAMES_A_SECTION = re.compile(r"\b(?:section|chapter|part|article|clause|paragraph|appendix|annex)\b|§", re.IGNORECASE)
_NUMBER_WORDS = {word: str(n) for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_NUMBER = re.compile(r"\d+(?:\.\d+)*[a-z]?|[a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """The stems that name a document: those of its file's name and its title, and those of its beginning."""

    doc_id: str
    name: frozenset[str]
    beginning: frozenset[str]


def names_in(catalogue: Catalogue, doc_ids: Sequence[str] | None = None) -> list[Names]:
    """What the documents of an index, or some of them, may be called by; by source."""
    sources = catalogue.sources()
    ids = sorted(sources if doc_ids is None else set(doc_ids) & sources.keys(), key=lambda key: (sources[key], key))
    if len(ids) > MOST_READ:
        return [Names(key, frozenset(_stems(_called(sources[key]))), frozenset()) for key in ids]
    return [names_of(catalogue.document(key)) for key in ids]


def names_of(document: Document) -> Names:
    """What a document may be called by."""
    title = next((section.title for section in document.outline()), "")
    called = f"{_called(document.source)} {title}"
    return Names(document.doc_id, frozenset(_stems(called)), frozenset(_stems(document.text[:BEGINNING])))


def names_something(question: str, *, aside: Iterable[str]) -> bool:
    """Whether words are left when those of `aside`, those for any document and those without meaning are taken away."""
    return bool({stem for stem in _stems(question) if stem not in STOP_WORDS} - set(aside) - ANY_DOCUMENT)


def documents_meant(question: str, documents: Sequence[Names], *, aside: Iterable[str] = ()) -> tuple[str, ...]:
    """The ids of the documents that a question names, the surest first; none when its words name no document.

    `aside` are stems that name nothing: those with which questions of its kind are asked.
    """
    asked = [stem for stem in dict.fromkeys(_stems(question)) if stem not in frozenset(aside)]
    weights = _weights(documents)
    naming = [stem for stem in asked if stem in weights]
    if not naming:
        return ()
    rarest = math.log(1 + len(documents))
    whole = sum(weights.get(stem, rarest) for stem in asked)
    scored = sorted(((-_score(names, naming, weights) / whole), names.doc_id) for names in documents)
    best = -scored[0][0]
    if best < _LEAST:
        return ()
    return tuple(doc_id for score, doc_id in scored if -score >= best * _SHARE)


def documents_named(question: str, documents: Sequence[Names]) -> list[Names]:
    """The documents whose names have a word of the question that no other document's name has, in the question's order.

    A name of several words counts by the rarest. Where more are named, those with the most such words come first.
    """
    asked = _stems(question)
    having = Counter(stem for names in documents for stem in names.name)
    own = [
        (names, [stem for stem in dict.fromkeys(asked) if stem in names.name and having[stem] == 1])
        for names in documents
    ]
    named = [(names, found) for names, found in own if found]
    return [names for names, found in sorted(named, key=lambda pair: (-len(pair[1]), asked.index(pair[1][0])))]


def section_meant(question: str, sections: Sequence[Section], *, titles: bool = True) -> Section | None:
    """The section that a question names by its number or by its title; None for none.

    A title counts when the question asks for a section or chapter; with `titles`, one of several words counts anyway.
    The title of a document is no section of it: leave `titles` out when the question names a document.
    """
    if match := _SECTION.search(question):
        number = match["number"].lower()
        number = _NUMBER_WORDS.get(number, number)
        if numbered := [section for section in sections if _numbers(section) == number]:
            return min(numbered, key=lambda section: (section.level, section.start))
    asked = set(_stems(question))
    titled = [(section, title) for section in sections if (title := _title(section)) and title <= asked]
    asks = _NAMES_A_SECTION.search(question) or (titles and any(len(title) > 1 for _, title in titled))
    if not titled or not asks:
        return None
    return min(titled, key=lambda pair: (-len(pair[1]), pair[0].start))[0]


def _title(section: Section) -> set[str]:
    """The stems of a section's title, without its number."""
    return {stem for stem in _stems(section.title) if not stem[0].isdigit()}


def _numbers(section: Section) -> str:
    """A section's number as people write it: `§ 7.` is 7, `Chapter IV` iv; if none is printed, the one in its title."""
    printed = section.number or next(iter(_SECTION.findall(section.title)), "") or _leading(section.title)
    found = _NUMBER.findall(printed.lower())
    return found[-1] if found else ""


def _leading(title: str) -> str:
    match = re.match(r"\s*(?:§\s*)?(\d+(?:\.\d+)*)[.)]?\s", title)
    return match[1] if match else ""


def _called(source: str) -> str:
    """The name of a file, and what files of its format are called."""
    path = PurePath(source)
    return f"{path.stem} {FORMATS.get(path.suffix.lower(), '')}"


def _score(names: Names, asked: Sequence[str], weights: dict[str, float]) -> float:
    return sum(
        weights[stem] * (_FULL if stem in names.name else _PASSING if stem in names.beginning else 0.0)
        for stem in asked
    )


def _weights(documents: Sequence[Names]) -> dict[str, float]:
    """For each stem that names a document, how much it tells: ln(1 + documents / documents that have it)."""
    having = Counter(stem for names in documents for stem in names.name | names.beginning)
    return {stem: math.log(1 + len(documents) / count) for stem, count in having.items()}


def _stems(text: str) -> list[str]:
    """The stems of a text's words; the words of a file's name are apart: `annual_report-2024`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-–]+", " ", text)
    return stems(spaced) if words(spaced) else []
