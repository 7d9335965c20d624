"""The events that change what is in the index: uploads and removals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.errors import CitespanError
from ui import reader, render
from ui.handlers import Chat
from ui.markup import Html
from ui.parts import CHANGING, OPENING, QUIET, SUGGESTING, Parts
from ui.reading import Reading
from ui.types import Turns
from ui.uploads import Uploads


class Changing:
    """Documents that visitors add and remove."""

    def __init__(self, chat: Chat, reading: Reading) -> None:
        self.chat = chat
        self.reading = reading
        self.uploads = Uploads(chat.assistant)

    def wire(self, parts: Parts) -> None:
        """Connect events to functions; example questions come last, for they take a moment to find."""
        changed = [parts.header, parts.welcome, *parts.side]
        added = parts.upload.upload(self.add, parts.upload, [parts.upload, *changed], **CHANGING, **QUIET)
        removed = parts.reader.remove(self.remove, None, changed, **CHANGING, **QUIET)
        for event in (added, removed):
            marked = event.then(self.mark, parts.turns, [parts.turns, parts.conversation], **OPENING, **QUIET)
            marked.then(self.suggest, None, parts.welcome, **SUGGESTING, **QUIET)

    def add(self, files: list[str]) -> Iterator[Any]:
        """Read uploaded files in, and say what becomes of each."""
        button = gr.update(label="Adding…", interactive=False)
        said = reader.progress(())
        for states in self.uploads.add(files):
            said = reader.progress(states)
            yield [button, gr.skip(), gr.skip(), None, self.reading.side(None, said)]
            button = gr.skip()
        yield [gr.update(label="Add documents", interactive=True, value=None), *self._changed(said)]

    def remove(self, event: gr.EventData) -> list[Any]:
        """Take a document out, and say so."""
        try:
            source = self.uploads.remove(str(event.doc))
        except (CitespanError, OSError) as error:
            return self._changed(reader.problem(str(error)))
        said = f"Removed {render.file_name(source)}." if source else "That document is no longer in the index."
        return self._changed(reader.notice(render.paragraph(said)))

    def mark(self, turns: Turns) -> tuple[Any, Any]:
        """The conversation as it is by now, citations of documents that changed marked."""
        if not turns or turns[-1].working:  # an answer on its way would be written over
            return gr.skip(), gr.skip()
        turns = self.chat.checked(turns)
        return turns, render.conversation(turns)

    def suggest(self) -> Html:
        """The welcome with examples from the documents as they are now."""
        return render.welcome(len(self.chat.documents()), self.chat.examples())

    def _changed(self, said: Html) -> list[Any]:
        """All that shows which documents there are."""
        documents = self.chat.documents()
        header, welcome = render.header(self.chat.name, documents), render.welcome(len(documents))
        return [header, welcome, None, self.reading.side(None, said)]
