"""From paths to texts: which files an ingest reads, and the canonical text of each.

The canonical text is the file's own characters: strict UTF-8, a byte order mark dropped, newlines as they are, so that
an offset into it is an offset into what an editor shows. This module writes nothing and splits nothing.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.types import Document

SUFFIXES = frozenset({".txt", ".md"})
IGNORE_FILE = ".citespanignore"
_BOM = "\ufeff"


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The readable files at `paths`, folders searched through, each once, in order of path.

    A file that is named is taken whatever its suffix is, so that it is read or refused by name. In folders, files of
    other kinds, hidden ones and those named in the folder's `.citespanignore` (rules as in .gitignore) are passed over.
    Raises SourceNotFoundError for a path that does not exist, or when there is nothing to read.
    """
    given = list(paths)
    found = {file.resolve() for path in given for file in _files_at(path)}
    if not found:
        names = ", ".join(map(str, given)) or "no path"
        kinds = " or ".join(sorted(SUFFIXES))
        raise SourceNotFoundError(f"Nothing to read in {names}: no file that ends in {kinds}. Name a folder with some.")
    return sorted(found)


def _files_at(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from _files_in(path)
    elif path.exists():
        yield path
    else:
        raise SourceNotFoundError(f"{path} does not exist. Check the spelling; relative paths start at {Path.cwd()}.")


def _files_in(top: Path) -> Iterator[Path]:
    ignored = _ignored(top)
    for folder, subfolders, names in os.walk(top):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in names:
            file = Path(folder, name)
            visible = not name.startswith(".") and file.suffix.lower() in SUFFIXES
            if visible and not ignored.match_file(file.relative_to(top).as_posix()):
                yield file


def _ignored(folder: Path) -> GitIgnoreSpec:
    rules = folder / IGNORE_FILE
    return GitIgnoreSpec.from_lines(_decode(rules, _read(rules)).splitlines() if rules.is_file() else [])


def load(path: Path, *, base: Path) -> Document:
    """The document in a file; its source is the path as seen from `base`.

    Raises UnreadableSourceError naming the file, and the byte where it stops being text.
    """
    if path.suffix.lower() not in SUFFIXES:
        kind = f"files that end in '{path.suffix}'" if path.suffix else "files without an ending"
        raise UnreadableSourceError(f"{path}: {kind} are not read. Convert it to .txt or .md.")
    return make_document(_decode(path, _read(path)), source=source_name(path, base=base))


def make_document(text: str, *, source: str) -> Document:
    """The document of a text, under a name that stays the same from version to version."""
    return Document(
        doc_id=hashlib.sha256(source.encode("utf-8")).hexdigest()[:12],
        source=source,
        version=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        text=text,
    )


def source_name(path: Path, *, base: Path) -> str:
    """How the index calls a file: its path below `base` when it lies there, else the whole path; with `/`."""
    resolved, base = path.resolve(), base.resolve()
    name = resolved.relative_to(base) if resolved.is_relative_to(base) else resolved
    return os.fsencode(name.as_posix()).decode("utf-8", "backslashreplace")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableSourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error


def _decode(path: Path, data: bytes) -> str:
    if (zero := data.find(b"\0")) >= 0:
        raise UnreadableSourceError(
            f"{path} is not text: byte {zero} is zero. If it is UTF-16 or a binary format, save it as UTF-8 text."
        )
    try:
        text = data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise UnreadableSourceError(
            f"{path} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x} ({error.reason}). "
            "Save it as UTF-8 and ingest it again."
        ) from error
    if not text.strip():
        raise UnreadableSourceError(f"{path} is empty. Remove it, or put some text in it.")
    return text
