"""What a run asks, and of which index: the seed's set, your own cases, or a public set.

An index of your own is opened as it is. For the others one is made: in a temporary folder, or, where a folder for
indexes is named, in it under a name made of the texts' content, so that the next run over the same texts embeds
nothing and one that was cut off goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.datasets import cases, claim_sets, jsonl, reading_sets, retrieval_sets
from eval.errors import CasesError
from eval.runner import claims
from eval.runner.run import Plan
from eval.scoring import thresholds
from eval.scoring.thresholds import Threshold

if TYPE_CHECKING:
    from rag import Assistant
    from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """What to ask, the thresholds it is held to unless others are named, and where it is asked.

    That is an index which is there, or one to be made from a folder or from texts by file name, in `indexes` if given.
    """

    plan: Plan
    thresholds: Mapping[str, Threshold]
    index: Path | None = None
    folder: Path | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    indexes: Path | None = None


def seed(name: str, folder: Path, limit: int | None = None) -> Target:
    """Half or all of the held-out set, asked of the seed's text in a folder, and the claims about the seed."""
    asked = cases.limited(cases.SETS[name](), limit)
    return Target(Plan(name, asked, claims.load()), thresholds.shipped_thresholds(), folder=folder)


def own(path: Path, index: Path, limit: int | None = None) -> Target:
    """Your own cases, asked of your own index. The verifier is measured on the claims about the seed."""
    asked = cases.limited(cases.load(path), limit)
    return Target(Plan(path.stem, asked, claims.load()), thresholds.shipped_thresholds(), index=index)


def public(
    name: str, path: Path, *, limit: int | None = None, open_: bool = False, indexes: Path | None = None
) -> Target:
    """A public set, or a random sample of it: a folder is a retrieval set, a file a reading set or a claim set.

    A reading set is held to the promises; for the other kinds there are none, and no threshold was set on any.
    Raises CasesError when it cannot be used, or `open_` is asked of a set that has no paragraphs to open.
    """
    is_reading = path.is_file() and b'"question"' in jsonl.lines(path)[0]
    if open_ and not is_reading:
        raise CasesError(f"--open is for reading sets, and {path} is none.")
    if is_reading:
        return _reading(name, path, limit, open_, indexes)
    return (_retrieval if path.is_dir() else _claims)(name, path, limit, indexes)


def _reading(name: str, path: Path, limit: int | None, open_: bool, indexes: Path | None) -> Target:
    found = reading_sets.load(path, open_=open_)
    asked = jsonl.sample(found.cases, limit)
    title = _title(f"{name}, of all its paragraphs" if open_ else name, len(asked), len(found.cases))
    plan = Plan(title, asked, benchmark="" if open_ else name)  # nobody has published figures for `open_`
    return Target(plan, thresholds.PROMISES, texts=found.texts, indexes=indexes)


def _retrieval(name: str, path: Path, limit: int | None, indexes: Path | None) -> Target:
    found = retrieval_sets.load(path)
    asked = jsonl.sample(found.cases, limit)
    plan = Plan(_title(name, len(asked), len(found.cases)), asked, ranked=True, benchmark=name)
    return Target(plan, {}, texts=found.texts, indexes=indexes)


def _claims(name: str, path: Path, limit: int | None, indexes: Path | None) -> Target:
    found = claim_sets.load(path)
    judged = jsonl.sample(found.claims, limit)
    plan = Plan(_title(name, len(judged), len(found.claims)), claims=judged, benchmark=name)
    pages = {claim.page: found.texts[claim.page] for claim in judged if claim.page}
    return Target(plan, {}, texts=pages, indexes=indexes)


def _title(name: str, asked: int, all_: int) -> str:
    return name if asked == all_ else f"{name}, {asked:,} of {all_:,} at random"


@contextmanager
def opened(target: Target, generator: str) -> Iterator[Assistant]:
    """An assistant over the target's index, made first where it has to be."""
    from rag import Assistant

    if target.index:
        with Assistant.open(target.index, generator=generator, create=False) as assistant:
            yield assistant
        return
    with TemporaryDirectory(prefix="citespan-eval-") as temporary:
        place = target.indexes / _content(target.texts) if target.indexes else Path(temporary)
        folder = target.folder or _written(target.texts, place / "texts")
        settings = _deep() if target.plan.ranked else None
        with Assistant.open(place / "index", generator=generator, base=folder, settings=settings) as assistant:
            if target.folder or target.texts:  # a claim set without pages has nothing to look in
                assistant.ingest([folder])
            yield assistant


@contextmanager
def each_opened(target: Target, generators: Sequence[str]) -> Iterator[dict[str, Assistant]]:
    """An assistant for each generator, by its name, all over one index of the target."""
    from rag import Assistant

    with opened(target, generators[0]) as first, ExitStack() as stack:
        others = {
            name: stack.enter_context(Assistant.open(first.name, generator=name, create=False))
            for name in generators[1:]
        }
        yield {generators[0]: first, **others}


def _deep() -> Settings:
    """The settings, but all that either ranking puts forward is returned: the default's order, only longer."""
    from rag.settings import load_settings

    return load_settings(passages=2 * load_settings().candidates)


def _content(texts: Mapping[str, str]) -> str:
    digest = sha256()
    for name in sorted(texts):
        digest.update(f"{name}\n{len(texts[name])}\n{texts[name]}".encode())
    return digest.hexdigest()[:16]


def _written(texts: Mapping[str, str], folder: Path) -> Path:
    """The folder with each text as a file, byte for byte; what is there already and right is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path, data = folder / name, text.encode()
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    return folder
