"""The list strategy: all items of the list whose lead-in is what a question asks for.

What leads in to a list is no answer by itself: where the reader finds that sentence likeliest, the items answer. They
do too where a question asks for a list and comes near to what the list stands under. Lists of several documents that
come as near are merged; an item that stands in two of them is told once and cited twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategy import NEAREST, Components
from rag.text.context import ContextFinder, ListBlocks, in_words
from rag.text.english.tokens import STOP_WORDS
from rag.types import AnswerDone, Citation, Event, EvidenceFound, Note, Passage, Reading, Statement, StatementVerified

PASSAGES = 12  # in which lists are looked for
POSSIBLE = 0.1  # the least probability of a list with which a question of another kind is looked at
NEAR = 0.45  # the least similarity of a question for a list to what the list stands under
LEAST_NEAR, LEAST_NEAR_ELSE = 0.2, 0.3  # that for which anything is read, for a list and for other questions
LIKELY = 0.3  # the probability of a list with which that is near enough for the list of the likeliest sentence
AS_NEAR = 0.05  # by how much less near another document's list may be to be told too
MOST_ITEMS = 100

_WORD = re.compile(r"\w+")
_CUT = "The list is longer than this; more items are in the document."


@dataclass(frozen=True, slots=True)
class _Candidate:
    finder: ContextFinder
    items: ListBlocks
    near: float = 0.0

    @property
    def under(self) -> str:
        """What the list stands under, in words: the last of its headings and lead-ins."""
        first = self.items.items[0]
        return in_words(self.finder.of(first.start, first.end)[-1:])

    def knows(self, question: str) -> bool:
        """Whether the document has every name and number of the question: another one's list is no answer."""
        there = {word.casefold() for word in _WORD.findall(self.finder.document.text)}
        asked = [word for word in _WORD.findall(question)[1:] if word.casefold() not in STOP_WORDS]
        return all(word.casefold() in there for word in asked if word[0].isupper() or word[0].isdigit())

    def meant(self, reading: Reading, share: float) -> bool:
        """Whether the likeliest sentence is an item, and the question comes near to the sentence that leads in to it.

        A heading is no such sentence: it says too little.
        """
        best, document = reading.evidence[0], self.finder.document
        first = self.items.items[0]
        if [span.role for span in self.finder.of(first.start, first.end)][-1:] != ["lead_in"]:
            return False
        inside = self.items.items[0].start <= best.start < self.items.end
        same = (best.chunk.doc_id, best.chunk.version) == (document.doc_id, document.version)
        return same and inside and (self.near >= NEAR or (self.near >= LEAST_NEAR_ELSE and share >= LIKELY))

    def led_in_by(self, reading: Reading) -> bool:
        """Whether the likeliest sentence is the last before the first item."""
        best = reading.evidence[0]
        same = best.chunk.doc_id == self.finder.document.doc_id and best.chunk.version == self.finder.document.version
        first = self.items.items[0].start
        if not same or not self.items.start <= best.start < best.end <= first:
            return False
        return not any(map(str.isalpha, self.finder.document.text[best.end : first]))


@dataclass(frozen=True, slots=True)
class ListStrategy:
    """Answers with the items of a list."""

    kinds: frozenset[QuestionKind] = frozenset({"list", "fact"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """A statement an item, each cited; None when the question does not ask for a list that is there."""
        if asked.kinds.shares.get("list", 0.0) < POSSIBLE:
            return None
        retriever = replace(parts.retriever, limit=PASSAGES)
        passages = retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
        lists = _nearest(asked, parts, _lists(asked.wanted, passages, parts))
        asked.clock.lap("retrieve")
        if not lists or lists[0].near < (LEAST_NEAR if asked.kinds.best == "list" else LEAST_NEAR_ELSE):
            return None
        wanted = asked.kinds.best == "list" and lists[0].near >= NEAR
        reading = parts.reader.read(asked.wanted, passages[: parts.retriever.limit], parts.retriever.encoder())
        asked.clock.lap("read")
        share = asked.kinds.shares["list"]
        led = [item for item in lists if reading.evidence and (item.led_in_by(reading) or item.meant(reading, share))]
        if led:
            return _events(asked, parts, led[:1], max(reading.confidence, led[0].near))
        if not wanted:
            return None
        chosen = [item for item in _of_each_document(lists) if item.near >= lists[0].near - AS_NEAR]
        return _events(asked, parts, chosen, lists[0].near)


def _lists(question: str, passages: Sequence[Passage], parts: Components) -> list[_Candidate]:
    """The lists that the passages touch, in the passages' order, of documents that know what the question names."""
    found: dict[tuple[str, int], _Candidate] = {}
    for passage in passages:
        chunk = passage.chunk
        finder = parts.contexts.finder(chunk.doc_id, chunk.version)
        for items in finder.lists:
            if items.start < chunk.end and chunk.start < items.end:
                found.setdefault((chunk.doc_id, items.start), _Candidate(finder, items))
    return [item for item in found.values() if item.knows(question)]


def _nearest(asked: Asked, parts: Components, lists: Sequence[_Candidate]) -> list[_Candidate]:
    """The lists, those first that stand under what comes nearest to the question."""
    if not lists:
        return []
    vectors = parts.retriever.encoder().encode([asked.wanted, *(item.under for item in lists)])
    near = [replace(item, near=float(vector @ vectors[0])) for item, vector in zip(lists, vectors[1:], strict=True)]
    return sorted(near, key=lambda item: (-item.near, item.finder.document.source, item.items.start))


def _of_each_document(lists: Sequence[_Candidate]) -> list[_Candidate]:
    """The first list of each document."""
    first = {item.finder.document.doc_id: item for item in reversed(lists)}
    return [item for item in lists if first[item.finder.document.doc_id] is item]


def _events(asked: Asked, parts: Components, lists: Sequence[_Candidate], confidence: float) -> Iterator[Event]:
    statements = _merged(parts, lists)
    yield EvidenceFound(tuple(one.citations[0] for one in statements[:NEAREST]), asked.wanted)
    outcome = Outcome(kept=statements[:MOST_ITEMS])
    if len(statements) > MOST_ITEMS:
        outcome.notes.append(Note("interrupted", _CUT, len(statements) - MOST_ITEMS))
    if asked.verify:
        yield from (StatementVerified(statement) for statement in outcome.kept)
    asked.clock.lap("answer")
    yield AnswerDone(asked.answered(round(min(1.0, confidence), 4), outcome, None))


def _merged(parts: Components, lists: Sequence[_Candidate]) -> list[Statement]:
    """A statement for each item; one that stands in several lists is cited in each."""
    cited: dict[str, list[Citation]] = {}
    said: dict[str, str] = {}
    for candidate in lists:
        evidence = [candidate.finder.evidence(block, candidate.near) for block in candidate.items.items]
        for citation in parts.cited(evidence):
            text = " ".join(citation.quote.split())
            key = text.casefold().rstrip(".;,")
            said.setdefault(key, text if text.endswith((".", "!", "?")) else f"{text.rstrip(';,')}.")
            cited.setdefault(key, []).append(citation)
    return [Statement(said[key], tuple(citations), 1.0) for key, citations in cited.items()]
