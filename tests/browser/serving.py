"""Chats over fake assistants, in a process of their own: `python -m tests.browser.serving FOLDER`.

Gradio leaves sockets and event loops to the garbage collector, which tests that take warnings for errors cannot have.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ui.fakes import FakeAssistant, document, seeded

ROOT = Path(__file__).parents[2]
ATTACK = "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script><a href='javascript:window.hurt=1'>x</a>"
EVIL = f"""The payload says {ATTACK} and nothing else.
The template says ${{window.hurt=1}} and {{{{constructor}}}} too.
The reversed name is invoice\u202efdp.exe in the list.
The remote picture is ![x](http://203.0.113.7/x.png) and <iframe src=http://203.0.113.7/></iframe> there.
"""
LINE = "An ordinary line of the log, number {}, that says nothing much.\n"
LONG = (
    "".join(map(LINE.format, range(30_000)))
    + "The needle lies in this haystack.\r\nIt is small.\r\n"
    + LINE.format(0) * 9_000
)
ECHO = "The bell rang. Nobody came.\n" + "Filler between them.\n" * 200 + "The bell rang. Somebody opened the door.\n"


TEXTS = {
    "seed": seeded().texts,
    "locked": seeded().texts,
    "empty": [],
    "evil": [document(f"{ATTACK}.txt", EVIL)],
    "long": [document("long.log.txt", LONG)],
    "echo": [document("echo.txt", ECHO), document("door.md", "# Doors\n\nThe door is green.\n")],
}


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """The address of a chat for each kind of `TEXTS`, until the block is left."""
    command = [sys.executable, "-m", "tests.browser.serving", str(folder)]
    proxied = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "no_proxy": "example.org"}  # must not stand in the way
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=proxied) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline().split() for _ in TEXTS]
            assert all(lines), "the chats did not start; their errors are above"
            yield {kind: address.rstrip("/") for kind, address in lines}
        finally:
            process.terminate()


def main() -> None:
    """Serve every kind until terminated, telling each address on standard output."""
    from ui.app import start

    folder = Path(sys.argv[1])
    for kind, texts in TEXTS.items():
        assistant = FakeAssistant(texts, name=str(folder / kind / "index"), gate=folder / kind / "gate")
        page = start(assistant, auth=("anna", "a:secret") if kind == "locked" else None)
        sys.stdout.write(f"{kind} {page.local_url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
