"""The encoder: unit vectors, the same whatever they were batched with."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.registry import ModelFiles, find_model
from rag.models.sentence_encoder import BATCH, TILE, SentenceEncoder, computes_bfloat16


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(lambda: find_model("all-MiniLM-L6-v2"))


@pytest.mark.model
def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    texts = ["A long text about the leak of documents. " * 5, "Short.", "The leak of documents"]
    calls: list[tuple[int, int]] = []
    vectors = encoder.encode(texts, progress=lambda done, total: calls.append((done, total)))
    assert vectors.shape == (3, 384) == (3, encoder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.stack([encoder.encode([text])[0] for text in texts])
    assert np.min(np.sum(vectors * alone, axis=1)) > 0.999
    assert calls == [(3, 3)]


@pytest.mark.model
def test_vectors_are_those_of_plain_sentence_transformers(encoder: SentenceEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(find_model("all-MiniLM-L6-v2").folder), device="cpu", local_files_only=True)
    texts = ["How many pages are in the leak?", "Politicians held sway."]
    assert np.min(np.sum(encoder.encode(texts) * plain.encode(texts), axis=1)) > 0.999


@pytest.mark.model
def test_there_is_one_token_vector_for_each_wordpiece(encoder: SentenceEncoder) -> None:
    text = "Soleimani’s measures 👩‍👩‍👧 e\u0301tude"
    spans = encoder.token_spans(text)
    [vectors] = encoder.encode_tokens([text])
    assert len(vectors) == len(spans)
    assert text[spans[0][0] : spans[-1][1]] == text
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.model
def test_bfloat16_makes_the_same_vectors_to_three_digits(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.sentence_encoder.computes_bfloat16", lambda: True)
    narrow = SentenceEncoder(lambda: find_model("all-MiniLM-L6-v2"))
    texts = ["How many pages are in the leak?", "Politicians held sway."]
    assert np.min(np.sum(encoder.encode(texts) * narrow.encode(texts), axis=1)) > 0.999
    for wide, short in zip(encoder.encode_tokens(texts), narrow.encode_tokens(texts), strict=True):
        assert np.min(np.sum(wide * short, axis=1)) > 0.999


@pytest.mark.model
def test_several_batches_at_once_leave_later_threads_all_processors(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    processors = torch.get_num_threads()
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    texts = [f"Page {number} of the leak." for number in range(2 * BATCH + 1)]
    calls: list[tuple[int, int]] = []
    vectors = encoder.encode(texts, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(BATCH, len(texts)), (2 * BATCH, len(texts)), (len(texts), len(texts))]
    assert np.min(np.sum(vectors * np.stack([encoder.encode([text])[0] for text in texts]), axis=1)) > 0.999
    monkeypatch.undo()
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == processors


@pytest.mark.model
def test_batches_are_padded_to_lengths_that_attention_is_fast_at(encoder: SentenceEncoder) -> None:
    widths: list[int] = []
    hook = encoder._model[0].register_forward_pre_hook(lambda _, given: widths.append(given[0]["input_ids"].shape[1]))
    encoder.encode(["The leak of documents"])
    encoder.encode_tokens(["The leak of documents " * 5])
    hook.remove()
    assert widths == [TILE, 2 * TILE]


@pytest.mark.model
def test_nothing_encodes_to_nothing(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.encode_tokens([]) == []


@pytest.mark.model
def test_a_folder_that_holds_no_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    broken = SentenceEncoder(lambda: ModelFiles("x", tmp_path, "0"))
    with pytest.raises(ModelError, match=str(tmp_path)):
        broken.encode(["text"])


@pytest.mark.parametrize(("flags", "expected"), [("sse avx512_bf16 fma", True), ("amx_bf16", True), ("avx2", False)])
def test_bfloat16_is_used_where_the_processor_has_it(tmp_path: Path, flags: str, expected: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"model name: x\nflags\t\t: {flags}\n")
    assert computes_bfloat16(str(cpuinfo)) is expected
    assert computes_bfloat16(str(tmp_path / "none")) is False
