"""The events of conversations: kept in the browser, opened again, renamed, deleted, taken away, voted on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import gradio as gr

from rag.errors import CitespanError
from rag.markup import Html
from ui import render
from ui.cancellation import Stops
from ui.components import OPENING, QUIET, Options, Parts, number, ready_box
from ui.conversations import export, store
from ui.conversations.bar import bar
from ui.handlers import Chat
from ui.sources.events import Reading
from ui.types import Kept, Shelf, Turns

# A tab goes on with its own conversation when it is loaded again; bar.js keeps which one that is.
WITH_CURRENT = "(shelf) => [{ ...shelf, current: window.citespan.current() }]"
OPENED = "() => window.citespan.ready('opening')"
LEFT = "() => window.citespan.ready('leaving')"
SHARE = "(shelf) => window.citespan.share(shelf)"
SAVE = "(file) => window.citespan.save(file)"


class Keeping:
    """The conversations of one browser. The server keeps none."""

    def __init__(self, chat: Chat, reading: Reading, stops: Stops) -> None:
        self.chat = chat
        self.reading = reading
        self.stops = stops

    def wire(self, blocks: gr.Blocks, parts: Parts) -> None:
        """Connect events to functions."""
        every = [*parts.kept, *parts.talk, *parts.side]
        quick: Options = {**OPENING, **QUIET}
        restored = blocks.load(self.restore, parts.shelf, every, js=WITH_CURRENT, **quick)
        restored.then(None, js=OPENED, **QUIET)
        parts.shelf.change(None, parts.shelf, None, js=SHARE, **QUIET)
        parts.bar.mirror(self.mirror, parts.current, [parts.shelf, parts.bar], **quick)
        other = [parts.left, *every]
        for left in (
            parts.bar.begin(self.begin, parts.shelf, other, **quick),
            parts.bar.resume(self.resume, parts.shelf, other, **quick),
            parts.bar.discard(self.discard, [parts.shelf, parts.current], other, **quick),
        ):
            left.then(None, js=LEFT, **QUIET)
        parts.bar.rename(self.rename, [parts.shelf, parts.current], [parts.shelf, parts.bar], **quick)
        taken = parts.bar.export(self.export, parts.known, parts.file, **quick)
        taken.then(None, parts.file, None, js=SAVE, **QUIET)
        voted = [parts.turns, parts.conversation, *parts.kept]
        parts.conversation.vote(self.vote, parts.known, voted, **quick)
        parts.conversation.comment(self.comment, parts.known, voted, **quick)

    def keep(self, stored: Any, current: str, turns: Turns) -> list[Any]:
        """The conversation as it is now, put into what the browser keeps: that, its id, and the bar."""
        if not any(not turn.working for turn in turns):
            return [gr.skip()] * 3
        current = current or uuid4().hex
        put = store.put(store.read(stored), current, turns)
        return [store.write(put.shelf), current, bar(put.shelf, current, _told(put))]

    def restore(self, stored: Any) -> list[Any]:
        """The conversation that this tab had when it was loaded again, or a new one."""
        wanted = stored.get("current") if isinstance(stored, dict) else None
        kept = store.read(stored)
        return self._opened(kept, store.find(kept, str(wanted)), write=False)

    def begin(self, stored: Any, event: gr.EventData, request: gr.Request) -> list[Any]:
        """A new conversation."""
        return [self._leave(event, request), *self._opened(store.read(stored), None)]

    def resume(self, stored: Any, event: gr.EventData, request: gr.Request) -> list[Any]:
        """A conversation that was kept."""
        kept = store.read(stored)
        return [self._leave(event, request), *self._opened(kept, store.find(kept, str(event.id)))]

    def discard(self, stored: Any, current: str, event: gr.EventData, request: gr.Request) -> list[Any]:
        """The conversation that is open goes; a new one is begun."""
        current, _ = store.shown(stored, current, (), event.open)
        kept = store.discard(store.read(stored), current)
        return [self._leave(event, request), *self._opened(kept, None)]

    def rename(self, stored: Any, current: str, event: gr.EventData) -> tuple[Any, Html]:
        """The conversation that is open, with another title."""
        current, _ = store.shown(stored, current, (), event.open)
        kept = store.rename(store.read(stored), current, str(event.title))
        return store.write(kept), bar(kept, current)

    def mirror(self, current: str, event: gr.EventData) -> tuple[Any, Html]:
        """What another tab of this browser has kept."""
        kept = store.read(event.shelf)
        current, _ = store.shown(event.shelf, current, (), event.open)
        return store.write(kept), bar(kept, current)

    def export(self, stored: Any, current: str, turns: Turns, event: gr.EventData) -> dict[str, str]:
        """The conversation as a file for the browser to save: its name and its text."""
        current, turns = store.shown(stored, current, turns, event.open)
        kept = store.find(store.read(stored), current)
        title = kept.title if kept else "Conversation"
        kind = "json" if event.kind == "json" else "md"
        written = (export.to_json if kind == "json" else export.to_markdown)(title, turns)
        return {"name": export.file_name(title, kind), "text": written}

    def vote(self, stored: Any, current: str, turns: Turns, event: gr.EventData) -> list[Any]:
        """A thumb up or down."""
        vote = str(event.vote)
        return self._said(stored, current, turns, event, lambda known, at: self.chat.vote(known, at, vote))

    def comment(self, stored: Any, current: str, turns: Turns, event: gr.EventData) -> list[Any]:
        """A few words about an answer."""
        words = str(event.comment)
        return self._said(stored, current, turns, event, lambda known, at: self.chat.comment(known, at, words))

    def _said(
        self, stored: Any, current: str, turns: Turns, event: gr.EventData, say: Callable[[Turns, int], Turns]
    ) -> list[Any]:
        if turns and turns[-1].working:  # its answer would be written over
            return [gr.skip()] * 5
        current, turns = store.shown(stored, current, turns, event.open)
        try:
            turns = say(turns, number(event.turn))
        except CitespanError as error:
            told = f"Your vote could not be kept: {error}"
            return [gr.skip()] * 4 + [bar(store.read(stored), current, told)]
        return [turns, render.conversation(turns), *self.keep(stored, current, turns)]

    def _leave(self, event: gr.EventData, request: gr.Request) -> int:
        """Cut off the answer on its way; how many questions the page had asked."""
        self.stops.leave(str(request.session_hash))
        return number(event.asked)

    def _opened(self, kept: Shelf, chosen: Kept | None, *, write: bool = True) -> list[Any]:
        """A conversation as it stands on the shelf, or an empty one, and the list of documents beside it."""
        turns = self.chat.checked(store.turns(chosen)) if chosen else ()
        current = chosen.id if chosen else ""
        view = self.chat.first(turns)
        written = store.write(kept) if write else gr.skip()
        said = [turns, render.conversation(turns), ready_box(), view, self.reading.side(view)]
        return [written, current, bar(kept, current), *said]


def _told(put: store.Put) -> str:
    """What had to go, in words."""
    said = []
    if put.dropped:
        names = ", ".join(f"“{title}”" for title in put.dropped)
        said.append(f"To make room, this browser no longer keeps {names}.")
    if put.forgotten:
        said.append(f"Of this conversation it keeps all but the first {render.counted(put.forgotten, 'question')}.")
    return " ".join(said)
