"""A run that was stopped and resumed ends with the weights of one that was not; its export is what ships."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training.data.batches import Batch, claim_item, collate, reading_item
from training.data.development import Claim, Reading
from training.modeling import checkpoint, export, train
from training.modeling.model import ReaderModel
from training.modeling.train import Plan, Trainer


def trainer(model: ReaderModel, plan: Plan) -> Trainer:
    """In fp32, whatever the processor: weights are compared bit by bit."""
    return Trainer(model, plan, torch.float32)


@pytest.fixture
def batches(tower: Reading) -> list[Batch]:
    item = reading_item(tower)
    assert item is not None
    claim = claim_item(Claim("c", "Eiffel led it.", tower.passage.text, True))
    return [collate([item, item]), collate([claim]), collate([item])]


def plan(directory: Path, batches: list[Batch], steps: int) -> Plan:
    tokens = sum(batches[index % len(batches)].tokens for index in range(steps))
    return Plan(directory, tokens, save_every=1e9)


def silent(line: str) -> None:
    """Says nothing."""


def test_stopping_and_resuming_changes_nothing(
    tmp_path: Path, batches: list[Batch], small_model: ReaderModel, tower: Reading
) -> None:
    start = {name: value.clone() for name, value in small_model.state_dict().items()}
    whole = plan(tmp_path / "whole", batches, 5)
    train.run(trainer(small_model, whole), lambda number: batches, report=silent)

    small_model.load_state_dict(start)
    parted = replace(whole, directory=tmp_path / "parted")
    first = trainer(small_model, parted)
    for batch, after in train.remaining(first, lambda number: batches):
        first.step(batch)
        first.progress = after
        if after.step == 2:
            break
    checkpoint.save(parted.directory, first.checkpoint())
    small_model.load_state_dict(start)
    train.run(trainer(small_model, parted), lambda number: batches, report=silent)

    one, two = (checkpoint.load(tmp_path / name) for name in ("whole", "parted"))
    assert one is not None and two is not None
    assert (one.progress.step, two.progress.step) == (5, 5)
    assert [name for name, value in one.tensors.items() if not torch.equal(value, two.tensors[name])] == []


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    made = Plan(Path("unused"), 1000, rate=1.0, warmup=0.1, decay=0.5)
    assert [round(train.rate_at(made, done), 2) for done in (0, 0.05, 0.1, 0.5, 0.75, 1)] == [
        0.01,
        0.51,
        1,
        1,
        0.5,
        0,
    ]


def test_embeddings_are_not_trained(small_model: ReaderModel, batches: list[Batch], tmp_path: Path) -> None:
    before = small_model.bert.embeddings.word_embeddings.weight.clone()
    trainer(small_model, plan(tmp_path, batches, 1)).step(batches[0])
    assert torch.equal(before, small_model.bert.embeddings.word_embeddings.weight)


def test_the_export_is_what_the_product_loads(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    run = trainer(small_model, plan(tmp_path, batches, 1))
    run.step(batches[0])
    sha256 = export.export(run.checkpoint(), tmp_path / "tiny", averaged=False, seed=3)
    weights = load_file(tmp_path / "tiny" / export.WEIGHTS)
    assert sha256 == hashlib.sha256((tmp_path / "tiny" / export.WEIGHTS).read_bytes()).hexdigest()
    assert json.loads((tmp_path / "tiny" / export.FACTS).read_text())["seed"] == 3
    assert {name.split(".")[0] for name in weights} == {"encoder", "span", "answerable", "support"}
    expected = {name.removeprefix("bert.") for name, _ in small_model.named_parameters()}
    assert set(weights) == {name for name in expected if not name.startswith("embeddings.")}


def test_an_export_can_be_trained_further(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    state = trainer(small_model, plan(tmp_path, batches, 1)).checkpoint()
    export.export(state, tmp_path / "tiny", averaged=False, seed=3)
    found = export.trained_weights(tmp_path / "tiny")
    expected = checkpoint.weights_of(state, averaged=False)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], value.bfloat16().float()) for name, value in expected.items())


def test_a_run_begins_with_the_shard_it_is_told(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    asked: list[int] = []

    def shards(number: int) -> list[Batch]:
        asked.append(number)
        return batches

    made = replace(plan(tmp_path, batches, 4), first_shard=3)
    train.run(trainer(small_model, made), shards, report=silent)
    assert asked == [3, 4]


def test_bf16_trains_fp32_masters(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    run = Trainer(small_model, plan(tmp_path, batches, 3), torch.bfloat16)
    before = {name: value.clone() for name, value in run.masters.items()}
    run.step(batches[0])
    assert {value.dtype for value in run.live.values()} == {torch.bfloat16}
    assert {value.dtype for value in run.masters.values()} == {torch.float32}
    assert any(not torch.equal(before[name], value) for name, value in run.masters.items())
    assert all(torch.equal(run.live[name], value.bfloat16()) for name, value in run.masters.items())
