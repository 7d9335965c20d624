"""Ingests a folder without Ray and with two Ray workers, run by test_cluster: `FOLDER ENCODER`, `fake` or `real`.

Prints as JSON what differs between both indexes, and the report of each. A process of its own: Ray warns, and stays.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import rag.ingestion.pipeline
import rag.wiring
from rag.assistant import Assistant
from rag.ingestion.ray_cluster import RayCluster
from rag.settings import load_settings
from rag.storage.chroma_client import ChromaFolder
from tests.fakes import WordEncoder

TABLES = {
    "documents": "doc_id, version, source, text, state, encoding, places, layout",
    "chunks": "*",
    "embeddings": "*",
    "files": "source, size, modified, hash, loader",
    "meta": "*",
    "outbox": "*",
    "versions": "*",
}


def contents(index: Path) -> dict[str, list[Any]]:
    """All that an index holds, but for the times at which it was written."""
    with closing(sqlite3.connect(index / "catalogue.sqlite3")) as catalogue:
        found = {name: catalogue.execute(f"SELECT {what} FROM {name}").fetchall() for name, what in TABLES.items()}
    client = ChromaFolder(index / "chroma").connect()
    held = client.get_collection("citespan").get(include=["embeddings", "metadatas"])
    client.close()
    rows = zip(held["ids"], held["embeddings"].tolist(), held["metadatas"], strict=True)
    return found | {"vectors": sorted(rows, key=lambda row: row[0])}


def ingest(root: Path, name: str, ray: str | None) -> dict[str, Any]:
    """The report of an ingest that meets new files, a changed one, copies and damaged ones."""
    changed = root / "docs" / "a0.txt"
    text = changed.read_bytes()
    with Assistant.open(root / name, base=root, settings=load_settings(reader="similarity")) as assistant:
        assistant.ingest(changed)
        _write(changed, b"It is said anew.\n" + text, 1)
        report = assistant.ingest(root / "docs", ray=ray)
        assert assistant.check().problems == ()
    _write(changed, text, 0)
    return asdict(report) | {"seconds": 0}


def _write(path: Path, data: bytes, time: int) -> None:
    path.write_bytes(data)
    os.utime(path, (time, time))


def main(folder: str, encoder: str) -> None:
    """Compare."""
    root = Path(folder)
    if encoder == "fake":
        rag.wiring.encoder = lambda settings: WordEncoder()  # type: ignore[assignment, return-value]
        rag.wiring.ray_cluster = lambda address, settings, index: RayCluster(
            address, WordEncoder, WordEncoder().fingerprint
        )  # type: ignore[assignment]
        rag.ingestion.pipeline.WINDOW = 8
    os.utime(root / "docs" / "a0.txt", (0, 0))
    reports = [ingest(root, name, ray) for name, ray in (("here", None), ("there", "local:2"))]
    here, there = contents(root / "here"), contents(root / "there")
    different = [name for name in here if here[name] != there[name]]
    sys.stdout.write(json.dumps({"different": different, "reports": reports}))


if __name__ == "__main__":
    main(*sys.argv[1:])
