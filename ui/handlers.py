"""What happens between an event of the page and the assistant: values in, values out, no HTML and no Gradio.

Nothing from the page is trusted: a number that is no citation, or a document that is gone, changes nothing or says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from threading import Event as Flag
from typing import Any, get_args

from rag.errors import CitespanError, DocumentNotFoundError
from rag.reports import DocumentInfo, Vote
from rag.types import (
    AnswerDone,
    Citation,
    Document,
    Event,
    EvidenceFound,
    StatementVerified,
)
from ui.cancellation import until
from ui.examples import candidates
from ui.sources.pages import page_of, with_page
from ui.sources.window import Window, around, earlier, later
from ui.types import Assistant, Mark, Turn, Turns, View, place

EVIDENCE_SHOWN = 3
EXAMPLES_SHOWN = 3
EXAMPLES_TRIED = 6
VOTES = get_args(Vote)

CHANGED = "This document has changed since the answer was given. These are the words that were cited."
FAULT = "A fault in the program stopped this answer. The terminal that runs the chat shows what it was."
GONE = "This document is no longer in the index. These are the words that were cited."


class Chat:
    """The chat's side of one assistant. Holds no conversation: turns and views belong to the browser session."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._examples: tuple[frozenset[str], tuple[str, ...]] = (frozenset(), ())

    @property
    def name(self) -> str:
        """The index's path."""
        return self.assistant.name

    def documents(self) -> Sequence[DocumentInfo]:
        """What there is to ask about."""
        return self.assistant.documents()

    def ask(self, question: str, turns: Turns, stopped: Flag | None = None) -> Iterator[Turns]:
        """The turns with a new one at the end, again each time more is known of its answer, until `stopped` is set."""
        turn = Turn(question.strip())
        yield (*turns, turn)
        try:
            for event in until(stopped or Flag(), _events(self.assistant, turn.question, turns)):
                turn = _told(turn, event)
                yield (*turns, turn)
        except CitespanError as error:
            turn = replace(turn, problem=str(error))
            yield (*turns, turn)
        if turn.working:
            yield (*turns, replace(turn, stopped=True))

    def answer(self, question: str) -> dict[str, Any]:
        """The answer as plain JSON data, for the API."""
        return self.assistant.ask(question).to_dict()

    def cite(self, turns: Turns, turn: int, number: int) -> View | None:
        """The document of a citation at the cited span; None if there is no such citation."""
        if not (0 <= turn < len(turns) and 1 <= number <= len(turns[turn].citations)):
            return None
        citations = turns[turn].citations
        citation = citations[number - 1]
        view = View(citation.doc_id, citation.source, citation.version)
        view = replace(view, citation=citation, turn=turn, number=number, count=len(citations))
        try:
            document = self.assistant.document(citation.doc_id)
        except DocumentNotFoundError:
            return replace(view, problem=GONE)
        if document.version != citation.version or self.assistant.is_stale(citation):
            return replace(view, problem=CHANGED, length=len(document.text))
        line = document.line_at(citation.start)
        view = replace(view, marks=_marks(citations, number), line=line)
        view = _seen(view, document, around(document.text, citation.start, citation.end))
        page = page_of(self.assistant, citation)
        return with_page(self.assistant, view, document, citations, page) if page else view

    def first(self, turns: Turns) -> View | None:
        """The first citation of the newest turn, if it was answered."""
        answered = turns and turns[-1].answer and turns[-1].answer.statements
        return self.cite(turns, len(turns) - 1, 1) if answered else None

    def show(self, doc_id: str) -> View | None:
        """A document from its beginning; None if there is no such document."""
        try:
            document = self.assistant.document(doc_id)
        except DocumentNotFoundError:
            return None
        view = View(document.doc_id, document.source, document.version)
        view = _seen(view, document, around(document.text, 0, 0))
        return with_page(self.assistant, view, document, (), 1)

    def turn(self, turns: Turns, view: View, number: int) -> View:
        """The view at another page; as it is where there is no such page."""
        try:
            document = self.assistant.document(view.doc_id)
        except DocumentNotFoundError:
            return replace(view, problem=GONE)
        if document.version != view.version:
            return replace(view, problem=CHANGED, length=len(document.text))
        citations = turns[view.turn].citations if view.citation and view.turn < len(turns) else ()
        turned = with_page(self.assistant, view, document, citations, number)
        return turned if turned.page else view

    def paper(self, turns: Turns, view: View) -> View:
        """The view as the page on which its citation begins, or its first page."""
        return self.turn(turns, view, (page_of(self.assistant, view.citation) if view.citation else None) or 1)

    def more(self, view: View, *, before: bool) -> View:
        """The view with more of its document."""
        try:
            document = self.assistant.document(view.doc_id)
        except DocumentNotFoundError:
            return replace(view, problem=GONE)
        if document.version != view.version:
            return replace(view, problem=CHANGED, length=len(document.text))
        grow = earlier if before else later
        return _seen(view, document, grow(document.text, Window(view.start, view.end)))

    def vote(self, turns: Turns, number: int, vote: str) -> Turns:
        """The turns with a vote on one answer, or without it when the same was there before.

        Raises IndexWriteError or IndexLockedError when it cannot be kept.
        """
        if not (0 <= number < len(turns)) or vote not in VOTES:
            return turns
        turn = turns[number]
        if turn.answer is None:
            return turns
        if turn.vote == vote:
            self.assistant.feedback.withdraw(turn.feedback)
            return _with(turns, number, replace(turn, vote=None, feedback="", thanked=False))
        kind: Vote = "up" if vote == "up" else "down"
        id_ = self.assistant.feedback.keep(turn.answer, kind, id_=turn.feedback or None)
        return _with(turns, number, replace(turn, vote=kind, feedback=id_, thanked=False))

    def comment(self, turns: Turns, number: int, words: str) -> Turns:
        """The turns with a comment sent along with the vote on one answer. Raises as `vote`."""
        turn = turns[number] if 0 <= number < len(turns) else Turn("")
        if turn.answer is None or turn.vote is None or not words.strip():
            return turns
        self.assistant.feedback.keep(turn.answer, turn.vote, comment=words.strip(), id_=turn.feedback)
        return _with(turns, number, replace(turn, thanked=True))

    def checked(self, turns: Turns) -> Turns:
        """The turns, with citations marked whose document has changed since."""
        return tuple(replace(turn, stale=self._stale(turn)) for turn in turns)

    def examples(self) -> tuple[str, ...]:
        """Questions about these documents that are known to be answered; found once for each state of the index.

        None where asking fails: the fault is told when somebody asks.
        """
        documents = self.assistant.documents()
        state = frozenset(item.version for item in documents)
        if self._examples[0] != state:
            found = self._answered([item.doc_id for item in documents])
            try:
                self._examples = state, tuple(islice(found, EXAMPLES_SHOWN))
            except CitespanError:
                return ()
        return self._examples[1]

    def _answered(self, doc_ids: Sequence[str]) -> Iterator[str]:
        proposed = (question for doc_id in doc_ids for question in candidates(self.assistant.document(doc_id).text))
        for question in islice(dict.fromkeys(proposed), EXAMPLES_TRIED):
            if self.assistant.ask(question).status == "answered":
                yield question

    def _stale(self, turn: Turn) -> frozenset[int]:
        numbered = enumerate(turn.citations, start=1)
        return frozenset(number for number, citation in numbered if self.assistant.is_stale(citation))


def _events(assistant: Assistant, question: str, turns: Turns) -> Iterator[Event]:
    """The events of an answer; the conversation so far goes with the question."""
    return assistant.stream(question, history=[turn.answer for turn in turns if turn.answer])


def failed(turns: Turns) -> Turns:
    """The turns, the last one ended by a fault if it was still working."""
    if not turns or not turns[-1].working:
        return turns
    return (*turns[:-1], replace(turns[-1], problem=FAULT))


def _told(turn: Turn, event: Event) -> Turn:
    match event:
        case EvidenceFound(citations):
            return replace(turn, evidence=citations[:EVIDENCE_SHOWN])
        case StatementVerified(statement):
            return replace(turn, statements=(*turn.statements, statement))
        case AnswerDone(answer):
            return replace(turn, answer=answer)


def _marks(citations: Sequence[Citation], number: int) -> tuple[Mark, ...]:
    """The marks of every citation that reads the same version of the same document as the one opened."""
    opened = place(citations[number - 1])[:2]
    return tuple(
        Mark(citation.start, citation.end, at, current=at == number)
        for at, citation in enumerate(citations, start=1)
        if place(citation)[:2] == opened
    )


def _seen(view: View, document: Document, window: Window) -> View:
    text = document.text[window.start : window.end]
    return replace(view, text=text, start=window.start, end=window.end, length=len(document.text))


def _with(turns: Turns, number: int, turn: Turn) -> Turns:
    return (*turns[:number], turn, *turns[number + 1 :])
