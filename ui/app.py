"""The chat as a Gradio app: components, what each event calls, and how the page looks.

`build` is for people who mount the chat in an app of their own, together with `look`; `serve` is for everybody else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
from fastapi import FastAPI
from gradio.route_utils import CustomCORSMiddleware
from starlette.middleware import Middleware

from rag.errors import SettingsError
from ui.components import STATIC
from ui.page import Page
from ui.security import Guard, Login, check_host, is_loopback, pass_proxies_by
from ui.types import Assistant

WAITING = 64  # events in the queue before further ones are turned away
LARGEST_FILE = "20mb"


def build(assistant: Assistant) -> gr.Blocks:
    """The chat over one assistant, with the API endpoint `/ask`: a question in, the Answer's JSON out."""
    with gr.Blocks(title="Citespan", analytics_enabled=False, fill_width=True) as page:
        Page(assistant).wire(page)
    return page.queue(max_size=WAITING)


def look() -> dict[str, Any]:
    """What Gradio takes at launch or mount to show the chat as meant: `gr.mount_gradio_app(..., **look())`."""
    theme = gr.themes.Base(
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
    css = STATIC / "chat.css"
    quiet = {"footer_links": [], "run_history": False, "ssr_mode": False}
    return {"theme": theme, "css_paths": css, "max_file_size": LARGEST_FILE, **quiet}


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
            share=False,
            quiet=True,
            inbrowser=False,
            enable_monitoring=False,
            prevent_thread_lock=True,
            favicon_path=STATIC / "favicon.svg",
            app_kwargs={"middleware": [Middleware(Guard, local=is_loopback(host) and auth is None, login=auth)]},
            **look(),
        )
    except OSError as error:
        raise SettingsError(f"The chat cannot listen on {host}: {error} Try another --port.") from error
    _without_cors(page.app)
    return page


def _without_cors(app: Any) -> None:
    """Take off Gradio's own middleware for other origins: it answers before the guard and lets some of them in."""
    app.user_middleware = [layer for layer in app.user_middleware if layer.cls is not CustomCORSMiddleware]
    app.middleware_stack = app.build_middleware_stack()


def mount(
    host: FastAPI, assistant: Assistant, path: str = "/", *, login: Callable[[str, str], bool] | None = None
) -> None:
    """Put the chat over an assistant into an app of somebody else, below `path`; `rag serve` does so at `/`.

    `login` tells whether a user with that name and password may come in; without it everybody may.
    """
    app_kwargs = {"middleware": [Middleware(Guard, local=False, login=login)]}
    gr.mount_gradio_app(host, build(assistant), path=path, app_kwargs=app_kwargs, **look())


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
