"""Statements that language models wrote, labelled by a reader who did not see what the gate made of them.

`data/written.jsonl` has for each the question, the evidence that the model was shown, and whether that says it.
Evidence of a public set is not copied: a row names the set, the row and the spans, and is skipped where the set is
not there. Half of the rows are for development, half are only measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from eval.datasets import jsonl
from eval.datasets.cases import DATA, Split, read_rows

WRITTEN = DATA / "written.jsonl"
SETS = {"squad2": "dev_reading_squad2_dev.jsonl.gz", "clapnq": "dev_reading_clapnq_a.jsonl.gz"}


@dataclass(frozen=True, slots=True)
class Reference:
    """Sentences of a row of a public set: (start, end) in its context, code points."""

    set: str
    id: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One statement as the file keeps it."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    id: str
    question: str
    statement: str
    true: bool
    split: Split
    model: str
    evidence: tuple[str, ...] = ()
    reference: Reference | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """One statement with its evidence, and whether that says it."""

    id: str
    question: str
    statement: str
    true: bool
    split: Literal["dev", "test"]
    model: str
    evidence: tuple[str, ...]


def load(path: Path = WRITTEN, *, data: Path | None = None) -> tuple[Written, ...]:
    """The statements whose evidence is at hand; `data` is the folder with the public sets.

    Raises CasesError when a file cannot be read or holds nothing.
    """
    rows = read_rows(path, Row)
    wanted = {row.reference.set for row in rows if row.reference}
    texts = {name: _contexts(data / SETS[name]) for name in wanted if data and (data / SETS[name]).is_file()}
    return tuple(
        Written(row.id, row.question, row.statement, row.true, row.split, row.model, _evidence(row, texts))
        for row in rows
        if row.reference is None or row.reference.set in texts
    )


@dataclass(frozen=True, slots=True)
class _Context:
    id: str
    context: str


def _contexts(path: Path) -> dict[str, str]:
    return {row.id: row.context for row in jsonl.rows(path, _Context)}


def _evidence(row: Row, texts: dict[str, dict[str, str]]) -> tuple[str, ...]:
    if row.reference is None:
        return row.evidence
    context = texts[row.reference.set][row.reference.id]
    return tuple(context[start:end] for start, end in row.reference.spans)


def models(rows: Sequence[Written]) -> list[str]:
    """The names of the models that wrote, in the alphabet's order."""
    return sorted({row.model for row in rows})
