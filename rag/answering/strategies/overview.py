"""Overviews: what a document, a section or the whole index is about, in central sentences of theirs.

The question names a document or a section by its name, title or number; one that names neither is about everything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategies.centrality import Candidate, central
from rag.answering.strategies.references import documents_meant, names_in, names_something, section_meant
from rag.answering.strategy import Components
from rag.text.english.tokens import words
from rag.types import (
    AnswerDone,
    Chunk,
    Document,
    Draft,
    Event,
    Evidence,
    EvidenceFound,
    Note,
    Reading,
    Section,
    StatementVerified,
)
from rag.verification.verifier import THRESHOLD

STATEMENTS = 9  # of one document
A_DOCUMENT = 1  # statement each, of several
WHOLE_SECTION = 10  # sentences, up to which a section is quoted as it stands
MOST_DOCUMENTS = 12  # of which an overview of everything quotes; the rest are counted
_MOST_SENTENCES = 600  # of a document that are weighed: the first of its sections go first
_LEAST_WORDS = 5
# How sure it is that the document meant was found, by whether it was named. Set by hand: all ten development questions
# that name one found it, which is too few to measure by.
_NAMED, _ALL = 0.9, 0.8
_LEANS = re.compile(r"[\"'“‘(]*(?:he|she|they|it|this|these|those|his|her|their|its|such|but|and|so)\b", re.IGNORECASE)
# Words with which an overview is asked for: they name no document. A closed set, measured with the questions of kinds.
_ASKING = frozenset(
    "what about summari summar overview key point main import section chapter say said give short gist content topic "
    "cover fact takeaway outlin brief essenti document file everyth highlight conclus part".split()
)


@dataclass(frozen=True, slots=True)
class OverviewStrategy:
    """Quotes six to ten central sentences of a document, a section, or one of each document."""

    kinds: frozenset[QuestionKind] = frozenset({"overview"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """The overview; None when the question names what is no document and no section, or nothing can be quoted."""
        names = names_in(parts.catalogue, asked.doc_ids)
        ids = documents_meant(asked.wanted, names, aside=_ASKING)
        chosen = [parts.catalogue.document(key) for key in (ids or [item.doc_id for item in names])[:MOST_DOCUMENTS]]
        if section := _section(asked.wanted, chosen, titles=not ids):
            return _shown(asked, parts, _of_section(parts, *section), _about_section(*section), _NAMED)
        if not ids and names_something(asked.wanted, aside=_ASKING):
            return None
        if len(chosen) == 1:
            return _shown(asked, parts, _of_document(parts, chosen[0]), chosen[0].source, _NAMED)
        evidence = [item for document in chosen for item in _of_document(parts, document, A_DOCUMENT)]
        return _shown(asked, parts, evidence, _about(len(ids or names)), _NAMED if ids else _ALL)


def _section(question: str, documents: Sequence[Document], *, titles: bool) -> tuple[Document, Section] | None:
    """The section that the question names, in the first of the documents that has it."""
    found = ((document, section_meant(question, document.outline(), titles=titles)) for document in documents)
    return next(((document, section) for document, section in found if section), None)


def sentences_of(parts: Components, document: Document) -> list[Evidence]:
    """The running text and list items of a document, in order."""
    return [item.evidence for item in _candidates(parts.catalogue.chunks_of(document.doc_id), document)]


def _of_document(parts: Components, document: Document, count: int = STATEMENTS) -> list[Evidence]:
    chosen = central(_candidates(parts.catalogue.chunks_of(document.doc_id), document), count)
    return [item.evidence for item in chosen]


def _of_section(parts: Components, document: Document, section: Section) -> list[Evidence]:
    """The sentences of a section; the central ones when there are many."""
    chunks = parts.catalogue.chunks_of(document.doc_id)
    within = [
        item
        for item in _candidates(chunks, document)
        if section.heading_end <= item.evidence.start and item.evidence.end <= section.end
    ]
    return [item.evidence for item in central(within, WHOLE_SECTION)]


def _candidates(chunks: Sequence[Chunk], document: Document) -> list[Candidate]:
    """The sentences that may stand for a document: running text and list items, no cells, captions or furniture."""
    apart = [(block.start, block.end) for block in document.blocks if block.kind in _NOT_PROSE or block.label]
    starts = [section.start for section in document.outline()]
    found: list[Candidate] = []
    seen: set[int] = set()
    for chunk in chunks:
        for sentence in chunk.sentences:
            quote = chunk.quote(sentence.start, sentence.end)
            if sentence.heading or len(words(quote)) < _LEAST_WORDS or _within(sentence.start, sentence.end, apart):
                continue
            section = sum(start <= sentence.start for start in starts)
            evidence = Evidence(chunk, sentence.start, sentence.end, 1.0, chunk.context)
            found.append(Candidate(evidence, section, section not in seen, bool(_LEANS.match(quote))))
            seen.add(section)
    ordered = sorted(found, key=lambda item: (not item.opens, item.evidence.start))[:_MOST_SENTENCES]
    return sorted(ordered, key=lambda item: item.evidence.start)


_NOT_PROSE = frozenset({"table_cell", "caption", "footnote", "code", "page_furniture", "heading"})


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence holds or lies in one of some spans, such as a cell."""
    return any(first < end and start < last for first, last in spans)


def _shown(
    asked: Asked, parts: Components, evidence: Sequence[Evidence], about: str, confidence: float
) -> Iterator[Event | None] | None:
    if not evidence:
        return None
    return _quoted(asked, parts, evidence, about, confidence)


def _quoted(
    asked: Asked, parts: Components, evidence: Sequence[Evidence], about: str, confidence: float
) -> Iterator[Event | None]:
    """The evidence, sentence by sentence."""
    yield EvidenceFound(parts.cited(evidence[:3]), asked.wanted)
    outcome = Outcome(notes=[Note("overview", f"An overview of {about}: central sentences, quoted.")])
    reading = Reading(tuple(evidence), confidence, on_topic=True)
    for item in evidence:
        statement = parts.statement(Draft(" ".join(item.quote.split()), (item,)), reading)
        if statement.citations and (statement.support >= THRESHOLD or not asked.verify):
            outcome.kept.append(statement)
            yield StatementVerified(statement) if asked.verify else None
        else:
            outcome.dropped.append(statement)
    asked.clock.lap("answer")
    yield AnswerDone(asked.answered(confidence, outcome, None))


def _about(documents: int) -> str:
    return f"{documents:,} documents" + (f", the first {MOST_DOCUMENTS} of them" if documents > MOST_DOCUMENTS else "")


def _about_section(document: Document, section: Section) -> str:
    return f"“{section.title}” in {document.source}"
