"""What an index is made of: documents by type, lengths of chunks, growth, room on the disk. Draws nothing."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from rag.reports import DocumentInfo, IndexStats, TypeStats
from rag.storage.catalogue import Catalogue

BIN = 100  # characters: the width of a bar of the chunks' lengths


def statistics(catalogue: Catalogue, folder: Path) -> IndexStats:
    """Figures about the index in a folder, all of one moment."""
    with catalogue.snapshot():
        documents = catalogue.documents()
        lengths = catalogue.chunk_lengths(BIN)
    return IndexStats(
        documents=len(documents),
        characters=sum(info.characters for info in documents),
        chunks=sum(info.chunks for info in documents),
        types=tuple(_types(documents)),
        chunk_lengths=tuple((start, start + BIN, count) for start, count in lengths),
        growth=tuple(_growth(documents)),
        catalogue_bytes=_bytes(folder.glob("catalogue.sqlite3*")),
        vector_bytes=_bytes((folder / "chroma").rglob("*")),
    )


def _types(documents: Iterable[DocumentInfo]) -> list[TypeStats]:
    """Documents by the ending of their source, the most characters first."""
    found: dict[str, list[DocumentInfo]] = {}
    for info in documents:
        found.setdefault(PurePosixPath(info.source).suffix.lower(), []).append(info)
    types = [
        TypeStats(suffix, len(some), sum(info.characters for info in some), sum(info.chunks for info in some))
        for suffix, some in found.items()
    ]
    return sorted(types, key=lambda item: (-item.characters, item.suffix))


def _growth(documents: Iterable[DocumentInfo]) -> list[tuple[str, int]]:
    """The days on which the documents that are there were read in, and how many there were by then."""
    days = sorted(info.added[:10] for info in documents)
    return [(day, count) for count, day in enumerate(days, start=1) if count == len(days) or days[count] != day]


def _bytes(files: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())
