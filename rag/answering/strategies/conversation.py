"""Talk, questions about the index itself, and orders: what no document answers.

The first two are answered without a citation, for nothing of them comes from a document; an order is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategies.references import documents_meant, names_in, names_something
from rag.answering.strategy import Components
from rag.reports import DocumentInfo
from rag.types import AnswerDone, Event, Note

# Words with which the index is asked about, beside those for any document.
_ASKING = frozenset(
    "ad ask answer avail access add big data find get given go have inform knowledg know larg last latest list load "
    "look materi mani name new newest number read search see show size topic upload use come far tell".split()
)
SURE = 0.5  # the least share of the kind
_ANY = frozenset("document file folder index page sourc text thing".split())
LISTED = 20  # documents named, before the rest are counted
_NO_SOURCE = "This is about the assistant, not from the documents; nothing is cited."
_ORDER = (
    "I answer questions from the documents, with citations; I don't write, change or do anything else. "
    "Ask a question that the documents can answer, or for a summary of one."
)


@dataclass(frozen=True, slots=True)
class TalkStrategy:
    """Says hello, and what it can do."""

    kinds: frozenset[QuestionKind] = frozenset({"talk"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """One line, without citations. A follow-up is no talk: `and that one?` goes to the documents."""
        if not _sure(asked) or asked.wanted != asked.question.strip():
            return None
        return _said(asked, f"Hello! I'm Citespan. {_offer(_chosen(asked, parts))}")


@dataclass(frozen=True, slots=True)
class IndexStrategy:
    """Says which documents there are."""

    kinds: frozenset[QuestionKind] = frozenset({"index"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """How many documents there are and what they are called; of a document that is named, that it is there.

        None when the question names what is no document: `How many pages were stolen?` is for the documents to answer.
        """
        if not _sure(asked):
            return None
        documents = _chosen(asked, parts)
        named = documents_meant(asked.wanted, names_in(parts.catalogue, asked.doc_ids), aside=_ASKING | _ANY)
        meant = [document for document in documents if document.doc_id in named]
        if meant and len(meant) < len(documents):
            return _said(asked, f"Yes: {_listed(meant)}.")
        if not meant and names_something(asked.wanted, aside=_ASKING):
            return None
        return _said(asked, f"{_counted(documents)}: {_listed(documents)}.")


@dataclass(frozen=True, slots=True)
class InstructionStrategy:
    """Refuses what is no question."""

    kinds: frozenset[QuestionKind] = frozenset({"instruction"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """A refusal that says what can be asked; None when it may be a question after all."""
        if not _sure(asked):
            return None
        return iter((AnswerDone(asked.refused("bad_question", message=_ORDER)),))


def _sure(asked: Asked) -> bool:
    """Whether the kind is likelier than all others together: no document is asked after these strategies."""
    return asked.kinds.shares[asked.kinds.best] >= SURE


def _said(asked: Asked, text: str) -> Iterator[Event | None]:
    outcome = Outcome(notes=[Note("no_source", _NO_SOURCE)])
    yield AnswerDone(asked.spoken(text, outcome))


def _chosen(asked: Asked, parts: Components) -> list[DocumentInfo]:
    """The documents that are asked, by source."""
    documents = parts.catalogue.documents()
    return [item for item in documents if asked.doc_ids is None or item.doc_id in asked.doc_ids]


def _offer(documents: Sequence[DocumentInfo]) -> str:
    have = "one document" if len(documents) == 1 else f"{len(documents):,} documents"
    return (
        f"I answer questions from {have}, and every statement has a citation that you can check. "
        "Ask for a fact, a list or a comparison, or “What is this about?”"
    )


def _counted(documents: Sequence[DocumentInfo]) -> str:
    return "There is 1 document" if len(documents) == 1 else f"There are {len(documents):,} documents"


def _listed(documents: Sequence[DocumentInfo]) -> str:
    names = [PurePath(document.source).name or document.source for document in documents]
    more = [f"and {len(names) - LISTED:,} more"] if len(names) > LISTED else []
    return ", ".join([*names[:LISTED], *more])
