"""What changed between two documents: sentences that differ, the older beside the newer, and those that came or went.

Sentences that stand in both are skipped; of the others the most alike by TF-IDF are taken for one another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategies.centrality import similarities
from rag.answering.strategies.conflicts import dated
from rag.answering.strategies.overview import sentences_of
from rag.answering.strategies.references import documents_meant, documents_named, names_in
from rag.answering.strategy import Components
from rag.types import AnswerDone, Document, Event, Evidence, Note, Statement, StatementVerified

STATEMENTS = 10
ALIKE = 0.4  # the least cosine of two versions of a sentence
_BEGINNING = 600  # characters in which a document's own date is looked for
_CONFIDENCE = 0.8  # that the two documents are those that are meant; set by hand


@dataclass(frozen=True, slots=True)
class ChangesStrategy:
    """Puts the sentences of two documents side by side."""

    kinds: frozenset[QuestionKind] = frozenset({"changes"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """The changes; None when it is not clear which two documents are meant, or they share no wording."""
        pair = _two(asked, parts)
        if not pair:
            return None
        changes = _changes(*(sentences_of(parts, document) for document in pair))
        return _shown(asked, parts, pair, changes) if changes else None


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence of the older document and that of the newer one in its place; one of them may be missing."""

    before: Evidence | None
    after: Evidence | None


def _two(asked: Asked, parts: Components) -> tuple[Document, Document] | None:
    """The two documents that are meant, the older first where their dates tell."""
    names = names_in(parts.catalogue, asked.doc_ids)
    named = [item.doc_id for item in documents_named(asked.wanted, names)]
    for ids in (named, documents_meant(asked.wanted, names), [item.doc_id for item in names]):
        if len(ids) == 2:
            one, other = (parts.catalogue.document(doc_id) for doc_id in ids)
            return (one, other) if _date(one) <= _date(other) else (other, one)
    return None


def _date(document: Document) -> date:
    return dated(document.text[:_BEGINNING]) or date.min


def _changes(before: Sequence[Evidence], after: Sequence[Evidence]) -> list[Change]:
    """What differs, in the order of the newer document, then what went; nothing when no sentence is alike."""
    here, there = ({_plain(item) for item in items} for items in (before, after))
    old = [item for item in before if _plain(item) not in there]
    new = [item for item in after if _plain(item) not in here]
    pairs = _pairs(old, new)
    if not pairs and not here & there:
        return []
    changed = [Change(old[pairs[at]] if at in pairs else None, item) for at, item in enumerate(new)]
    gone = [Change(item, None) for at, item in enumerate(old) if at not in pairs.values()]
    return sorted([*changed, *gone], key=lambda change: not (change.before and change.after))


def _pairs(old: Sequence[Evidence], new: Sequence[Evidence]) -> dict[int, int]:
    """For a new sentence the old one that it took the place of, each at most once, the most alike first."""
    if not old or not new:
        return {}
    likeness = similarities([item.quote for item in (*old, *new)])[len(old) :, : len(old)]
    ranked = sorted((-round(float(likeness[at, by]), 4), at, by) for at in range(len(new)) for by in range(len(old)))
    pairs: dict[int, int] = {}
    for score, at, by in ranked:
        if -score >= ALIKE and at not in pairs and by not in pairs.values():
            pairs[at] = by
    return pairs


def _shown(
    asked: Asked, parts: Components, pair: tuple[Document, Document], changes: Sequence[Change]
) -> Iterator[Event | None]:
    outcome = Outcome()
    for change in changes[:STATEMENTS]:
        statement = _statement(parts, change)
        if statement.citations:
            outcome.kept.append(statement)
            yield StatementVerified(statement) if asked.verify else None
    older, newer = pair
    left = f" The first {STATEMENTS} of {len(changes)}." if len(changes) > STATEMENTS else ""
    outcome.notes.append(Note("compared", f"What differs from {older.source} to {newer.source}.{left}"))
    asked.clock.lap("answer")
    yield AnswerDone(asked.answered(_CONFIDENCE, outcome, None))


def _statement(parts: Components, change: Change) -> Statement:
    """Both wordings, or the one there is and that it is new or gone."""
    sides = [item for item in (change.before, change.after) if item]
    quotes = [" ".join(item.quote.split()) for item in sides]
    mark = "" if len(sides) == 2 else "New: " if change.after else "No longer there: "
    support = min(parts.verifier.support(quote, [quote]) for quote in quotes)
    return Statement(f"{mark}{' → '.join(quotes)}", parts.cited(sides), support, origin="computed")


def _plain(item: Evidence) -> str:
    return " ".join(item.quote.split()).casefold()
