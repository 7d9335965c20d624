"""How near words of a question come to columns and values that are named otherwise, by vectors and by the reader.

`Ask` has the models passed in. Vectors of headers and values are kept as long as the lexicon they belong to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rag.protocols import Encoder
from rag.tables.links import Lexicon
from rag.tables.model import Column

if TYPE_CHECKING:
    from rag.types import Vectors

MOST_VALUES = 40  # distinct texts of a column beyond which none of them is looked for in other words
MOST_READ = 4  # columns that the reader may be asked about, the nearest by their vectors
CLEAR = 0.1  # by how much the nearest column must be nearer than the next for the reader not to be asked

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

    def column_scores(
        self, question: str, phrase: str, lexicon: Lexicon, columns: Sequence[int], row: int
    ) -> dict[int, float]:
        """For each column how likely the question asks for it (0..1).

        `phrase` is what of the question nothing else accounts for. The reader reads a row's cells as examples.
        """
        names = [_called(lexicon.table.columns[column]) for column in columns]
        near = dict(zip(columns, self.nearness(phrase, names), strict=True))
        likeliest = sorted(columns, key=lambda column: (-near[column], column))[:MOST_READ]
        if len(likeliest) > 1 and near[likeliest[0]] - near[likeliest[1]] > CLEAR:
            return {column: max(near[column], 0.0) for column in columns}
        read = {column: self.relevance(question, statement(lexicon, row, column)) for column in likeliest[:2]}
        return {column: max(near[column], 0.0) + 0.2 * read.get(column, 0.0) for column in columns}

    def value_scores(self, words: str, phrase: str, name: str, texts: Sequence[str]) -> list[float]:
        """For each text of a column how near words left over come to it, alone and in their phrase."""
        alone = self.nearness(words, texts)
        within = self.nearness(phrase, [f"{name}: {text}" for text in texts])
        return [(one + other) / 2 for one, other in zip(alone, within, strict=True)]


# What values of a kind are, for columns whose name does not say so. Chosen by similarity on development questions.
_KINDS = {"money": "price", "date": "date", "duration": "time", "percentage": "share", "number": "number"}


def _called(column: Column) -> str:
    """A column's name with the kind of its values, as its vector is made of."""
    return f"{column.name}: {_KINDS[column.kind]}" if column.kind in _KINDS else column.name or "value"


def statement(lexicon: Lexicon, row: int, column: int) -> str:
    """A cell as a statement in words: `Field crew, replaced every: 3 years.`"""
    table = lexicon.table
    name = table.text_at(row, table.name_column) if table.name_column is not None else ""
    header = table.columns[column].name
    says = f"{header}: {table.text_at(row, column)}" if header else table.text_at(row, column)
    return f"{name}, {says[:1].lower()}{says[1:]}." if name and column != table.name_column else f"{says}."
