"""A question about one table, put exactly: what to do, with which column, over which rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.tables.comparisons import Comparator
from rag.tables.model import Table
from rag.tables.operations import Operation
from rag.tables.values import Value

Fault = Literal["mixed", "nothing", "time"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose cell in a column has one of some texts, or a value that compares with another; `said` in words."""

    column: int
    texts: tuple[str, ...] = ()
    comparator: Comparator | None = None
    value: Value | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What to do with which column (by position) of a table, over the rows that pass every filter.

    `target` is None where rows are listed or counted. `distinct` counts or lists the different texts of the target.
    `named_by` is the column by which rows are called, where it is not the one that names them.
    """

    table: Table
    operation: Operation
    target: int | None = None
    filters: tuple[Filter, ...] = ()
    distinct: bool = False
    named_by: int | None = None

    @property
    def names(self) -> int | None:
        """The position of the column by which rows are called."""
        return self.table.name_column if self.named_by is None else self.named_by

    def described(self) -> str:
        """The filters in words: `status is running and cost is more than 500`."""
        return " and ".join(item.said for item in self.filters)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a query: the rows it rests on, by position, and the number that was computed, if any.

    `passed` is how many rows passed the filters, `skipped` how many of their cells hold no number that could be
    computed with. `fault` says why nothing was computed.
    """

    query: Query
    rows: tuple[int, ...]
    number: float | None = None
    passed: int = 0
    skipped: int = 0
    fault: Fault | None = None


def filter_of_texts(table: Table, column: int, texts: Sequence[str]) -> Filter:
    """The filter for rows that have one of some texts in a column."""
    ordered = tuple(sorted(dict.fromkeys(texts)))
    name = table.columns[column].name
    said = f"{name} is {' or '.join(ordered)}" if name else " or ".join(ordered)
    return Filter(column, texts=ordered, said=said)
