"""A run that was stopped and resumed ends with the weights of one that was not; its export is what ships."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from training import checkpoint, export, train
from training.batches import Batch, claim_item, collate, reading_item
from training.data import Claim, Reading
from training.model import ReaderModel, has_fast_bf16
from training.train import Plan, Trainer

pytestmark = pytest.mark.skipif(has_fast_bf16(), reason="compares fp32 weights bit by bit")


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
    train.run(Trainer(small_model, whole), lambda number: batches, report=silent)

    small_model.load_state_dict(start)
    parted = replace(whole, directory=tmp_path / "parted")
    first = Trainer(small_model, parted)
    for batch, after in train.remaining(first, lambda number: batches):
        first.step(batch)
        first.progress = after
        if after.step == 2:
            break
    checkpoint.save(parted.directory, first.checkpoint())
    small_model.load_state_dict(start)
    train.run(Trainer(small_model, parted), lambda number: batches, report=silent)

    one, two = (checkpoint.load(tmp_path / name) for name in ("whole", "parted"))
    assert one is not None and two is not None
    assert (one.progress.step, two.progress.step) == (5, 5)
    assert [name for name, value in one.tensors.items() if not torch.equal(value, two.tensors[name])] == []


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    made = Plan(Path("unused"), 1000, rate=1.0, warmup=0.1, decay=0.5)
    assert [round(train.rate_at(made, tokens), 2) for tokens in (0, 50, 100, 500, 750, 1000)] == [
        0.01,
        0.51,
        1,
        1,
        0.5,
        0,
    ]


def test_embeddings_are_not_trained(small_model: ReaderModel, batches: list[Batch], tmp_path: Path) -> None:
    before = small_model.bert.embeddings.word_embeddings.weight.clone()
    Trainer(small_model, plan(tmp_path, batches, 1)).step(batches[0])
    assert torch.equal(before, small_model.bert.embeddings.word_embeddings.weight)


def test_the_export_is_what_the_product_loads(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    trainer = Trainer(small_model, plan(tmp_path, batches, 1))
    trainer.step(batches[0])
    sha256 = export.export(trainer.checkpoint(), tmp_path / "tiny", averaged=False, seed=3)
    weights = load_file(tmp_path / "tiny" / export.WEIGHTS)
    assert sha256 == hashlib.sha256((tmp_path / "tiny" / export.WEIGHTS).read_bytes()).hexdigest()
    assert json.loads((tmp_path / "tiny" / export.FACTS).read_text())["seed"] == 3
    assert {name.split(".")[0] for name in weights} == {"encoder", "span", "answerable", "support"}
    expected = {name.removeprefix("bert.") for name, _ in small_model.named_parameters()}
    assert set(weights) == {name for name in expected if not name.startswith("embeddings.")}
