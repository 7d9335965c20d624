"""One ingest in a process of its own, so that its peak memory is its own (`python -m eval.runner.ingest_subprocess`).

Imports and models are loaded, and a small file is ingested, before the clock starts.
"""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

MIB = 1024 if sys.platform != "darwin" else 1024 * 1024  # the kernel counts in kilobytes, macOS in bytes


@dataclass(frozen=True, slots=True)
class Ingested:
    """An ingest of a folder and another of the same folder unchanged: seconds, and the process's peak in MiB."""

    files: int
    chunks: int
    seconds: float
    again_seconds: float
    peak_mib: float


def ingest(folder: Path, index: Path, encoder: str) -> Ingested:
    """Ingest a folder twice into a new index."""
    from rag import Assistant
    from rag.settings import load_settings

    settings = load_settings(encoder=encoder)
    with TemporaryDirectory(prefix="citespan-probe-") as temporary:
        (Path(temporary) / "a.txt").write_text("A file to warm up with.\n", encoding="utf-8")
        with Assistant.open(Path(temporary) / "index", settings=settings) as assistant:
            assistant.ingest([Path(temporary) / "a.txt"])
            assistant.ask("What is there to warm up with?")
    with Assistant.open(index, settings=settings, base=folder) as assistant:
        started = time.perf_counter()
        first = assistant.ingest([folder])
        middle = time.perf_counter()
        again = assistant.ingest([folder])
        ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    return Ingested(len(again.unchanged), first.chunks, middle - started, ended - middle, peak)


if __name__ == "__main__":
    found = ingest(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
