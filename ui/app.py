"""The chat as a Gradio app: components, what each event calls, and how the page looks.

`build` is for people who mount the chat in an app of their own, together with `look`; `serve` is for everybody else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
from starlette.middleware import Middleware

from rag.errors import CitespanError, SettingsError
from ui import reader, render
from ui.guard import Guard, Login, check_host, is_loopback, pass_proxies_by
from ui.handlers import FAULT, TYPES, Chat, ended
from ui.markup import NOTHING, Html
from ui.types import Assistant, Turns, View

STATIC = Path(__file__).parent / "static"
WAITING = 64  # events in the queue before further ones are turned away
LARGEST_FILE = "20mb"
_Options = dict[str, Any]
ASKING: _Options = {"concurrency_limit": 2, "concurrency_id": "ask"}  # a question uses every core; more only wait
OPENING: _Options = {"concurrency_limit": 16, "concurrency_id": "open"}  # reading a source never waits for a question
ADDING: _Options = {"concurrency_limit": 1, "concurrency_id": "add"}  # an index has one writer
SUGGESTING: _Options = {"concurrency_limit": 1, "concurrency_id": "suggest"}  # never in the way of a question
QUIET: _Options = {"show_progress": "hidden", "api_visibility": "private"}


def build(assistant: Assistant) -> gr.Blocks:
    """The chat over one assistant, with the API endpoint `/ask`: a question in, the Answer's JSON out."""
    with gr.Blocks(title="Citespan", analytics_enabled=False, fill_width=True) as page:
        _Page(Chat(assistant)).wire(page)
    return page.queue(max_size=WAITING)


def look() -> _Options:
    """What Gradio takes at launch or mount to show the chat as meant: `gr.mount_gradio_app(..., **look())`."""
    theme = gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    css = STATIC / "chat.css"
    return {"theme": theme, "css_paths": css, "footer_links": [], "run_history": False, "ssr_mode": False}


def start(
    assistant: Assistant, *, host: str = "127.0.0.1", port: int | None = None, auth: Login | None = None
) -> gr.Blocks:
    """Start serving and return; the address is the result's `local_url`. Without a port, the first free from 7860.

    Raises SettingsError for a host that others can reach without `auth`, and for a port that is taken.
    """
    check_host(host, auth)
    pass_proxies_by()
    page = build(assistant)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            auth=auth,
            share=False,
            quiet=True,
            inbrowser=False,
            enable_monitoring=False,
            prevent_thread_lock=True,
            max_file_size=LARGEST_FILE,
            favicon_path=STATIC / "favicon.svg",
            app_kwargs={"middleware": [Middleware(Guard, local=is_loopback(host) and auth is None)]},
            **look(),
        )
    except OSError as error:
        raise SettingsError(f"The chat cannot listen on {host}: {error} Try another --port.") from error
    return page


def serve(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    auth: Login | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until interrupted; `ready` is called with the address once the page can be opened. Raises as `start`."""
    page = start(assistant, host=host, port=port, auth=auth)
    ready(str(page.local_url))
    try:
        while page.server.thread.is_alive():
            page.server.thread.join(1.0)  # with a time limit, for Windows hears Ctrl-C only in between
    except KeyboardInterrupt:
        page.close()


class _Page:
    """The components of one page and the functions its events call. Holds nothing of any visitor."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.turns = gr.State(())
        self.view = gr.State(None)
        with gr.Row(elem_id="cs-header"):
            self.header = gr.HTML(self._header(), apply_default_css=False)
            self.upload = _upload_button()
        with gr.Row(elem_id="cs-main"):
            with gr.Column(elem_id="cs-chat", scale=11):
                self.welcome = _panel("cs-welcome", value=self._welcome())
                self.conversation = _panel("cs-conversation", "conversation.js")
                with gr.Column(elem_id="cs-ask"):
                    self.question = _question_box()
            with gr.Column(elem_id="cs-side", scale=10):
                self.reader = _panel("cs-reader", "reader.js", value=self._side(None))

    def wire(self, page: gr.Blocks) -> None:
        """Connect events to functions."""
        gr.api(self.api, api_name="ask", **ASKING)  # first, or Gradio gives the name to the event that calls `ask`
        talk = [self.turns, self.conversation, self.question]
        side = [self.view, self.reader]
        self._wire_questions(talk, side)
        self.question.stop(self.stop, self.turns, talk, queue=False, cancels=self.asking, **QUIET)
        for panel in (self.conversation, self.reader):
            panel.cite(self.cite, [self.turns, self.view], side, **OPENING, **QUIET)
        self.reader.show(self.show, self.view, side, **OPENING, **QUIET)
        self.reader.documents(self.contents, None, side, **OPENING, **QUIET)
        self.reader.earlier(self.earlier, self.view, side, **OPENING, **QUIET)
        self.reader.later(self.later, self.view, side, **OPENING, **QUIET)
        changed = [self.upload, self.header, self.welcome, self.turns, self.conversation, *side]
        self.upload.upload(self.add, [self.upload, self.turns], changed, **ADDING, **QUIET)
        opened = page.load(self.open, None, [self.header, self.welcome, *side], **OPENING, **QUIET)
        opened.then(self.suggest, None, self.welcome, **SUGGESTING, **QUIET)

    def _wire_questions(self, talk: list[Any], side: list[Any]) -> None:
        # "multiple", for Gradio's page takes a cancelled event to be running still; `ask` itself takes one at a time
        asks: _Options = {"trigger_mode": "multiple", **ASKING, **QUIET}
        typed = self.question.submit(self.ask, [self.question, self.turns], talk, **asks)
        chosen = self.welcome.example(self.ask_example, self.turns, talk, **asks)
        self.asking = [typed, chosen]
        for event in self.asking:
            event.success(self.settle, self.turns, [self.question, *side], **OPENING, **QUIET)
            event.failure(self.fail, self.turns, talk, **OPENING, **QUIET)

    def ask(self, question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        """Show the question at once, then what is found, as it is found."""
        if not question.strip() or (turns and turns[-1].working):
            return
        box = gr.update(value="", submit_btn=False, stop_btn="Stop")
        for known in self.chat.ask(question, turns):
            yield known, render.conversation(known), box
            box = gr.skip()

    def ask_example(self, turns: Turns, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask the question of the button that was pressed."""
        yield from self.ask(str(event.question), turns)

    def settle(self, turns: Turns) -> tuple[Any, ...]:
        """After an answer: the first citation opens, so the source beside it is never the last question's."""
        if not (turns and turns[-1].answer):  # stopped, or already on to the next question
            return gr.skip() if turns and turns[-1].working else _ready_box(), gr.skip(), gr.skip()
        view = self.chat.first(turns)
        return _ready_box(), view, self._side(view)

    def fail(self, turns: Turns) -> tuple[Any, ...]:
        """After a fault of the program: say so and take the next question; Gradio has logged it."""
        turns = ended(turns, problem=FAULT)
        return turns, render.conversation(turns), _ready_box()

    def stop(self, turns: Turns) -> tuple[Any, ...]:
        """Leave what is there and take the next question."""
        turns = ended(turns)
        return turns, render.conversation(turns), _ready_box()

    def cite(self, turns: Turns, view: View | None, event: gr.EventData) -> tuple[View | None, Html]:
        """Open the citation of the chip that was pressed."""
        view = self.chat.cite(turns, _number(event.turn), _number(event.number)) or view
        return view, self._side(view)

    def show(self, view: View | None, event: gr.EventData) -> tuple[View | None, Html]:
        """Open a document of the list."""
        view = self.chat.show(str(event.doc)) or view
        return view, self._side(view)

    def contents(self) -> tuple[None, Html]:
        """Back to the list of documents."""
        return None, self._side(None)

    def earlier(self, view: View | None) -> tuple[View | None, Html]:
        """More of the document, before what is shown."""
        view = view and self.chat.more(view, before=True)
        return view, self._side(view)

    def later(self, view: View | None) -> tuple[View | None, Html]:
        """More of the document, after what is shown."""
        view = view and self.chat.more(view, before=False)
        return view, self._side(view)

    def add(self, files: list[str], turns: Turns) -> Iterator[tuple[Any, ...]]:
        """Read uploaded files in, and say what became of each."""
        nothing = [gr.skip()] * 6
        yield gr.update(label="Adding…", interactive=False), *nothing
        try:
            notice = reader.report(self.chat.add(files))
        except (CitespanError, OSError) as error:
            notice = reader.problem(str(error))
        turns = self.chat.checked(turns)
        button = gr.update(label="Add documents", interactive=True, value=None)
        talk = turns, render.conversation(turns)
        yield button, self._header(), self.suggest(), *talk, None, self._side(None, notice)

    def open(self) -> tuple[Any, ...]:
        """The page as the index is now; it was built with the index as it was when the program started."""
        return self._header(), self._welcome(), None, self._side(None)

    def suggest(self) -> Html:
        """The welcome with example questions, which take a moment to find."""
        return render.welcome(len(self.chat.documents()), self.chat.examples())

    def api(self, question: str) -> dict[str, Any]:
        """Answer a question from the documents; the result is the Answer as JSON, refusals included."""
        try:
            return self.chat.answer(question)
        except CitespanError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def _welcome(self) -> Html:
        return render.welcome(len(self.chat.documents()))

    def _header(self) -> Html:
        return render.header(self.chat.name, self.chat.documents())

    def _side(self, view: View | None, notice: Html = NOTHING) -> Html:
        return reader.document(view) if view else reader.contents(self.chat.documents(), notice)


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


def _ready_box() -> Any:
    return gr.update(submit_btn="Ask", stop_btn=False)


def _number(value: Any) -> int:
    """A number that the page sent, or -1."""
    return int(value) if str(value).isdecimal() else -1
