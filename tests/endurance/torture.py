"""An ingest of many documents, killed at random points until it is done (`python -m tests.endurance.torture`).

A point is any SQL statement or call to Chroma that the ingest makes, so that it may fall within a transaction. While it
goes on, documents change, go and come. After each kill the index is opened and checked. `tests/test_torture.py` runs it
small; what a whole run counted is in docs/explanation/how-it-works.md.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import rag.ingestion.pipeline
from rag.storage.sqlite import Database
from rag.storage.vector_store import ChromaVectors
from rag.text.sentences import sentence_spans
from tests.fakes import WordEncoder, assistant


@dataclass
class Run:
    """What happened: how often it was killed and where, and everything that was wrong (nothing, one hopes)."""

    documents: int
    kills: int = 0
    finished: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)
    embedded: int = 0
    texts: int = 0


class _Logging(WordEncoder):
    """Writes down what it has embedded, so that it is known after a kill."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = log

    def encode(self, texts: Sequence[str], **options: Any) -> Any:
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in texts)
        return super().encode(texts, **options)


class Fuse:
    """Kills this process at the point number `at`, and leaves a note of what the point was."""

    def __init__(self, at: int, note: Path) -> None:
        self.left, self.note = at, note

    def burn(self, point: str) -> None:
        """Count a point."""
        self.left -= 1
        if self.left == 0:
            self.note.write_text(" ".join(point.split()[:3]))
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """Put it before every SQL statement and every write to Chroma."""
        connect = Database._connect

        def traced(database: Database) -> Any:
            held = connect(database)
            held.connection.set_trace_callback(self.burn)
            return held

        Database._connect = traced  # type: ignore[method-assign]
        for name in ("upsert", "delete"):
            setattr(ChromaVectors, name, self._before(name, getattr(ChromaVectors, name)))

    def _before(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            self.burn(f"Chroma {name}")
            result = method(*args, **options)
            self.burn(f"Chroma {name} done")
            return result

        return wrapped


def _ingest(root: Path, fuse: Fuse) -> None:
    rag.ingestion.pipeline.WINDOW = 4
    fuse.lay()
    with assistant(root / "index", _Logging(root / "log"), base=root) as index:
        index.ingest(root / "docs", sync=True)


def _child(work: Callable[[], None]) -> int:
    """Do work in a child; how it ended."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _check(root: Path, out: Path) -> None:
    with assistant(root / "index", base=root) as index:
        found = {item.source: index.document(item.doc_id).text for item in index.documents()}
        out.write_text(json.dumps({"problems": index.check().problems, "texts": found}))


def _change(docs: Path, chance: random.Random, number: int) -> None:
    """Change a document, take one out, put one in."""
    files = sorted(docs.iterdir())
    chance.choice(files).write_text(f"Changed {number}. It is said again. It is said again.")
    files[chance.randrange(len(files))].unlink()
    (docs / f"new{number:04}.txt").write_text(f"New {number}. It is said again. It is said again.")


def torture(documents: int, points: int, *, seed: int = 8, say: Callable[[str], None] = lambda _: None) -> Run:
    """Kill an ingest of so many documents at so many points; raises nothing, the run says what was wrong."""
    chance, run = random.Random(seed), Run(documents)
    root = Path(tempfile.mkdtemp(prefix="torture"))
    docs = root / "docs"
    docs.mkdir()
    ever: dict[str, set[str]] = {}
    for number in range(documents):
        (docs / f"{number:04}.txt").write_text(f"Number {number} is here. It is said again. It is said again.")
    _note(docs, ever)
    reach = max(40, 60 * documents // points)  # so that the kills are spread over the whole ingest, and go on after it
    while run.kills < points:
        status = _child(lambda: _ingest(root, Fuse(chance.randrange(1, 2 * reach), root / "point")))
        if status not in (0, -signal.SIGKILL):
            run.problems.append(f"exit status {status}")
        if status:
            run.kills += 1
            run.killed_at[(root / "point").read_text()] += 1
        else:
            run.finished += 1
        _judge(root, ever, run, whole=status == 0)
        if status == 0 or chance.random() < 0.2:
            _change(docs, chance, run.kills + run.finished)
            _note(docs, ever)
        say(f"{run.kills} kills: {run.lost} lost, {run.doubled} doubled, {len(run.problems)} problems")
    _child(lambda: _ingest(root, Fuse(0, root / "point")))
    _judge(root, ever, run, whole=True)
    embedded = Counter((root / "log").read_text().splitlines())
    run.embedded, run.texts = sum(embedded.values()), len(embedded)
    shutil.rmtree(root)
    return run


def _note(docs: Path, ever: dict[str, set[str]]) -> None:
    for path in docs.iterdir():
        ever.setdefault(f"docs/{path.name}", set()).add(path.read_text())


def _judge(root: Path, ever: dict[str, set[str]], run: Run, *, whole: bool) -> None:
    """Open and check the index: every document one that there was, whole; all of them once it has finished."""
    _child(lambda: _check(root, root / "found"))
    found = json.loads((root / "found").read_text())
    run.problems.extend(found["problems"])
    run.doubled += sum(text not in ever.get(source, ()) for source, text in found["texts"].items())
    if whole:
        now = {f"docs/{path.name}": path.read_text() for path in (root / "docs").iterdir()}
        run.lost += len(now.items() - found["texts"].items())
        run.doubled += len(found["texts"].keys() - now.keys())


def prepare() -> None:
    """Load once what every child needs."""
    sentence_spans("Loads the sentence model. It takes its time.")
    for name in ("chromadb.api.rust", "chromadb_rust_bindings", "llama_index.core.vector_stores.utils"):
        import_module(name)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    prepare()
    run = torture(options.documents, options.points, seed=options.seed, say=lambda line: print(line, file=sys.stderr))  # noqa: T201
    print(json.dumps(vars(run), indent=2))  # noqa: T201
    sys.exit(bool(run.problems or run.lost or run.doubled))


if __name__ == "__main__":
    main()
