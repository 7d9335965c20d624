"""The page: what it shows when opened, and the questions asked on it.

Other events have modules of their own: `ui.sources.events` the source reader, `ui.conversations.events` conversations,
`ui.documents.events` documents. No object here holds anything of a visitor but which answers are on their way: the rest
travels as values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.errors import CitespanError
from rag.markup import Html
from ui import render
from ui.cancellation import Stops
from ui.components import ASKING, OPENING, QUIET, SUGGESTING, Options, Parts, busy_box, lay_out, number, ready_box
from ui.conversations import store
from ui.conversations.events import Keeping
from ui.documents.events import Changing
from ui.handlers import Chat, failed
from ui.sources import pane
from ui.sources.events import Reading
from ui.types import Assistant, Turns

TAKE = "(question) => window.citespan.take(question)"
ANSWERED = "() => window.citespan.ready('answer')"
HOLD = "() => window.citespan.hold()"


class Page:
    """The components of one page and the functions its events call."""

    def __init__(self, assistant: Assistant) -> None:
        self.chat = Chat(assistant)
        self.stops = Stops()
        self.reading = Reading(self.chat)
        self.keeping = Keeping(self.chat, self.reading, self.stops)
        self.changing = Changing(self.chat, self.reading)

    def wire(self, blocks: gr.Blocks) -> None:
        """Lay the components out and connect events to functions."""
        gr.api(self.api, api_name="ask", **ASKING)  # first, or Gradio gives the name to the event that calls `ask`
        documents = self.chat.documents()
        header, welcome = render.header(self.chat.name, documents), render.welcome(len(documents))
        parts = lay_out(self.chat.name, header=header, welcome=welcome, reader=pane.contents(documents))
        self._wire_questions(parts)
        self.reading.wire(parts)
        self.keeping.wire(blocks, parts)
        self.changing.wire(parts)
        opened = blocks.load(self.open, None, [parts.header, parts.welcome], **OPENING, **QUIET)
        opened.then(self.suggest, None, parts.welcome, **SUGGESTING, **QUIET)

    def _wire_questions(self, parts: Parts) -> None:
        parts.question.submit(None, parts.question, parts.question, js=TAKE, **QUIET)  # becomes an `ask`, or waits
        asks: Options = {"trigger_mode": "multiple", **ASKING, **QUIET}  # the page sends one at a time itself
        known = [*parts.known, parts.left]
        asked = parts.conversation.ask(self.ask, known, [parts.asked, parts.current, *parts.talk], **asks)
        answered = asked.success(
            self.settle,
            [*known, parts.asked],
            [parts.question, *parts.kept, *parts.side],
            **OPENING,
            **QUIET,
        )
        faulted = asked.failure(self.fail, parts.known, [*parts.talk, *parts.kept], **OPENING, **QUIET)
        for event in (answered, faulted):
            event.then(None, js=ANSWERED, **QUIET)
        parts.question.stop(self.stop, None, None, js=HOLD, queue=False, **QUIET)

    def ask(
        self, stored: Any, current: str, turns: Turns, left: int, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Show the question at once, then what is found, as it is found, until that is stopped.

        Nothing once its conversation was left: the page counts its questions, and those up to `left` were.
        """
        question, asked = str(event.question), number(event.asked)
        if not question.strip() or asked <= left or (turns and turns[-1].working):
            yield tuple(gr.skip() for _ in range(5))  # Gradio empties the outputs of an event that yields nothing
            return
        current, turns = store.shown(stored, current, turns, event.open)
        turns, box = self.chat.checked(turns), busy_box()
        with self.stops.running(str(request.session_hash)) as run:
            for known in self.chat.ask(question, turns, run.stopped):
                if run.left.is_set():
                    break
                yield asked, current, known, render.conversation(known), box
                box = gr.skip()
        if run.left.is_set():
            yield tuple(gr.skip() for _ in range(5))

    def settle(self, stored: Any, current: str, turns: Turns, left: int, asked: int) -> list[Any]:
        """After an answer: the first citation opens, so the source beside it is never the last question's."""
        if asked <= left:  # another conversation is open
            return [gr.skip() for _ in range(6)]
        view = self.chat.first(turns)
        side = (view, self.reading.side(view)) if turns and turns[-1].answer else (gr.skip(), gr.skip())
        return [ready_box(), *self.keeping.keep(stored, current, turns), *side]

    def fail(self, stored: Any, current: str, turns: Turns) -> list[Any]:
        """After a fault of the program: say so and take the next question; Gradio has logged it."""
        turns = failed(turns)
        return [turns, render.conversation(turns), ready_box(), *self.keeping.keep(stored, current, turns)]

    def stop(self, request: gr.Request) -> None:
        """Let the answer on its way end with what is there."""
        self.stops.stop(str(request.session_hash))

    def open(self) -> tuple[Html, Html]:
        """The page as the index is now; it was built with the index as it was when the program started."""
        documents = self.chat.documents()
        return render.header(self.chat.name, documents), render.welcome(len(documents))

    def suggest(self) -> Html:
        """The welcome with example questions, which take a moment to find."""
        return render.welcome(len(self.chat.documents()), self.chat.examples())

    def api(self, question: str) -> dict[str, Any]:
        """Answer a question from the documents; the result is the Answer as JSON, refusals included."""
        try:
            return self.chat.answer(question)
        except CitespanError as error:
            raise gr.Error(str(error), print_exception=False) from error
