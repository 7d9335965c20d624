"""Chats to open in a browser, in a process of their own: `python -m tests.browser.serving FOLDER KIND…`.

Gradio leaves sockets and event loops to the garbage collector, which tests that take warnings for errors cannot have.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from rag import Assistant
from rag.types import Document
from tests import fakes
from tests.fakes.chat import SEED, FakeAssistant, document, seeded
from ui import build, look
from ui.app import start

ROOT = Path(__file__).parents[2]
ATTACK = "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script><a href='javascript:window.hurt=1'>x</a>"
EVIL = f"""The payload says {ATTACK} and nothing else.
The template says ${{window.hurt=1}} and {{{{constructor}}}} too.
The reversed name is invoice\u202efdp.exe in the list.
The remote picture is ![x](http://203.0.113.7/x.png) and <iframe src=http://203.0.113.7/></iframe> there.
"""
LINE = "An ordinary line of the log, number {}, that says nothing much.\n"
LONG = 50_000_000  # characters of the long document
ECHO = "The bell rang. Nobody came.\n" + "Filler between them.\n" * 200 + "The bell rang. Somebody opened the door.\n"
PREFIX = "/docs/chat"  # where the mounted chat is
KINDS = ("seed", "locked", "empty", "growing", "evil", "long", "echo", "other", "mounted", "real")


def texts(kind: str) -> list[Document]:
    """The documents of a kind of chat."""
    match kind:
        case "empty" | "growing":
            return []
        case "evil":
            return [document(f"{ATTACK}.txt", EVIL)]
        case "long":
            return [document("long.log.txt", long_text())]
        case "echo" | "other":
            return [document("echo.txt", ECHO), document("door.md", "# Doors\n\nThe door is green.\n")]
        case _:
            return seeded().texts


def long_text() -> str:
    """A log of 50 million characters, with a needle in it."""
    before = "".join(map(LINE.format, range(600_000)))
    needle = "The needle lies in this haystack.\r\nIt is small.\r\n"
    after = LINE.format(0)
    return before + needle + after * ((LONG - len(before)) // len(after))


@contextmanager
def served(folder: Path, kinds: Sequence[str] = KINDS) -> Iterator[dict[str, str]]:
    """The address of a chat of each kind, until the block is left."""
    command = [sys.executable, "-m", "tests.browser.serving", str(folder), *kinds]
    proxied = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "no_proxy": "example.org"}  # must not stand in the way
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=proxied) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline().split() for _ in kinds]
            assert all(lines), "the chats did not start; their errors are above"
            yield {kind: address.rstrip("/") for kind, address in lines}
        finally:
            process.terminate()


def assistant_of(kind: str, folder: Path) -> Any:
    """The assistant that a kind of chat asks: a fake, a real one with a fake encoder, or the real thing."""
    index = folder / kind / ".citespan"
    if kind == "real":
        made: Any = fakes.assistant(index)
    elif kind == "model":
        made = Assistant.open(index)
    else:
        return FakeAssistant(texts(kind), name=str(index), gate=folder / kind / "gate")
    made.ingest([SEED])
    made.prepare()
    return made


def mount(assistant: Any) -> str:
    """Serve a chat in an app of somebody else, below `PREFIX`; its address."""
    import gradio
    from fastapi import FastAPI

    host = FastAPI()
    host.get("/favicon.ico", status_code=204)(lambda: None)  # browsers ask the host for it, not what is mounted
    app = gradio.mount_gradio_app(host, build(assistant), path=PREFIX, **look())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    listening = server.config.bind_socket()
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}{PREFIX}"


def main() -> None:
    """Serve chats until terminated, telling each address on standard output: `serving FOLDER KIND…`."""
    folder = Path(sys.argv[1])
    for kind in sys.argv[2:]:
        assistant = assistant_of(kind, folder)
        if kind == "mounted":
            address = mount(assistant)
        else:
            page = start(assistant, auth=("anna", "a:secret") if kind == "locked" else None)
            address = str(page.local_url)
        sys.stdout.write(f"{kind} {address}\n")
        sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
