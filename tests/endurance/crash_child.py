"""A process whose children ingest, and are killed when told to; run by test_crash.

Everything is imported once, then each line "folder at" on standard input forks a child that ingests the folder's
documents and kills itself just before its write number `at` (0: never). The child's exit status is printed.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import rag.ingestion.pipeline
import rag.storage.llama_nodes
from rag.storage.catalogue_writer import Journal
from rag.storage.vector_store import ChromaVectors
from rag.text.sentences import sentence_spans
from tests.fakes import WordEncoder, assistant

WRITES = {
    Journal: (
        *("begin", "keep_vectors", "publish", "discard_pending"),
        *("clear_outbox", "remove", "forget_vectors", "set_meta"),
    ),
    ChromaVectors: ("upsert", "delete"),
}


class LoggingEncoder(WordEncoder):
    """Writes down what it embeds, so that it is known after a kill."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = log

    def encode(self, texts: Sequence[str], **options: Any) -> Any:
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{text}\n" for text in texts)
        return super().encode(texts, **options)


def ingest_and_die(root: Path, at: int) -> None:
    """Ingest with small windows, and SIGKILL before the write number `at`."""
    left = [at]

    def fatal(method: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*args, **options)

        return wrapped

    for owner, names in WRITES.items():
        for name in names:
            setattr(owner, name, fatal(getattr(owner, name)))
    rag.ingestion.pipeline.WINDOW = 2
    with assistant(root / "index", LoggingEncoder(root / "log"), base=root) as index:
        index.ingest(root / "docs", sync=True)


def main() -> None:
    """Serve until standard input ends."""
    sentence_spans("Loads the sentence model. It takes its time.")
    for name in ("chromadb.api.rust", "chromadb_rust_bindings", "llama_index.core.vector_stores.utils"):
        import_module(name)
    for line in sys.stdin:
        root, at = line.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            ingest_and_die(Path(root), int(at))
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
