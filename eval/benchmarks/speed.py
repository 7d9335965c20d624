"""Speed and memory on this machine, in one run: medians of repeats that take turns, so that noise falls on all alike.

It measures through Citespan's public names and judges nothing. The documents are made up (`eval.datasets.synthetic`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.benchmarks import reading_speed
from eval.datasets import synthetic
from eval.errors import BenchError
from eval.runner import machine
from eval.runner.ingest_subprocess import Ingested
from eval.scoring.statistics import percentile
from rag import Assistant, SentenceEncoder, find_model
from rag.settings import load_settings
from rag.types import Progress

REAL, STAND_IN = "real", "without layers"
STAGES = ("retrieve", "read", "answer")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. Indexes of more than `real_up_to` chunks are made by the encoder without layers."""

    sizes: tuple[int, ...] = (100, 1000, 10_000)
    repeats: int = 3
    embedded: int = 1000
    questions: int = 20
    real_up_to: int = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """An index of one size: how it was made, its MiB on disk, and seconds a question.

    `outside` is what no model's forward pass took; `stages` are the medians of each stage of a question.
    """

    encoder: str
    ingested: Ingested
    catalogue_mib: float
    vectors_mib: float
    p50: float
    p95: float
    outside_p50: float
    stages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Bench:
    """All that was measured, medians over repeats. `embedding` is chunks a second, `reading` and `cold` seconds."""

    machine: str
    plan: Plan
    embedding: Mapping[str, float]
    reading: Mapping[str, float]
    sizes: tuple[Size, ...]
    cold: Mapping[str, float]


def bench(plan: Plan, progress: Progress) -> Bench:
    """Measure everything; `progress` is called with (stages done, stages in all)."""
    name = load_settings().encoder
    model = find_model(name).folder
    words, stages = synthetic.vocabulary(model), len(plan.sizes) + 2
    progress(0, stages)
    with TemporaryDirectory(prefix="citespan-bench-") as temporary:
        folder = Path(temporary)
        stand_in = synthetic.without_layers(model, folder / "stand-in")
        embedding = _embedding(folder / "embedding", model, words, plan)
        reading = in_turns(reading_speed.work(words), plan.repeats)
        progress(1, stages)
        sizes = []
        for chunks in plan.sizes:
            encoder = name if chunks <= plan.real_up_to else str(stand_in)
            sizes.append(_size(folder / str(chunks), chunks, encoder, words, plan))
            progress(1 + len(sizes), stages)
        cold = _cold(folder / "embedding", words, plan)
        progress(stages, stages)
    return Bench(machine.described(), plan, embedding, reading, tuple(sizes), cold)


def in_turns(work: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """The median of each, run in turn `repeats` times, each round begun by another."""
    names, found = list(work), {name: list[float]() for name in work}
    for number in range(repeats):
        for turn in range(len(names)):
            name = names[(number + turn) % len(names)]
            found[name].append(work[name]())
    return {name: percentile(values, 50) for name, values in found.items()}


def _embedding(folder: Path, model: Path, words: Sequence[str], plan: Plan) -> dict[str, float]:
    """Chunks a second: an ingest of ours, LlamaIndex over the same texts, and the encoder by itself."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    from eval.benchmarks.systems import plain_embedding

    synthetic.write(folder / "texts", plan.embedded, words)
    _ingest(folder / "texts", folder / "index", load_settings().encoder)  # for the texts of its chunks
    texts = _chunk_texts(folder / "index")
    plain = plain_embedding(model)

    def ours() -> float:
        with TemporaryDirectory(dir=folder) as place, Assistant.open(Path(place) / "index") as assistant:
            assistant.prepare()
            return _rate(len(texts), lambda: assistant.ingest([folder / "texts"]))

    def theirs() -> float:
        nodes = [TextNode(text=text) for text in texts]
        return _rate(len(texts), lambda: VectorStoreIndex(nodes, embed_model=plain))

    theirs()
    return in_turns({"Citespan": ours, "LlamaIndex": theirs, **_forward_passes(model, texts)}, plan.repeats)


def _forward_passes(model: Path, texts: Sequence[str]) -> dict[str, Callable[[], float]]:
    """The encoder alone over texts: in each precision that this processor computes with, and as Citespan runs it."""
    import torch
    from sentence_transformers import SentenceTransformer

    def alone(dtype: torch.dtype) -> Callable[[], float]:
        encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True).to(dtype)
        encoder.encode(list(texts[:8]), show_progress_bar=False)
        return lambda: _rate(len(texts), lambda: encoder.encode(list(texts), batch_size=32, show_progress_bar=False))

    ours = SentenceEncoder(lambda: find_model(load_settings().encoder))
    ours.encode(texts[:8])
    types = {"float32": torch.float32} | ({"bfloat16": torch.bfloat16} if machine.computes_bfloat16() else {})
    passes = {f"encoder alone, {name}": alone(dtype) for name, dtype in types.items()}
    return passes | {"encoder alone, as Citespan runs it": lambda: _rate(len(texts), lambda: ours.encode(texts))}


def _size(folder: Path, chunks: int, encoder: str, words: Sequence[str], plan: Plan) -> Size:
    """An index made in a process of its own, then questions put to it."""
    synthetic.write(folder / "texts", chunks, words)
    ingested = _ingest(folder / "texts", folder / "index", encoder)
    totals, outside, timings = [], [], []
    with Assistant.open(folder / "index", settings=load_settings(encoder=encoder)) as assistant:
        asked = synthetic.questions(plan.questions + 1, words)
        assistant.ask(asked[-1])
        for question in asked[:-1]:
            with machine.ModelTime() as inside:
                started = time.perf_counter()
                timings.append(assistant.ask(question).timings)
                totals.append(time.perf_counter() - started)
            outside.append(totals[-1] - inside.seconds)
    return Size(
        encoder=REAL if chunks <= plan.real_up_to else STAND_IN,
        ingested=ingested,
        catalogue_mib=_mib(path for path in (folder / "index").iterdir() if path.is_file()),
        vectors_mib=_mib(path for path in (folder / "index" / "chroma").rglob("*") if path.is_file()),
        p50=percentile(totals, 50),
        p95=percentile(totals, 95),
        outside_p50=percentile(outside, 50),
        stages={stage: percentile([one.get(stage, 0.0) for one in timings], 50) for stage in STAGES},
    )


def _cold(folder: Path, words: Sequence[str], plan: Plan) -> dict[str, float]:
    """Seconds from the shell: a question to an index, and the import of sentence-transformers alone."""
    (question,) = synthetic.questions(1, words)
    ask = [sys.executable, "-m", "rag", "ask", question, "--index", str(folder / "index")]
    load = [sys.executable, "-c", "import sentence_transformers"]
    work = {"rag ask": lambda: _seconds(ask, (0, 1)), "import sentence_transformers": lambda: _seconds(load, (0,))}
    return in_turns(work, plan.repeats)


def _ingest(texts: Path, index: Path, encoder: str) -> Ingested:
    done = _run([sys.executable, "-m", "eval.runner.ingest_subprocess", str(texts), str(index), encoder], (0,))
    return Ingested(**json.loads(done.splitlines()[-1]))


def _chunk_texts(index: Path) -> list[str]:
    """The texts of an index's chunks, from its Chroma collection, which any program may read."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core.vector_stores.utils import metadata_dict_to_node

    client = chromadb.PersistentClient(str(index / "chroma"), Settings(anonymized_telemetry=False))
    held = client.get_collection("citespan").get(include=["metadatas"])["metadatas"] or []
    client.close()
    return [metadata_dict_to_node(metadata).get_content() for metadata in held]


def _mib(files: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in files) / 2**20


def _rate(count: int, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _seconds(command: Sequence[str], codes: Sequence[int]) -> float:
    started = time.perf_counter()
    _run(command, codes)
    return time.perf_counter() - started


def _run(command: Sequence[str], codes: Sequence[int]) -> str:
    """What a command prints. Raises BenchError when it ends with another exit code than those."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in codes:
        raise BenchError(f"`{' '.join(command)}` ended with exit code {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout
