"""A teacher reads what the reader reads, is not trained with it, and moves it towards what it says itself."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import MPNetConfig

from rag.models.registry import LARGE_READER, WEIGHTS, find_model
from training import __main__ as command
from training.data.batches import Batch, claim_item, collate, reading_item
from training.data.development import Claim, Reading
from training.modeling import train
from training.modeling.model import ReaderModel, trained_parameters
from training.modeling.teacher import TeacherModel, adapt, merge
from training.modeling.train import Plan, Trainer

STORED = find_model(LARGE_READER).folder / WEIGHTS


@pytest.fixture
def teacher() -> TeacherModel:
    """Two small layers, random weights from a fixed seed."""
    torch.manual_seed(1)
    config = MPNetConfig(
        vocab_size=30527, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64
    )
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    return TeacherModel(config).train(False)


@pytest.fixture
def reading(tower: Reading) -> Batch:
    item = reading_item(tower)
    assert item is not None
    return collate([item])


@pytest.fixture
def claim(tower: Reading) -> Batch:
    return collate([claim_item(Claim("c", "Eiffel led it.", tower.passage.text, True))])


def test_a_teacher_gives_logits_for_the_readers_wordpieces(teacher: TeacherModel, reading: Batch) -> None:
    logits = teacher.logits(reading.ids, reading.types, reading.attention)

    assert logits.start.shape == logits.end.shape == reading.ids.shape
    assert logits.answerable.shape == logits.supported.shape == (1,)


def test_only_the_heads_and_what_is_added_to_upper_layers_is_trained(teacher: TeacherModel) -> None:
    adapt(teacher.mpnet, lowest=1, rank=2)

    encoder = {name for name in trained_parameters(teacher) if name.startswith("mpnet.")}
    assert encoder
    assert all("layer.1." in name and "lora_" in name for name in encoder)
    assert trained_parameters(teacher).keys() - encoder == {
        name for name, _ in teacher.named_parameters() if not name.startswith("mpnet.")
    }


def test_a_merged_teacher_says_what_it_said(teacher: TeacherModel, reading: Batch) -> None:
    adapt(teacher.mpnet, lowest=0, rank=2)
    plain = teacher.logits(reading.ids, reading.types, reading.attention).start
    for name, added in trained_parameters(teacher).items():
        if "lora_B" in name:
            torch.nn.init.normal_(added, std=0.5)
    adapted = teacher.logits(reading.ids, reading.types, reading.attention).start

    merge(teacher.mpnet)

    merged = teacher.logits(reading.ids, reading.types, reading.attention).start
    assert not torch.allclose(adapted, plain, atol=1e-3)
    torch.testing.assert_close(merged, adapted, atol=1e-4, rtol=1e-4)


def test_the_stored_teacher_is_all_that_is_trained_of_one() -> None:
    stored = load_file(STORED)
    with torch.device("meta"):
        teacher = TeacherModel(MPNetConfig(vocab_size=30527), verdicts=len(stored["support.2.bias"]))
        adapt(teacher.mpnet)

    trained = {name: value.shape for name, value in trained_parameters(teacher).items()}
    assert {name: value.shape for name, value in stored.items()} == trained


@pytest.mark.parametrize("kind", ["reading", "claim"])
def test_who_agrees_with_the_teacher_learns_nothing_from_it(
    kind: str, small_model: ReaderModel, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "TAUGHT", 1.0)
    batch = request.getfixturevalue(kind)

    train.losses(small_model, batch, small_model).total.backward()

    gradients = [p.grad for p in small_model.parameters() if p.grad is not None]
    assert gradients
    assert max(float(gradient.abs().max()) for gradient in gradients) < 1e-5


def test_a_reader_comes_nearer_to_its_teacher_which_stays(
    small_model: ReaderModel, teacher: TeacherModel, reading: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "TAUGHT", 1.0)
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    trainer = Trainer(small_model, Plan(tmp_path, 1000 * reading.tokens), torch.float32, teacher)

    losses = [float(trainer.step(reading).total.detach()) for _ in range(20)]

    assert losses[-1] < losses[0]
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())


@pytest.mark.model
def test_a_reader_does_not_start_from_a_teachers_weights(tmp_path: Path) -> None:
    alike = ["--runs", str(tmp_path), "--threads", str(torch.get_num_threads())]

    with pytest.raises(SystemExit, match="another model's weights"):
        command.main([*alike, "reader", "--start", str(STORED.parent)])
