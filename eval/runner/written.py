"""The gate over statements that models wrote: how many true ones are shown, and how many false ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from tempfile import TemporaryDirectory
from typing import Protocol

from eval.datasets.lies import Lie
from eval.datasets.written import Written
from eval.errors import NothingToMeasureError
from rag import Assistant

Gate = Callable[[str, Sequence[str], str], "Ruled"]
"""(statement, evidence, question) in, the gate's word out."""
Z = 1.959964  # the normal quantile of a two-sided 95 % interval


class Ruled(Protocol):
    """What the gate says: the support (0..1), and whether that is enough for the statement to be shown."""

    @property
    def support(self) -> float:
        """The support."""

    @property
    def passes(self) -> bool:
        """Whether it is shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of n with its 95 % interval (Wilson 1927)."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share. Raises NothingToMeasureError over nothing."""
        if not self.n:
            raise NothingToMeasureError("a share of nothing")
        return self.hits / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The lower and the upper end."""
        p, n = self.value, self.n
        middle, half = p + Z * Z / (2 * n), Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + Z * Z / n)), min(1.0, (middle + half) / (1 + Z * Z / n))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A written statement, the support that the gate gave it, and whether it is shown."""

    written: Written
    support: float
    shown: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown of true statements and of false ones."""

    shown: Share
    passed_falsely: Share


@contextmanager
def gate() -> Iterator[Gate]:
    """The gate that ships, over an index that holds nothing."""
    with TemporaryDirectory() as folder, Assistant.open(folder, generator="extractive") as assistant:
        yield lambda statement, evidence, question: assistant.judge(statement, evidence, question=question)


def replay(rows: Sequence[Written], gate: Gate) -> list[Verdict]:
    """The gate's word on every statement."""
    ruled = ((row, gate(row.statement, row.evidence, row.question)) for row in rows)
    return [Verdict(row, ruling.support, ruling.passes) for row, ruling in ruled]


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """The two shares."""
    true = [item.shown for item in verdicts if item.written.true]
    false = [item.shown for item in verdicts if not item.written.true]
    return Figures(Share(sum(true), len(true)), Share(sum(false), len(false)))


def shown_lies(told: Sequence[Lie], gate: Gate) -> list[Lie]:
    """The lies that the gate lets through."""
    return [lie for lie in told if gate(lie.text, [lie.evidence], "").passes]
