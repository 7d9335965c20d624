"""The table strategy: questions that the cells of a table answer, by look-up or by computing.

It passes a question on when no table of the documents that were retrieved is about it. What it computes is verified by
construction: the statement is made of the result, and every cell used is cited.
"""

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
    Event,
    EvidenceFound,
    Origin,
    Statement,
    StatementVerified,
)

PASSAGES = 30  # whose documents' tables are looked at: a row says little by itself, so more than are read
FEW = 32  # documents of an index whose tables are all looked at, whatever was retrieved
MOST_TABLES = 40  # of one document
CERTAIN = 0.95  # the confidence of a look-up from which no other document is read for what it says
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
        in_doubt = said is not None and not said.told.computed and said.confidence < CERTAIN
        if said is None or (in_doubt and _told_elsewhere(said, asked, parts)):
            return None
        return _events(said, asked, parts)

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


def _told_elsewhere(said: TableAnswer, asked: Asked, parts: Components) -> bool:
    """Whether the reader finds an answer in another document too: the fact strategy tells both sides."""
    passages = parts.retriever.retrieve(asked.wanted, asked.doc_ids, vector=asked.vector)
    reading = parts.reader.read(asked.wanted, passages, parts.retriever.encoder())
    asked.clock.lap("read")
    if not reading.evidence or reading.confidence < parts.threshold:
        return False
    own = said.table.document.doc_id
    others = [item for item in reading.evidence if item.chunk.doc_id != own]
    return bool(others) and others[0].score >= AS_LIKELY * reading.evidence[0].score


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


def _events(said: TableAnswer, asked: Asked, parts: Components) -> Iterator[Event]:
    citations = _cited(said, parts)
    if said.refused or not citations:
        nearest = citations[:NEAREST]
        yield AnswerDone(asked.refused("not_stated", message=said.told.text, nearest=nearest, confidence=0.0))
        return
    origin: Origin = "computed" if said.told.computed else "quoted"
    statement = Statement(said.told.text, citations, round(said.confidence, 4), origin)
    yield EvidenceFound(citations[:NEAREST], asked.wanted)
    if asked.verify:
        yield StatementVerified(statement)
    asked.clock.lap("answer")
    outcome = Outcome(kept=[statement])
    short = citations[-1] if not said.told.computed else None
    yield AnswerDone(asked.answered(round(said.confidence, 4), outcome, short))


def _cited(said: TableAnswer, parts: Components) -> tuple[Citation, ...]:
    document = said.table.document
    finder = parts.contexts.finder(document.doc_id, document.version)
    return parts.cited([finder.evidence(cell, said.confidence) for cell in said.told.cells])
