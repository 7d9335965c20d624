"""The events that change what is in the index: uploads and removals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.errors import CitespanError
from rag.markup import Html
from ui import render
from ui.components import CHANGING, OPENING, QUIET, SUGGESTING, Parts
from ui.documents.uploads import Uploads
from ui.handlers import Chat
from ui.sources import pane
from ui.sources.events import Reading
from ui.types import Turns, View


class Changing:
    """Documents that visitors add and remove."""

    def __init__(self, chat: Chat, reading: Reading) -> None:
        self.chat = chat
        self.reading = reading
        self.uploads = Uploads(chat.assistant)

    def wire(self, parts: Parts) -> None:
        """Connect events to functions; example questions come last, for they take a moment to find."""
        added = parts.upload.upload(self.add, parts.upload, [parts.upload, parts.told], **CHANGING, **QUIET)
        removed = parts.reader.remove(self.remove, None, parts.told, **CHANGING, **QUIET)
        shown = [parts.upload, parts.header, parts.welcome, parts.reader]
        for event in (added, removed):
            renewed = event.then(self.renew, parts.view, shown, **OPENING, **QUIET)
            marked = renewed.then(self.mark, parts.turns, [parts.turns, parts.conversation], **OPENING, **QUIET)
            marked.then(self.suggest, None, parts.welcome, **SUGGESTING, **QUIET)

    def add(self, files: list[str]) -> Iterator[Any]:
        """Read uploaded files in, and say what becomes of each. What is open in the reader stays open."""
        button = gr.update(label="Adding…", interactive=False)
        for states in self.uploads.add(files):
            yield [button, pane.progress(states)]
            button = gr.skip()

    def remove(self, event: gr.EventData) -> Html:
        """Take a document out, and say so."""
        try:
            source = self.uploads.remove(str(event.doc))
        except (CitespanError, OSError) as error:
            return pane.problem(str(error))
        said = f"Removed {render.file_name(source)}." if source else "That document is no longer in the index."
        return pane.notice(render.paragraph(said))

    def renew(self, view: View | None) -> list[Any]:
        """All that shows which documents there are, also after a fault of the program."""
        documents = self.chat.documents()
        header, welcome = render.header(self.chat.name, documents), render.welcome(len(documents))
        ready = gr.update(label="Add documents", interactive=True, value=None)
        return [ready, header, welcome, gr.skip() if view else self.reading.side(None)]

    def mark(self, turns: Turns) -> tuple[Any, Any]:
        """The conversation as it is by now, citations of documents that changed marked."""
        if not turns or turns[-1].working:  # an answer on its way would be written over
            return gr.skip(), gr.skip()
        turns = self.chat.checked(turns)
        return turns, render.conversation(turns)

    def suggest(self) -> Html:
        """The welcome with examples from the documents as they are now."""
        return render.welcome(len(self.chat.documents()), self.chat.examples())
