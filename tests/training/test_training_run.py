"""A run that was stopped and resumed ends with the weights of one that was not, and its export reads like it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training import checkpoint, export, infer, train
from training.batches import Batch, claim_item, collate, reading_item
from training.data import Claim, Reading
from training.infer import Query
from training.model import ReaderModel, has_fast_bf16
from training.text import Span
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


def test_reading_gives_the_same_alone_and_in_a_batch(small_model: ReaderModel, tower: Reading) -> None:
    sentence = Span(0, 44)
    queries = [Query(tower.question, tower.passage.text, (sentence,)), Query("Who?", "Zoë ran. 😀 Bob sat.")]
    together = infer.read(small_model, queries)
    alone = [infer.read(small_model, [query])[0] for query in queries]
    assert [found.spans[0].span for found in together] == [found.spans[0].span for found in alone]
    assert [found.margin for found in together] == pytest.approx([found.margin for found in alone], abs=1e-4)


def test_spans_never_overlap_nor_leave_the_passage(small_model: ReaderModel, tower: Reading) -> None:
    text = tower.passage.text
    spans = [found.span for found in infer.read(small_model, [Query("Who?", text)], best=5)[0].spans]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert not any(one.overlaps(two) for i, one in enumerate(spans) for two in spans[:i])


def test_an_empty_passage_answers_nothing(small_model: ReaderModel) -> None:
    found = infer.read(small_model, [Query("Who?", "")])[0]
    assert (found.spans, found.margin) == ([], -100.0)


def test_the_export_names_what_it_holds(tmp_path: Path, small_model: ReaderModel, batches: list[Batch]) -> None:
    trainer = Trainer(small_model, plan(tmp_path, batches, 1))
    trainer.step(batches[0])
    manifest = export.export(trainer.checkpoint(), tmp_path, "tiny", averaged=False, seed=0)
    assert manifest.sha256 == export.sha256(tmp_path / "tiny.safetensors")
    (tmp_path / "tiny.safetensors").write_bytes(b"spoilt")
    with pytest.raises(ValueError, match="export it again"):
        export.load_exported(tmp_path, "tiny")
