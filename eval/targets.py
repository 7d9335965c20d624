"""What a run asks, and of which index: the seed's set, your own cases, or a public reading set.

An index of your own is opened as it is; for the others a temporary one is made, and gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval import benchmarks, cases, gate
from eval.cases import Case
from eval.gate import Threshold

if TYPE_CHECKING:
    from rag import Assistant


@dataclass(frozen=True, slots=True)
class Target:
    """Questions, the thresholds they are held to unless others are named, and where they are asked.

    That is an index which is there, or one to be made from a folder or from texts by file name.
    """

    name: str
    cases: tuple[Case, ...]
    thresholds: Mapping[str, Threshold]
    index: Path | None = None
    folder: Path | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def seed(name: str, folder: Path) -> Target:
    """Half or all of the held-out set, asked of the seed's text in a folder."""
    return Target(name, cases.SETS[name](), gate.load_thresholds(), folder=folder)


def own(path: Path, index: Path) -> Target:
    """Your own cases, asked of your own index."""
    return Target(path.stem, cases.load(path), gate.load_thresholds(), index=index)


def benchmark(name: str, path: Path) -> Target:
    """A public reading set; it is held to the promises only, for no threshold was set on it."""
    found = benchmarks.load(path)
    return Target(name, found.cases, gate.PROMISES, texts=found.texts)


@contextmanager
def opened(target: Target, generator: str) -> Iterator[Assistant]:
    """An assistant over the target's index, made first where it has to be."""
    from rag import Assistant

    if target.index:
        with Assistant.open(target.index, generator=generator, create=False) as assistant:
            yield assistant
        return
    with TemporaryDirectory(prefix="citespan-eval-") as temporary:
        folder = target.folder or _written(target.texts, Path(temporary) / "texts")
        with Assistant.open(Path(temporary) / "index", generator=generator, base=folder) as assistant:
            assistant.ingest([folder])
            yield assistant


def _written(texts: Mapping[str, str], folder: Path) -> Path:
    """The folder with each text as a file, byte for byte."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    return folder
