"""How near words of a question come to columns and values that are named otherwise, by vectors and by the reader.

`Ask` has the models passed in. Vectors of headers and values are kept as long as the lexicon they belong to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rag.protocols import Encoder
from rag.tables.model import Column, Table

if TYPE_CHECKING:
    from rag.types import Vectors

MOST_VALUES = 40  # distinct texts of a column beyond which none of them is looked for in other words
MOST_READ = 4  # columns that the reader may be asked about, the nearest by their vectors
CLEAR = 0.1  # by how much a column must be nearer than the next, or answer better, to be the one that is meant

Relevance = Callable[[str, str], float]
"""(question, statement) in, the probability that the statement answers it out."""


@dataclass(slots=True)
class Sense:
    """Compares meanings for one encoder and one reader. Keeps vectors of short texts."""

    encoder: Encoder
    relevance: Relevance
    _vectors: dict[str, "Vectors"] = field(default_factory=dict)

    def nearness(self, phrase: str, texts: Sequence[str]) -> list[float]:
        """The cosine similarity of a phrase with each of some texts."""
        vectors = self.vectors([phrase, *texts])
        return [float(vectors[0] @ vector) for vector in vectors[1:]]

    def vectors(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of short texts: (n, dimension)."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if unknown:
            if len(self._vectors) > 50_000:
                self._vectors.clear()
                unknown = list(dict.fromkeys(texts))
            self._vectors.update(zip(unknown, self.encoder.encode(unknown), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32)

    def near_columns(self, phrase: str, table: Table, columns: Sequence[int]) -> dict[int, float]:
        """For each column how near its name and the kind of its values come to a phrase (0..1)."""
        near = self.nearness(phrase, [_called(table.columns[column]) for column in columns])
        return {column: max(value, 0.0) for column, value in zip(columns, near, strict=True)}

    def read_columns(self, question: str, table: Table, row: int, columns: Sequence[int]) -> dict[int, float]:
        """For the columns nearest in meaning how well their cells of a row answer, by nearness and as statements."""
        near = self.near_columns(question, table, columns)
        likeliest = sorted(columns, key=lambda column: (-near[column], column))[:MOST_READ]
        return {column: near[column] + self.relevance(question, statement(table, row, column)) for column in likeliest}

    def value_scores(self, words: str, phrase: str, name: str, texts: Sequence[str]) -> list[float]:
        """For each text of a column how near words left over come to it, alone and in their phrase."""
        alone = self.nearness(words, texts)
        within = self.nearness(phrase, [f"{name}: {text}" for text in texts])
        return [(one + other) / 2 for one, other in zip(alone, within, strict=True)]


# What values of a kind are, for columns whose name does not say so. Chosen by similarity on development questions.
_KINDS = {"money": "price", "date": "date", "duration": "time", "percentage": "share", "number": "number"}


def _called(column: Column) -> str:
    """A column's name with the kind of its values, as its vector is made of."""
    kind = "year" if column.years else _KINDS.get(column.kind, "")
    return f"{column.name}: {kind}" if kind else column.name or "value"


def statement(table: Table, row: int, column: int, by: Sequence[int] = ()) -> str:
    """A cell as a statement in words: `Field crew, replaced every: 3 years.`

    `by` are further columns whose cells say which row is meant: `Normal, dripping tap, first visit within: 5 days.`
    """
    header = table.columns[column].name
    names = [table.name_column, *by]
    whose = [_named(table, row, name) for name in dict.fromkeys(names) if name is not None and name != column]
    whose = [text for text in whose if text]
    text = table.text_at(row, column)
    says = f"{header[:1].lower()}{header[1:]}: {text}" if header and whose else f"{header}: {text}" if header else text
    return f"{', '.join([*whose, says])}."


def _named(table: Table, row: int, column: int) -> str:
    """The cell that names a row, after its header where it is only a letter or a number: `Building C`."""
    text, header = table.text_at(row, column), table.columns[column].name
    return f"{header} {text}" if header and (0 < len(text) <= 2 or text.isdigit()) else text
