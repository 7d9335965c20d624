"""Parser processes: hostile files cost one failure each, and no parser outlives who started it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as WordDocument

from rag.errors import UnreadableSourceError
from rag.loaders.sandbox import ReaderProcess
from tests.loaders.pdf_maker import Put, column, pdf

MUTATED = 200  # files of each format

_PARENT = """
import subprocess, sys
child = "import os, threading, time; from rag.loaders.sandbox import end_with_parent;"
child += "threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start(); time.sleep(60)"
print(subprocess.Popen([sys.executable, "-c", child]).pid, flush=True)
sys.stdin.read()
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and nobody asked for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="tells who lives from /proc")
def test_a_parser_ends_with_the_process_that_started_it() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    time.sleep(3)  # it imports, and begins to watch
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    waited = time.monotonic() + 20
    while is_alive(child) and time.monotonic() < waited:
        time.sleep(0.1)
    assert not is_alive(child)


def a_pdf() -> bytes:
    rows = [Put(50 + 150 * x, 600 - 12 * y, f"cell {x}{y}") for y in range(4) for x in range(3)]
    return pdf([[*column(50, 700, ["A line of text that goes on", "and ends."]), *rows], [Put(50, 700, "Page two.")]])


def a_word_document() -> bytes:
    document, out = WordDocument(), BytesIO()
    document.add_heading("Heading")
    document.add_paragraph("A paragraph of text.")
    document.add_table(rows=2, cols=2).cell(0, 0).text = "cell"
    document.save(out)
    return out.getvalue()


def mutated(data: bytes, seed: int) -> bytes:
    """A file with some of its bytes changed, cut out or doubled; the same for the same seed."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[place] = chance.randrange(256)
            case 1:
                del changed[place : place + chance.randint(1, 40)]
            case 2:
                changed[place:place] = changed[place : place + chance.randint(1, 40)]
            case _:
                changed[place : place + 2] = bytes(str(chance.choice([-1, 0, 99999999])), "ascii")
        if len(changed) < 10:
            break
    return bytes(changed)


@pytest.mark.parametrize(("name", "make"), [("a.pdf", a_pdf), ("a.docx", a_word_document)])
def test_changed_files_are_read_or_fail_by_name_and_never_crash(name: str, make: Callable[[], bytes]) -> None:
    data, reader, told = make(), ReaderProcess(), []
    try:
        for seed in range(MUTATED):
            try:
                reader.load(Path(name), mutated(data, seed), source=name)
            except UnreadableSourceError as error:
                told.append(str(error))
    finally:
        reader.close()
    assert [message for message in told if "made its reader crash" in message or "took over" in message] == []
    assert all(name in message for message in told)
