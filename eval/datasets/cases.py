"""Questions with known answers: their form, where they are kept, and the proof that they fit the text.

The held-out set of the seed is `data/seed.jsonl`, half `dev` and half `test`. `data/seed.dev.jsonl` repeats its dev
rows, byte for byte, so that `load_dev` never opens a file that holds a test question: code that sets thresholds or
chooses between designs calls `load_dev`, and what it cannot open it cannot fit. Tests prove the copy and the opening.

This module does not ask anything and does not score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from eval.errors import GUIDE, CasesError

if TYPE_CHECKING:
    from pydantic import ConfigDict

DATA = Path(__file__).parents[1] / "data"
ALL, DEV = DATA / "seed.jsonl", DATA / "seed.dev.jsonl"
HALF = "half"  # the type of two-part questions of which the documents answer one part

Row = TypeVar("Row")
Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a source that hold an answer: code points, half open, and the characters themselves."""

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `answers` are alternatives; each alternative in `gold` is a list of spans that together suffice.

    A case without gold must be refused. One of type `half` must be refused or answered in part; its gold is that part.
    Where `documents` (ids or source globs) are given, the question is asked of those alone. A `draft` waits for a
    person to confirm it, and no run scores it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}

    id: str
    question: str
    type: str
    split: Split = "test"
    answers: tuple[str, ...] = ()
    gold: tuple[tuple[Span, ...], ...] = ()
    note: str = ""
    documents: tuple[str, ...] = ()
    draft: bool = False

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the whole question."""
        return bool(self.gold) and self.type != HALF

    @property
    def gold_spans(self) -> tuple[Span, ...]:
        """Every span of every alternative, each once, in the order of the text."""
        spans = {span for alternative in self.gold for span in alternative}
        return tuple(sorted(spans, key=lambda span: (span.source, span.start, span.end)))


def load(path: Path) -> tuple[Case, ...]:
    """The cases of a JSON Lines file, in its order.

    Raises CasesError when it cannot be read, a row is malformed, an id repeats, a row is a draft, or there are no
    cases.
    """
    cases = read_rows(path, Case)
    if not cases:
        raise CasesError(f"{path} holds no cases. Add a row, as docs/how-to/evaluation.md describes.")
    for problem in _problems_of_form(cases):
        raise CasesError(f"{path}: {problem}")
    return cases


def load_dev() -> tuple[Case, ...]:
    """The half of the seed's set that may set thresholds. Opens no file that holds a test question."""
    return load(DEV)


def load_test() -> tuple[Case, ...]:
    """The half of the seed's set that is only measured."""
    return tuple(case for case in load_all() if case.split == "test")


def load_all() -> tuple[Case, ...]:
    """Both halves of the seed's set."""
    return load(ALL)


SETS: Mapping[str, Callable[[], tuple[Case, ...]]] = {"dev": load_dev, "test": load_test, "all": load_all}


def limited(cases: Sequence[Case], limit: int | None) -> tuple[Case, ...]:
    """At most `limit` cases in their order: with and without an answer in turn, and of each kind every type in turn."""
    if limit is None or limit >= len(cases):
        return tuple(cases)
    of_type = Counter[str]()
    kinds: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for position, case in enumerate(cases):
        kinds[case.answerable].append((of_type[case.type], position))
        of_type[case.type] += 1
    in_turn = sorted((turn, position) for kind in kinds.values() for turn, (_, position) in enumerate(sorted(kind)))
    return tuple(cases[position] for position in sorted(position for _, position in in_turn[:limit]))


def fingerprint(cases: Iterable[Case]) -> str:
    """The sha256 (hex) of the cases: two runs with one fingerprint were asked the same."""
    return sha256("\n".join(map(repr, cases)).encode()).hexdigest()


def misfits(spans: Iterable[Span], texts: Mapping[str, str]) -> list[str]:
    """What is wrong with gold spans, given the documents' texts by source: one line each, none when all fit."""
    return [problem for span in spans if (problem := _misfit(span, texts))]


def read_rows(path: Path, row: type[Row]) -> tuple[Row, ...]:
    """The rows of a JSON Lines file as values of a dataclass, in order; blank lines are skipped.

    Raises CasesError when it cannot be read, or a row is malformed; the message names the line.
    """
    from pydantic import TypeAdapter, ValidationError

    adapter, rows = TypeAdapter(row), []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        try:
            rows += [adapter.validate_json(line)] if line.strip() else []
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the row"
            raise CasesError(f"{path}, line {number}: {where}: {first['msg']}. See {GUIDE}.") from error
    return tuple(rows)


def same_source(one: str, other: str) -> bool:
    """Whether two source names mean one document: equal, or one is the tail of the other's path."""
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CasesError(f"Cannot read {path}: {error.strerror}. Name a JSON Lines file of cases.") from error
    except UnicodeDecodeError as error:
        raise CasesError(f"{path} is not UTF-8: {error}. Save it as UTF-8.") from error


def _problems_of_form(cases: Sequence[Case]) -> Iterable[str]:
    for id_, count in Counter(case.id for case in cases).items():
        if count > 1:
            yield f"{count} rows have the id {id_!r}. Give each its own."
    for case in cases:
        if case.draft:
            yield f"{case.id!r} is a draft. Check its question, answers and gold, then remove its `draft`."
        if not case.question.strip():
            yield f"{case.id!r} has no question."
        if not all(case.gold):
            yield f"{case.id!r} has an empty alternative in `gold`. List its spans, or leave `gold` empty."
        if case.answerable and not case.answers:
            yield f"{case.id!r} has gold but no `answers`. Give at least one."


def _misfit(span: Span, texts: Mapping[str, str]) -> str | None:
    exact = texts.get(span.source)
    found = [text for source, text in texts.items() if same_source(source, span.source)] if exact is None else [exact]
    if len(found) != 1:
        return f"{span.source}: {len(found)} documents have this name"
    if not 0 <= span.start < span.end <= len(found[0]):
        return f"{span.source}[{span.start}:{span.end}] lies outside its {len(found[0])} characters"
    if found[0][span.start : span.end] != span.text:
        return f"{span.source}[{span.start}:{span.end}] is {found[0][span.start : span.end]!r}, not {span.text!r}"
    return None
