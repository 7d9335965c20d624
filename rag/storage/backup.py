"""An index in one file, and back: the catalogue by SQLite's backup API, whoever reads or writes meanwhile.

Vectors are not in the file a second time: the catalogue keeps one for every text, and Chroma is filled from it. When a
backup is restored, its vectors are written first, then the catalogue is swapped in one transaction, then vectors that
nothing refers to go. Cut off anywhere, the index is the old one or the new one.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from rag.errors import IndexDamagedError, IndexWriteError, NoIndexError
from rag.protocols import VectorStore
from rag.storage.catalogue import Catalogue
from rag.storage.catalogue_writer import Journal
from rag.text.chunking import text_hash

_BATCH = 512  # chunks whose vectors are written together


def backup(catalogue: Catalogue, target: Path) -> None:
    """Write all that a catalogue holds, as of now, to a file; an older one there is replaced once the new is whole.

    Raises IndexWriteError when it cannot be written.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial)) as copy, catalogue.database.errors():
            catalogue.database.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, not three
        os.replace(partial, target)
    except (OSError, sqlite3.Error) as error:
        raise IndexWriteError(f"{target} cannot be written: {error}. Name a place with room.") from error


def restore(catalogue: Catalogue, journal: Journal, vectors: VectorStore, file: Path) -> None:
    """Make an index what it was when a backup was written. For the holder of the writer's lock.

    What is left to do afterwards stands in the outbox. Raises NoIndexError or IndexDamagedError when the file is none.
    """
    with _staged(file, catalogue.database.path.with_name("restore.sqlite3")) as staged:
        same = staged.meta("fingerprint") == catalogue.meta("fingerprint")
        held = vectors.ids() if same else set()
        wanted = staged.ready_ids()
        Journal(staged.database).set_meta({"chroma": vectors.address})  # those of the index it was made of are not ours
        Journal(staged.database).take_over(after=catalogue.generation(), strays=sorted(held - wanted))
        if same:
            journal.doom(sorted(wanted - held))  # should it be cut off before the swap
            _fill(staged, vectors, sorted(wanted - held))
        with catalogue.database.errors():
            staged.database.connection.backup(catalogue.database.connection)
    if not same:
        vectors.reset()
        _fill(catalogue, vectors, sorted(wanted))


@contextmanager
def _staged(file: Path, place: Path) -> Iterator[Catalogue]:
    """A copy of a backup beside the index, to be made ready there; removed afterwards."""
    _remove(place)
    try:
        _copy(file, place)
        staged = Catalogue(place)
        with closing(staged):
            if staged.meta("fingerprint") is None or Journal(staged.database).faults():
                raise IndexDamagedError(f"{file} is damaged, or no backup of an index. Use another one.")
            yield staged
    finally:
        _remove(place)


def _copy(file: Path, place: Path) -> None:
    if not file.is_file():
        raise NoIndexError(f"There is no file {file}. Name one that `rag backup` has written.")
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(place)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        raise IndexDamagedError(f"{file} cannot be read as a backup ({error}). Use another one.") from error


def _remove(place: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        place.with_name(f"{place.name}{ending}").unlink(missing_ok=True)


def _fill(catalogue: Catalogue, vectors: VectorStore, ids: list[str]) -> None:
    """Write the vectors of chunks that a catalogue holds."""
    journal = Journal(catalogue.database)
    for first in range(0, len(ids), _BATCH):
        chunks = list(catalogue.chunks(ids[first : first + _BATCH]).values())
        known = journal.vectors([text_hash(chunk.text) for chunk in chunks])
        vectors.upsert(chunks, np.stack([known[text_hash(chunk.text)] for chunk in chunks]))
