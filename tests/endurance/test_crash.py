"""Killed at any write, the index is consistent when next opened, and nothing is embedded twice."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import write_files
from tests.fakes import assistant

Run = Callable[[Path, int], int]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Ingest a folder in a process that is killed before its write number `at`; the exit status."""
    command = [sys.executable, "-m", "tests.endurance.crash_child"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin
        assert server.stdout

        def ask(root: Path, at: int) -> int:
            assert server.stdin
            assert server.stdout
            server.stdin.write(f"{root} {at}\n")
            server.stdin.flush()
            return int(server.stdout.readline())

        yield ask
        server.stdin.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """An index of four documents; on disk one of them has changed, one is gone, two are new."""
    root = tmp_path / "corpus"
    texts = {name: f"The {name} is here. It is said again. It is said again." for name in ("ant", "bee", "cow", "dog")}
    write_files(root / "docs", {f"{name}.txt": text for name, text in texts.items()})
    with assistant(root / "index", base=root) as index:
        index.ingest(root / "docs")
    write_files(root / "docs", {"ant.txt": "The ant has moved.", "elk.txt": "An elk came.", "fox.txt": "A fox came."})
    (root / "docs" / "bee.txt").unlink()
    return root


def texts_in(root: Path) -> set[str]:
    """What the index holds, after making sure that it is sound."""
    with assistant(root / "index", base=root) as index:
        assert index.check().problems == ()
        return {index.document(info.doc_id).text for info in index.documents()}


def test_killed_before_any_write_the_index_is_whole_and_the_next_ingest_finishes(
    tmp_path: Path, corpus: Path, run: Run
) -> None:
    before = texts_in(corpus)
    on_disk = {path.read_text() for path in (corpus / "docs").iterdir()}
    kills = 0
    for at in range(1, 100):
        root = shutil.copytree(corpus, tmp_path / str(at))
        status = run(root, at)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        kills += 1
        assert before & on_disk <= texts_in(root) <= before | on_disk
        assert run(root, 0) == 0
        assert texts_in(root) == on_disk
        embedded = Counter((root / "log").read_text().splitlines())
        assert sum(embedded.values()) - len(embedded) <= 2  # the window that was in the encoder when it was killed
    assert kills >= 14


def test_a_reader_sees_what_another_process_wrote(corpus: Path, run: Run) -> None:
    with assistant(corpus / "index", base=corpus) as reader:
        assert reader.ask("Is it so that an elk came?").status == "refused"
        assert run(corpus, 0) == 0
        answer = reader.ask("Is it so that an elk came?")
    assert [item.citations[0].source for item in answer.statements] == ["docs/elk.txt"]
