"""The events of the source reader: citations and documents opened, more of a document shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from rag.markup import Html
from ui.components import OPENING, QUIET, Parts, number
from ui.conversations import store
from ui.handlers import Chat
from ui.sources import pane
from ui.types import Turns, View


class Reading:
    """What is shown beside the conversation."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat

    def wire(self, parts: Parts) -> None:
        """Connect events to functions."""
        side = parts.side
        for panel in (parts.conversation, parts.reader):
            panel.cite(self.cite, [*parts.known, parts.view], side, **OPENING, **QUIET)
        events: tuple[tuple[Any, Any, Any], ...] = (
            (parts.reader.show, self.show, parts.view),
            (parts.reader.documents, self.contents, None),
            (parts.reader.earlier, self.earlier, parts.view),
            (parts.reader.later, self.later, parts.view),
            (parts.reader.plain, self.plain, parts.view),
            (parts.reader.paper, self.paper, [*parts.known, parts.view]),
            (parts.reader.turn, self.turn, [*parts.known, parts.view]),
        )
        for event, function, wanted in events:
            event(function, wanted, side, **OPENING, **QUIET)

    def side(self, view: View | None) -> Html:
        """A document, or the list of documents."""
        return pane.document(view) if view else pane.contents(self.chat.documents())

    def cite(
        self, stored: Any, current: str, turns: Turns, view: View | None, event: gr.EventData
    ) -> tuple[View | None, Html]:
        """Open the citation of the chip that was pressed."""
        _, turns = store.shown(stored, current, turns, event.open)
        view = self.chat.cite(turns, number(event.turn), number(event.number)) or view
        return view, self.side(view)

    def show(self, view: View | None, event: gr.EventData) -> tuple[View | None, Html]:
        """Open a document of the list."""
        view = self.chat.show(str(event.doc)) or view
        return view, self.side(view)

    def turn(
        self, stored: Any, current: str, turns: Turns, view: View | None, event: gr.EventData
    ) -> tuple[View | None, Html]:
        """Another page of the document."""
        _, turns = store.shown(stored, current, turns, event.open)
        view = view and self.chat.turn(turns, view, number(event.page))
        return view, self.side(view)

    def paper(
        self, stored: Any, current: str, turns: Turns, view: View | None, event: gr.EventData
    ) -> tuple[View | None, Html]:
        """The page as it looks, in place of its text."""
        _, turns = store.shown(stored, current, turns, event.open)
        view = view and self.chat.paper(turns, view)
        return view, self.side(view)

    def plain(self, view: View | None) -> tuple[View | None, Html]:
        """The text, in place of the page."""
        view = view and replace(view, page=None)
        return view, self.side(view)

    def contents(self) -> tuple[None, Html]:
        """Back to the list of documents."""
        return None, self.side(None)

    def earlier(self, view: View | None) -> tuple[View | None, Html]:
        """More of the document, before what is shown."""
        view = view and self.chat.more(view, before=True)
        return view, self.side(view)

    def later(self, view: View | None) -> tuple[View | None, Html]:
        """More of the document, after what is shown."""
        view = view and self.chat.more(view, before=False)
        return view, self.side(view)
