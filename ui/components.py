"""The components of one page and how they are laid out. Holds nothing of any visitor, and connects nothing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import gradio as gr

from rag.markup import NOTHING, Html
from ui.documents.uploads import TYPES

STATIC = Path(__file__).parent / "static"
Options = dict[str, Any]
ASKING: Options = {"concurrency_limit": 2, "concurrency_id": "ask"}  # a question uses every core; more only wait
OPENING: Options = {"concurrency_limit": 16, "concurrency_id": "open"}  # reading a source never waits for a question
CHANGING: Options = {"concurrency_limit": 1, "concurrency_id": "change"}  # an index has one writer
SUGGESTING: Options = {"concurrency_limit": 1, "concurrency_id": "suggest"}  # never in the way of a question
QUIET: Options = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What events read and write. `turns`, `view` and `current` (a conversation's id) are a session's own state.

    So are `asked`, the number of the question that was answered last, and `left`, of the last one that was left behind:
    the page counts what it asks.

    `told` is what became of documents that were added or removed; it stands above the reader and leaves it as it is.
    """

    turns: Any
    view: Any
    current: Any
    asked: Any
    left: Any
    shelf: Any
    file: Any
    header: Any
    upload: Any
    bar: Any
    welcome: Any
    conversation: Any
    question: Any
    told: Any
    reader: Any

    @property
    def talk(self) -> list[Any]:
        """The conversation and the box to type in."""
        return [self.turns, self.conversation, self.question]

    @property
    def side(self) -> list[Any]:
        """What is open in the reader."""
        return [self.view, self.reader]

    @property
    def known(self) -> list[Any]:
        """What a conversation is kept from."""
        return [self.shelf, self.current, self.turns]

    @property
    def kept(self) -> list[Any]:
        """What the browser keeps, and the bar that shows it."""
        return [self.shelf, self.current, self.bar]


def lay_out(name: str, *, header: Html, welcome: Html, reader: Html) -> Parts:
    """The page, within a `gr.Blocks`; conversations are kept apart by the `name` of the index."""
    state = {"turns": gr.State(()), "view": gr.State(None), "current": gr.State("")}
    counts = {"asked": gr.State(0), "left": gr.State(0)}
    hidden = {"shelf": _browser_state(name), "file": gr.JSON(visible=False)}
    with gr.Row(elem_id="cs-header"):
        top = {"header": gr.HTML(header, apply_default_css=False), "upload": _upload_button()}
    with gr.Row(elem_id="cs-main"):
        with gr.Column(elem_id="cs-chat", scale=11):
            talk = {
                "bar": _panel("cs-bar", "bar.js"),
                "welcome": _panel("cs-welcome", value=welcome),
                "conversation": _panel("cs-conversation", "conversation.js"),
            }
            with gr.Column(elem_id="cs-ask"):
                box = _question_box()
        with gr.Column(elem_id="cs-side", scale=10):
            side = {
                "told": _panel("cs-told", "adding.js"),
                "reader": _panel("cs-reader", "reader.js", value=reader),
            }
    return Parts(**state, **counts, **hidden, **top, **talk, question=box, **side)


def ready_box() -> Any:
    """The box as it takes a question."""
    return gr.update(submit_btn="Ask", stop_btn=False)


def busy_box() -> Any:
    """The box while a question is being answered."""
    return gr.update(submit_btn=False, stop_btn="Stop")


def number(value: Any) -> int:
    """A number that the page sent, or -1."""
    return int(value) if str(value).isdecimal() else -1


def _browser_state(name: str) -> gr.BrowserState:
    """Local storage of the browser, one an index; what it holds outlives the server.

    Gradio asks for a secret to encrypt with and sends it to the page: it protects from nobody, but must stay the same.
    """
    key = f"citespan-{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    return gr.BrowserState({"conversations": []}, storage_key=key, secret=key)


def _panel(name: str, *scripts: str, value: Html = NOTHING) -> Any:
    """An HTML component whose buttons become events: Gradio learns their names from the script."""
    script = "\n".join((STATIC / file).read_text(encoding="utf-8") for file in ("events.js", *scripts))
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="cs-question",
        label="Question",
        show_label=False,
        placeholder="Ask a question",
        max_lines=8,
        autofocus=True,
        container=False,
        submit_btn="Ask",
    )


def _upload_button() -> gr.UploadButton:
    return gr.UploadButton(
        "Add documents", elem_id="cs-add", file_count="multiple", file_types=list(TYPES), size="sm", scale=0
    )
