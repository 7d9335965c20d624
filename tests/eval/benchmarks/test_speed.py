"""What is timed takes turns, is made the same each time, and is shown with what it was made by."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from eval.benchmarks import speed, speed_tables
from eval.benchmarks.speed import Bench, Plan, Size
from eval.datasets import synthetic
from eval.errors import BenchError
from eval.reports import tables
from eval.runner import ingest_subprocess, machine
from eval.runner.ingest_subprocess import Ingested
from rag import find_model

WORDS = [f"word{number}" for number in range(500)]


def test_work_takes_turns_and_the_median_counts() -> None:
    log: list[str] = []
    values = {"a": iter([1.0, 9.0, 2.0]), "b": iter([5.0, 5.0, 5.0])}

    def work(name: str) -> float:
        log.append(name)
        return next(values[name])

    assert speed.in_turns({"a": lambda: work("a"), "b": lambda: work("b")}, 3) == {"a": 2.0, "b": 5.0}
    assert log == ["a", "b", "b", "a", "a", "b"]


def test_made_up_documents_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        synthetic.write(tmp_path / name, 25, WORDS)
    one, two = ([path.read_text() for path in sorted((tmp_path / name).iterdir())] for name in ("one", "two"))
    assert one == two
    assert [text.count(".") for text in one] == [90, 90, 45]
    assert synthetic.questions(2, WORDS) == synthetic.questions(2, WORDS)


def test_the_vocabulary_is_of_whole_words() -> None:
    words = synthetic.vocabulary(find_model("all-MiniLM-L6-v2").folder)
    assert len(words) > 10_000 and all(word.isalpha() and word == word.lower() for word in words)


def test_the_time_of_a_model_is_that_of_its_outermost_module(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    ticks = iter([1.0, 3.0, 10.0, 14.0])
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(ticks))
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    with machine.ModelTime() as inside:
        model(torch.zeros(1, 2))
        model(torch.zeros(1, 2))
    model(torch.zeros(1, 2))
    assert inside.seconds == 6.0


def test_a_command_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(BenchError, match=r"ended with exit code 3: no index$"):
        speed._run(["sh", "-c", "echo no index >&2; exit 3"], (0, 1))


STAGES = {"retrieve": 0.02, "read": 0.15, "answer": 0.0}
SMALL = Ingested(files=10, chunks=100, seconds=4.0, again_seconds=0.05, peak_mib=900.0)
LARGE = Ingested(files=100, chunks=1000, seconds=2.0, again_seconds=0.5, peak_mib=990.0)
FOUND = Bench(
    "a machine",
    Plan(),
    {"Citespan": 50.0, "LlamaIndex": 20.0, "encoder alone, float32": 100.0},
    {"reading": 0.6, "alone, 1": 0.5, "alone, 8": 0.75},
    (
        Size(speed.REAL, SMALL, 1.0, 2.0, p50=0.2, p95=0.3, outside_p50=0.05, stages=STAGES),
        Size(speed.STAND_IN, LARGE, 10.0, 20.0, p50=0.2, p95=0.3, outside_p50=0.1, stages=STAGES),
    ),
    {"rag ask": 3.0, "import sentence_transformers": 6.0},
)


def test_the_tables_say_which_encoder_made_an_index_and_what_a_million_chunks_take() -> None:
    text = tables.markdown(speed_tables.sheets(FOUND))
    for line in (
        "| Citespan | 50.0 | 2.50× | 1.00× |",
        "| 100 | real | 10 | 4.00 s | 0.050 s | 80× | 900 MiB |",
        "| 100 | real | 200 ms | 300 ms | 50 ms | 25% |",
        "| 1,000 | without layers | 200 ms | 300 ms | 100 ms | 40% |",
        "| disk: catalogue | 10 MiB | 10.24 KiB | 9.8 GiB |",
        "| ingest: the encoder alone | – | 10.0 ms | 2.8 h |",
        "| ingest: all else | 2 s | 2.00 ms | 0.6 h |",
        "| memory: peak of an ingest | 990 MiB | 100.00 MiB per thousand | 100,900 MiB |",
        "| 100 | 20 ms | 150 ms | 0 ms |",
        "| reading | 600 ms | 1.20× |",
        "| rag ask | 3.00 s | 0.50× |",
    ):
        assert line in text


def test_growth_is_drawn_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `peers` brings it")
    for name in ("one.svg", "two.svg"):
        speed_tables.draw(FOUND, tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text()
    assert drawn.startswith("<?xml") and (tmp_path / "two.svg").read_text() == drawn


@pytest.mark.model
def test_everything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llama_index.embeddings.huggingface", reason="the extra `peers` brings it")
    told: list[tuple[int, int]] = []

    def in_this_process(command: Sequence[str], codes: Sequence[int]) -> str:
        texts, index, encoder = command[-3:]
        return (
            json.dumps(asdict(ingest_subprocess.ingest(Path(texts), Path(index), encoder)))
            if "eval.runner.ingest_subprocess" in command
            else ""
        )

    monkeypatch.setattr(speed, "_run", in_this_process)
    plan = Plan(sizes=(10,), repeats=1, embedded=10, questions=1, real_up_to=0)
    found = speed.bench(plan, lambda done, total: told.append((done, total)))
    (size,) = found.sizes
    assert (size.encoder, size.ingested.chunks, size.ingested.files) == (speed.STAND_IN, 10, 1)
    assert size.ingested.peak_mib > 100 and 0 < size.outside_p50 <= size.p50
    assert size.catalogue_mib > 0 and size.vectors_mib > 0
    assert {"Citespan", "LlamaIndex", "encoder alone, float32"} <= set(found.embedding)
    assert len(found.reading) == 5 and min(found.reading.values()) > 0
    assert set(found.cold) == {"rag ask", "import sentence_transformers"}
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
