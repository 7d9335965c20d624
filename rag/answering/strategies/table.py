"""The table strategy: questions that the cells of a table answer, by look-up or by computing.

It passes a question on when no table of the documents that were retrieved is about it. What it computes is verified by
construction: the statement is made of the result, and every cell used is cited.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategy import NEAREST, Components
from rag.errors import DocumentNotFoundError
from rag.tables.answer import TableAnswer, answer
from rag.tables.links import Lexicon
from rag.tables.model import Table, tables_of, transposed
from rag.tables.operations import Classifier, load_classifier
from rag.tables.sense import Sense
from rag.text.english.questions import parts as questions_in
from rag.types import (
    AnswerDone,
    Citation,
    Document,
    Draft,
    Event,
    Evidence,
    EvidenceFound,
    Note,
    Origin,
    Reading,
    Statement,
    StatementVerified,
)
from rag.verification.verifier import THRESHOLD

PASSAGES = 30  # whose documents' tables are looked at: a row says little by itself, so more than are read
FEW = 32  # documents of an index whose tables are all looked at, whatever was retrieved
MOST_TABLES = 40  # of one document
CERTAIN = 0.95  # the confidence of a look-up from which no other document is read for what it says
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
AS_LIKELY = 0.5  # the share of the best sentence's score with which another document's counts as an answer too
KEPT = 32  # documents whose tables are kept in memory


@dataclass(frozen=True)
class TableStrategy:
    """Answers from tables. `classifier` loads what tells what is to be done."""

    classifier: Callable[[], Classifier] = load_classifier
    kinds: frozenset[QuestionKind] = frozenset({"fact", "list", "table", "compare"})
    _memory: "_Memory" = field(default_factory=lambda: _Memory(), repr=False)

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """The cell or the computed value, cited; None when no table answers."""
        if len(questions_in(asked.wanted)) > 1:  # each part is read by itself
            return None
        lexicons = self._lexicons(asked, parts)
        asked.clock.lap("retrieve")
        if not lexicons:
            return None
        encoder = parts.retriever.encoder()
        sense = self._memory.sense_for(encoder.fingerprint, Sense(encoder, parts.reader.relevance))
        wanted = self.classifier().wanted(asked.wanted, asked.vector, encoder.fingerprint)
        said = answer(asked.wanted, wanted, lexicons, sense, parts.reader.read)
        asked.clock.lap("tables")
        if said is None:
            return None
        in_doubt = not said.told.computed and not said.refused and said.confidence < CERTAIN
        return _events(said, _other_side(said, asked, parts) if in_doubt else None, asked, parts)

    def _lexicons(self, asked: Asked, parts: Components) -> list[Lexicon]:
        """The tables of the documents that the best passages are from; of few documents, those of all."""
        versions = parts.catalogue.versions()
        chosen = set(versions) if asked.doc_ids is None else versions.keys() & set(asked.doc_ids)
        if len(chosen) <= FEW:
            keys = [(doc_id, versions[doc_id]) for doc_id in sorted(chosen)]
        else:
            retriever = replace(parts.retriever, limit=PASSAGES)
            passages = retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
            keys = list(dict.fromkeys((one.chunk.doc_id, one.chunk.version) for one in passages))
        return [lexicon for key in keys[:FEW] for lexicon in self._memory.lexicons(key, parts)]


@dataclass(frozen=True, slots=True)
class _Side:
    """What another document says of the same: the sentence, and what was read to find it."""

    sentence: Evidence
    reading: Reading


def _other_side(said: TableAnswer, asked: Asked, parts: Components) -> _Side | None:
    """What the reader finds in another document that answers as well, and gives other figures than the cell."""
    passages = parts.retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
    reading = parts.reader.read(asked.wanted, passages, parts.retriever.encoder())
    asked.clock.lap("read")
    if not reading.evidence or reading.confidence < parts.threshold:
        return None
    own = said.table.document.doc_id
    other = next((item for item in reading.evidence if item.chunk.doc_id != own), None)
    if other is None or other.score < AS_LIKELY * reading.evidence[0].score:
        return None
    agrees = set(_FIGURE.findall(said.told.text)) & set(_FIGURE.findall(other.quote))
    answers = parts.reader.relevance(asked.wanted, other.quote) >= AS_LIKELY
    return _Side(other, reading) if answers and not agrees else None


class _Memory:
    """The tables of the last documents and the vectors of what stands in them: made once, read by every question."""

    def __init__(self) -> None:
        self._senses: dict[str, Sense] = {}
        self._lexicons: dict[tuple[str, str], list[Lexicon]] = {}

    def sense_for(self, fingerprint: str, fresh: Sense) -> Sense:
        """The sense that keeps the vectors of an encoder."""
        return self._senses.setdefault(fingerprint, fresh)

    def lexicons(self, key: tuple[str, str], parts: Components) -> list[Lexicon]:
        """The lexicons of one version of a document."""
        if key not in self._lexicons:
            while len(self._lexicons) >= KEPT:
                self._lexicons.pop(next(iter(self._lexicons)))
            try:
                document = parts.catalogue.kept_version(*key)
            except DocumentNotFoundError:  # it was replaced since it was retrieved
                return []
            self._lexicons[key] = [Lexicon(table) for table in _tables(document)]
        return self._lexicons[key]


def _tables(document: Document) -> list[Table]:
    """The tables of a document, each also with its rows and columns in each other's place where that makes sense."""
    found: list[Table] = []
    for table in tables_of(document)[:MOST_TABLES]:
        found += [table, *([turned] if (turned := transposed(table)) else [])]
    return found


def _events(said: TableAnswer, other: _Side | None, asked: Asked, parts: Components) -> Iterator[Event]:
    citations = _cited(said, parts)
    if said.refused or not citations:
        nearest = citations[:NEAREST]
        yield AnswerDone(asked.refused("not_stated", message=said.told.text, nearest=nearest, confidence=0.0))
        return
    origin: Origin = "computed" if said.told.computed else "quoted"
    outcome = Outcome(kept=[Statement(said.told.text, citations, round(said.confidence, 4), origin)])
    if other is not None:
        draft = Draft(" ".join(other.sentence.quote.split()), (other.sentence,))
        statement = parts.statement(draft, other.reading)
        if statement.citations and statement.support >= THRESHOLD:
            outcome.kept.append(statement)
            outcome.notes.append(Note("conflict", _differ(citations[0], statement.citations[0])))
    yield EvidenceFound(citations[:NEAREST], asked.wanted)
    if asked.verify:
        yield from (StatementVerified(statement) for statement in outcome.kept)
    asked.clock.lap("answer")
    short = citations[-1] if not said.told.computed else None
    yield AnswerDone(asked.answered(round(said.confidence, 4), outcome, short))


def _differ(one: Citation, other: Citation) -> str:
    return f"{one.source} and {other.source} do not say the same."


def _cited(said: TableAnswer, parts: Components) -> tuple[Citation, ...]:
    document = said.table.document
    finder = parts.contexts.finder(document.doc_id, document.version)
    return parts.cited([finder.evidence(cell, said.confidence) for cell in said.told.cells])
