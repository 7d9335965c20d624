"""The list strategy: all items of the list whose lead-in or heading is what a question asks for.

A list is taken when it, read as a statement with its lead-in, answers better than the best sentence. Lists of several
documents that answer as well are merged, an item that stands in two of them is told once and cited twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategy import NEAREST, Components
from rag.text.context import ContextFinder, ListBlocks, in_words
from rag.types import AnswerDone, Citation, Event, EvidenceFound, Note, Passage, Statement, StatementVerified

PASSAGES = 12  # in which lists are looked for
READ = 4  # lists that the reader judges, the nearest by their lead-ins
RELEVANT = 0.4  # the least relevance of a list with its lead-in, read as one statement
AS_WELL = 0.8  # the least share of the best list's relevance with which another document's list is told too
MOST_ITEMS = 100
_SHOWN = 1200  # characters of a list that the reader reads

_CUT = "The list is longer than this; more items are in the document."


@dataclass(frozen=True, slots=True)
class _Candidate:
    finder: ContextFinder
    items: ListBlocks
    relevance: float = 0.0

    @property
    def lead_in(self) -> str:
        """What the list stands under, in words."""
        return in_words(self.finder.of(self.items.items[0].start, self.items.items[0].end))

    @property
    def words(self) -> str:
        """The list as one statement, its lead-in first."""
        texts = (self.finder.text(block) for block in self.items.items)
        return f"{self.lead_in} {'; '.join(texts)}"[:_SHOWN]


@dataclass(frozen=True, slots=True)
class ListStrategy:
    """Answers with the items of a list."""

    kinds: frozenset[QuestionKind] = frozenset({"list"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """A statement an item, each cited; None when no list answers better than the best sentence would."""
        retriever = replace(parts.retriever, limit=PASSAGES)
        passages = retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
        asked.clock.lap("retrieve")
        lists = _judged(asked, parts, _nearest(asked, parts, _lists(passages, parts)))
        asked.clock.lap("read")
        if not lists or lists[0].relevance < RELEVANT:
            return None
        return _events(asked, parts, lists)


def _lists(passages: Sequence[Passage], parts: Components) -> list[_Candidate]:
    """The lists that the passages touch, in the passages' order."""
    found: dict[tuple[str, int], _Candidate] = {}
    for passage in passages:
        chunk = passage.chunk
        finder = parts.contexts.finder(chunk.doc_id, chunk.version)
        for items in finder.lists:
            if items.start < chunk.end and chunk.start < items.end:
                found.setdefault((chunk.doc_id, items.start), _Candidate(finder, items))
    return list(found.values())


def _nearest(asked: Asked, parts: Components, lists: Sequence[_Candidate]) -> list[_Candidate]:
    """The lists whose lead-ins come nearest to the question."""
    if not lists:
        return []
    vectors = parts.retriever.encoder().encode([asked.wanted, *(item.lead_in for item in lists)])
    near = vectors[1:] @ vectors[0]
    return [lists[place] for place in np.argsort(-near, kind="stable")[:READ]]


def _judged(asked: Asked, parts: Components, lists: Sequence[_Candidate]) -> list[_Candidate]:
    """The lists by how likely they answer; of each document the best, and only those as good as the best."""
    judged = [replace(item, relevance=parts.reader.relevance(asked.wanted, item.words)) for item in lists]
    judged.sort(key=lambda item: (-item.relevance, item.finder.document.source, item.items.start))
    best = {item.finder.document.doc_id: item for item in reversed(judged)}
    return [item for item in judged if best[item.finder.document.doc_id] is item and _as_well(item, judged[0])]


def _as_well(item: _Candidate, best: _Candidate) -> bool:
    return item is best or item.relevance >= max(RELEVANT, AS_WELL * best.relevance)


def _events(asked: Asked, parts: Components, lists: Sequence[_Candidate]) -> Iterator[Event]:
    statements = _merged(parts, lists)
    confidence = round(lists[0].relevance, 4)
    yield EvidenceFound(tuple(one.citations[0] for one in statements[:NEAREST]), asked.wanted)
    outcome = Outcome(kept=statements[:MOST_ITEMS])
    if len(statements) > MOST_ITEMS:
        outcome.notes.append(Note("interrupted", _CUT, len(statements) - MOST_ITEMS))
    if asked.verify:
        yield from (StatementVerified(statement) for statement in outcome.kept)
    asked.clock.lap("answer")
    yield AnswerDone(asked.answered(confidence, outcome, None))


def _merged(parts: Components, lists: Sequence[_Candidate]) -> list[Statement]:
    """A statement for each item; one that stands in several lists is cited in each."""
    cited: dict[str, list[Citation]] = {}
    said: dict[str, str] = {}
    for candidate in lists:
        for citation in parts.cited(
            [candidate.finder.evidence(block, candidate.relevance) for block in candidate.items.items]
        ):
            text = " ".join(citation.quote.split())
            key = text.casefold().rstrip(".;,")
            said.setdefault(key, text if text.endswith((".", "!", "?")) else f"{text.rstrip(';,')}.")
            cited.setdefault(key, []).append(citation)
    return [Statement(said[key], tuple(citations), 1.0) for key, citations in cited.items()]
