"""Chunks to vectors, and vectors to their store: while some are written, the texts of the next are embedded.

The encoder runs in a thread of its own; the catalogue is spoken to by the caller's thread alone. A text that was ever
embedded is not embedded again, unless a crash lost it on its way to the disk: one part of the chunks at the most.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from rag.protocols import VectorStore
from rag.storage.catalogue_writer import Journal
from rag.text.chunking import text_hash
from rag.types import Chunk

if TYPE_CHECKING:
    from rag.types import Vectors

Encode = Callable[[Sequence[str]], "Vectors"]
"""From texts, longest first, to their vectors."""

Label = TypeVar("Label")


def write(
    parts: Iterable[tuple[Sequence[Chunk], Label]], *, journal: Journal, store: VectorStore, encode: Encode
) -> Iterator[tuple[Label, int]]:
    """The label of each part of some chunks once its vectors are in the store, and how many texts it took to embed.

    Parts are taken one ahead: what makes them runs while the one before is embedded. What is being embedded when
    something fails is kept all the same.
    """
    before: _Part[Label] | None = None
    part: _Part[Label] | None = None
    with ThreadPoolExecutor(1, "embedding") as background:
        try:
            for chunks, label in parts:
                if before:
                    before.keep(journal)
                part = _Part(chunks, label, journal, encode, background)
                if before:
                    yield before.put(store)
                before = part
            if before:
                before.keep(journal)
                yield before.put(store)
        except BaseException:
            with suppress(Exception):  # that one error is enough
                if part:
                    part.keep(journal)
            raise


class _Part(Generic[Label]):
    """Chunks whose texts are being embedded."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        label: Label,
        journal: Journal,
        encode: Encode,
        background: ThreadPoolExecutor,
    ) -> None:
        self._chunks = chunks
        self._label = label
        texts = {text_hash(chunk.contextual_text): chunk.contextual_text for chunk in chunks}
        self._known = journal.vectors(sorted(texts))
        self._new = sorted(texts.keys() - self._known.keys(), key=lambda hash_: (-len(texts[hash_]), hash_))
        self._encoded: Future[Vectors] | None = None
        if self._new:
            self._encoded = background.submit(encode, [texts[hash_] for hash_ in self._new])

    def keep(self, journal: Journal) -> None:
        """Wait for what is embedded, and put it on disk."""
        if self._encoded:
            vectors = self._encoded.result()
            journal.keep_vectors(self._new, vectors)
            self._known.update(zip(self._new, vectors, strict=True))
            self._encoded = None

    def put(self, store: VectorStore) -> tuple[Label, int]:
        """Write the vectors to the store; the part's label, and how many texts were embedded."""
        if self._chunks:
            store.upsert(
                self._chunks, np.stack([self._known[text_hash(chunk.contextual_text)] for chunk in self._chunks])
            )
        return self._label, len(self._new)
