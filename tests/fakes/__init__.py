"""Deterministic stand-ins: an encoder that hashes words, and assistants built on it. No model, no network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.answering.question_kinds import Kinds
from rag.assistant import Assistant
from rag.generation.extractive import Extractive
from rag.ingestion.index import Index
from rag.settings import load_settings
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.storage.chroma_client import ChromaFolder
from rag.storage.vector_store import ChromaVectors
from rag.text.english.tokens import content_words
from rag.types import Chunk, ContextSpan, Draft, Evidence, Sentence

if TYPE_CHECKING:
    from rag.answering.question_kinds import QuestionKind
    from rag.protocols import Generator
    from rag.types import Progress, Reading, Vectors

DIMENSION = 64


class WordEncoder:
    """An `Encoder` whose vectors are sums of pseudo-random ones, a word each; it remembers what it embedded."""

    dimension = DIMENSION

    def __init__(self, name: str = "words") -> None:
        self.fingerprint = f"fake:{name}"
        self.embedded: list[str] = []

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Runs of letters and digits, and every other character that is not white space."""
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        self.embedded.extend(texts)
        if progress:
            progress(len(texts), len(texts))
        rows = [np.sum(self._vectors(text), axis=0) for text in texts]
        return _unit(np.array(rows, dtype=np.float32).reshape(-1, DIMENSION))

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        return [_unit(np.array(self._vectors(text), dtype=np.float32)) for text in texts]

    def _vectors(self, text: str) -> list[Vectors]:
        return [_vector(word) for word in content_words(text)] or [_vector("")]


class Parrot:
    """A `Generator` that says what it was given, each with the best sentence as its evidence, or some others."""

    name = "parrot"

    def __init__(self, *texts: str, evidence: slice = slice(0, 1)) -> None:
        self.texts = texts
        self.evidence = evidence

    def generate(self, question: str, reading: Reading) -> list[Draft]:
        cited: tuple[Evidence, ...] = reading.evidence[self.evidence]
        return [Draft(text, cited) for text in self.texts]


def assistant(
    folder: Path,
    encoder: WordEncoder | None = None,
    *,
    generator: Generator | None = None,
    base: Path | None = None,
    kinds: Mapping[str, QuestionKind] | None = None,
) -> Assistant:
    """An assistant over an index in `folder`, put together as `Assistant.open` does, but with a fake encoder.

    Every question is one for a fact, but those that `kinds` tells the kind of.
    """
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(folder / "catalogue.sqlite3")
    index = Index(
        folder=folder,
        base=base or folder.parent,
        chunk_wordpieces=60,
        catalogue=catalogue,
        journal=Journal(catalogue.database),
        vectors=vectors_in(folder / "chroma"),
        unchecked_encoder=encoder or WordEncoder(),
    )
    index.settle()
    found = Assistant(index, load_settings(reader="similarity"), generator or Extractive())
    found._answerer = replace(found._answerer, classifier=ToldKinds(kinds or {}))
    return found


class ToldKinds:
    """A `KindClassifier` that knows some questions, and takes the others for facts."""

    def __init__(self, kinds: Mapping[str, QuestionKind]) -> None:
        self.kinds = kinds

    def __call__(self, question: str, vector: Vectors) -> Kinds:
        return Kinds({self.kinds.get(question, "fact"): 1.0})


def evidence_of(text: str, *, context: tuple[ContextSpan, ...] = ()) -> Evidence:
    """A sentence as evidence: the whole of a document of its own."""
    version = hashlib.sha256(text.encode()).hexdigest()
    whole = (Sentence(0, len(text)),)
    chunk = Chunk(f"chunk-{version[:8]}", version[:8], f"{version[:8]}.txt", version, 0, len(text), text, whole)
    return Evidence(chunk, 0, len(text), 0.5, context)


def vectors_in(folder: Path) -> ChromaVectors:
    """A vector store in a folder."""
    home = ChromaFolder(folder)
    return ChromaVectors(lambda: home)


def _vector(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
