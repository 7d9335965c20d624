"""The Protocols of the parts that can be swapped, one per role. `rag.types` has the values that travel between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rag.types import Chunk, Draft, Note, Passage, Progress, Ranked, Reading

if TYPE_CHECKING:
    from rag.types import Vectors


class Encoder(Protocol):
    """Turns texts into vectors of unit length."""

    @property
    def fingerprint(self) -> str:
        """Names the weights: two encoders with one fingerprint make the same vectors."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """The (start, end) offsets of a text's wordpieces, without special tokens."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Vectors of the texts, in their order: (n, dimension) float32, rows of unit length."""

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """For each text its wordpieces' vectors: (wordpieces, dimension) float32, rows of unit length."""


class Reader(Protocol):
    """Finds in passages what answers a question, and knows when nothing does."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The least confidence to answer with, by strictness."""

    def read(self, question: str, passages: Sequence[Passage], encoder: Encoder) -> Reading:
        """Every sentence of the passages, best first, and how likely it is that they answer. Deterministic.

        `encoder` is the one the index was made with.
        """

    def relevance(self, question: str, statement: str) -> float:
        """How likely it is that a statement, read by itself, answers the question, 0..1; 1 if it cannot tell."""

    def load(self) -> None:
        """Load what it reads with now, instead of with the first question. Raises ModelError."""


@runtime_checkable
class Generator(Protocol):
    """Writes statements from evidence. It names evidence by its place in the list and never writes an offset."""

    @property
    def name(self) -> str:
        """How the answer names it."""

    def generate(self, question: str, reading: Reading) -> Iterable[Draft | Note | None]:
        """Statements to be verified, in the order they are to be shown, and notes on how they came about.

        None stands for a step that brought neither; whoever waits can stop there. An iterator is closed when nobody
        waits any more.
        """


class Verifier(Protocol):
    """Judges statements by what they cite."""

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How well the evidence supports the statement, 0..1; at most 0 when there is no evidence."""


@runtime_checkable
class Contradicts(Protocol):
    """A `Verifier` that tells what is contradicted from what is merely not said."""

    def contradicts(self, statement: str, evidence: Sequence[str]) -> bool | None:
        """Whether the evidence speaks against the statement; None when it cannot tell."""


class VectorStore(Protocol):
    """Holds one vector a chunk, under the chunk's id."""

    @property
    def url(self) -> str:
        """The server's URL; `local` for a store in the index's folder."""

    @property
    def address(self) -> str:
        """What the index remembers, so that it finds its vectors again."""

    def upsert(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Write vectors, (n, dimension) float32; an id that is there is replaced."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors; ids that are not there are skipped."""

    def search(self, vector: Vectors, *, limit: int, doc_ids: Sequence[str] | None = None) -> list[Ranked]:
        """The nearest chunks by cosine similarity, best first, over some documents or all."""

    def count(self) -> int:
        """The number of vectors held."""

    def ids(self) -> set[str]:
        """The id of every vector held."""

    def reset(self) -> None:
        """Drop every vector, also from files that cannot be read."""

    def probe(self) -> str | None:
        """What is wrong with the files, found out without risk to this process; None for nothing."""

    def refresh(self) -> None:
        """See what other processes have written since the last call."""

    def close(self) -> None:
        """Let go of files."""
