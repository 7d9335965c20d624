"""The trained model as it ships: it marks words at exact places, alone as in a batch, and judges support."""

from pathlib import Path
from typing import cast

import pytest
import torch
from safetensors.torch import load_file, save_file

from rag.errors import ModelError
from rag.models.cross_encoder import LargeSpanModel, SpanModel
from rag.models.network import moved
from rag.models.registry import LARGE_BASE, LARGE_READER, WEIGHTS, ModelFiles, find_model
from rag.models.sentence_encoder import computes_bfloat16

TEXT = "😀 The café opened in 1994. Zoë Müller\u00a0runs it. It seats forty people."
SENTENCES = [(0, 26), (27, 46), (47, 69)]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", params=[SpanModel, LargeSpanModel])
def model(request: pytest.FixtureRequest) -> SpanModel:
    return cast(type[SpanModel], request.param)()


def test_it_marks_the_words_that_answer_within_the_sentence(model: SpanModel) -> None:
    assert [TEXT[start:end] for start, end in SENTENCES] == [
        "😀 The café opened in 1994.",
        "Zoë Müller\u00a0runs it.",
        "It seats forty people.",
    ]
    found = model.read("When did the café open?", [(TEXT, SENTENCES)])[0]
    best = max(item for item in found.sentences if item)
    assert TEXT[best[1] : best[2]] == "1994"
    for item, (start, end) in zip(found.sentences, SENTENCES, strict=True):
        assert item is not None and start <= item[1] < item[2] <= end


def test_what_is_read_does_not_depend_on_what_is_read_beside_it(model: SpanModel) -> None:
    passages = [(TEXT, SENTENCES), ("Bob sat.", [(0, 8)]), (TEXT * 3, [(0, 26)])]
    together = model.read("Who runs it?", passages)
    alone = [model.read("Who runs it?", [passage])[0] for passage in passages]
    assert [found.sentences[0][1:] for found in together if found.sentences[0]] == [
        found.sentences[0][1:] for found in alone if found.sentences[0]
    ]
    two_ulp = 2**-6 if computes_bfloat16() else 1e-3
    assert [found.answerable for found in together] == pytest.approx([found.answerable for found in alone], rel=two_ulp)


def test_past_the_window_and_in_an_empty_passage_nothing_is_read(model: SpanModel) -> None:
    long = "word " * 600
    found = model.read("Who? " * 200, [(long, [(0, 10), (2900, 3000)]), ("", [(0, 0)])])
    assert found[0].sentences[0] is not None
    assert (found[0].sentences[1], found[1].sentences) == (None, (None,))
    assert model.read("Who?", []) == [] == model.support([])


def test_a_number_that_is_not_in_the_evidence_is_less_supported(model: SpanModel) -> None:
    right, wrong = model.support([("The café opened in 1994.", TEXT), ("The café opened in 1894.", TEXT)])
    assert right > wrong


@pytest.mark.parametrize("kind", [SpanModel, LargeSpanModel])
@pytest.mark.parametrize("wrong", ["span.weight", "mpnet.encoder.layer.4.attention.attn.q.lora_B.default.weight"])
def test_weights_that_do_not_fit_are_refused(kind: type[SpanModel], wrong: str, tmp_path: Path) -> None:
    save_file({wrong: torch.zeros(2, 384)}, tmp_path / WEIGHTS)
    files = ModelFiles("broken", tmp_path, "")
    with pytest.raises(ModelError, match="Install citespan again"):
        kind(lambda: files).load()


def test_berts_ids_become_mpnets() -> None:
    cls, hello, sep, pad = 101, 7592, 102, 0
    assert moved(torch.tensor([[cls, hello, sep, pad]])).tolist() == [[0, 7596, 2, 1]]


def test_what_was_added_in_training_is_in_the_large_network() -> None:
    trained = load_file(find_model(LARGE_READER).folder / WEIGHTS)
    name = "mpnet.encoder.layer.11.attention.attn.q"
    added = trained[f"{name}.lora_B.default.weight"].float() @ trained[f"{name}.lora_A.default.weight"].float()
    official = load_file(find_model(LARGE_BASE).folder / WEIGHTS)[f"{name.removeprefix('mpnet.')}.weight"]
    found = LargeSpanModel().network.state_dict()[f"{name}.weight"].float()
    rounding = {"atol": 1e-5, "rtol": 2**-8}  # of bfloat16
    torch.testing.assert_close(found, official + added, **rounding)
    assert not torch.allclose(found, official, **rounding)
