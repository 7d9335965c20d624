"""Which files an ingest reads, how the index calls them, and their bytes.

Folders are searched through without following links to folders, so that no loop can be run into. Reads no format.
"""

import hashlib
import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from rag.errors import SourceNotFoundError, UnreadableSourceError
from rag.loaders import SUFFIXES, not_read
from rag.loaders.decoding import decode
from rag.reports import FileFailure, FilePassedOver
from rag.types import SourceFile

IGNORE_FILE = ".citespanignore"
_MEGABYTE = 1024 * 1024
_SETTLED = 2_000_000_000  # nanoseconds after which a change to a file shows in its time, on any file system


@dataclass(frozen=True, slots=True)
class Found:
    """Files to read, in order of path, folders that could not be looked into, and files of kinds that are not read."""

    files: list[Path] = field(default_factory=list)
    closed: dict[Path, FileFailure] = field(default_factory=dict)
    passed_over: tuple[FilePassedOver, ...] = ()

    def covers(self, source: str) -> bool:
        """Whether it was possible to see if the file of that name is there."""
        return not any(lies_below(source, failure.source) for failure in self.closed.values())


def find_files(paths: Iterable[Path], *, base: Path) -> Found:
    """The readable files at `paths`, folders searched through, each once, in order of path.

    A file that is named is taken whatever its suffix is, so that it is read or refused by name. In folders, files of
    other kinds are skipped and listed; hidden ones and those that a `.citespanignore` names (rules as in
    .gitignore, for the folder it is in and below) are as if they were not there. Raises SourceNotFoundError for a path
    that does not exist.
    """
    files: set[Path] = set()
    others: set[Path] = set()
    closed: dict[Path, FileFailure] = {}
    for path in paths:
        if path.is_dir():
            for file in _files_in(path, base, closed):
                (files if file.suffix.lower() in SUFFIXES else others).add(absolute(file))
        elif os.path.lexists(path):
            files.add(absolute(path))
        else:
            raise SourceNotFoundError(
                f"{path} does not exist. Check the spelling; relative paths start at {Path.cwd()}."
            )
    passed_over = tuple(
        FilePassedOver(source_name(path, base=base), not_read(path.suffix) or "") for path in sorted(others - files)
    )
    return Found(sorted(files), closed, passed_over)


def nothing_to_read(paths: Iterable[Path], found: Found) -> SourceNotFoundError:
    """What to say when there is no file to read at `paths`."""
    names = ", ".join(map(str, paths)) or "no path"
    kinds = ", ".join(sorted(SUFFIXES))
    other = ", ".join(f"{count} {suffix or 'without an ending'}" for suffix, count in by_ending(found.passed_over))
    there = f" There are: {other}." if other else ""
    return SourceNotFoundError(
        f"Nothing to read in {names}: no file that ends in {kinds}.{there} Name a folder with some."
    )


def by_ending(passed_over: Iterable[FilePassedOver]) -> list[tuple[str, int]]:
    """How many files of each ending were skipped, most first."""
    counts = Counter(Path(item.source).suffix.lower() for item in passed_over)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def lies_below(source: str, folder: str) -> bool:
    """Whether a file of that name is in a folder, or is it; both as `source_name` has them."""
    if folder == ".":  # the folder that sources are named by
        return not Path(source).is_absolute()
    return source == folder or source.startswith(f"{folder.rstrip('/')}/")


def absolute(path: Path) -> Path:
    """The whole path of a file, links followed where they lead somewhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return path.absolute()


def source_name(path: Path, *, base: Path) -> str:
    """How the index calls a file: its path below `base` when it lies there, else the whole path; with `/`.

    Both are whole paths, as `absolute` gives them.
    """
    name = path.relative_to(base) if path.is_relative_to(base) else path
    return os.fsencode(name.as_posix()).decode("utf-8", "backslashreplace")


def look_at(path: Path, *, source: str, megabytes: int, loader: str) -> SourceFile:
    """A file as it stands in its folder, unread; `loader` is what would read it.

    Raises UnreadableSourceError for one that is not to be read.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableSourceError(f"{path} is not a file but a pipe, device or folder. Name files and folders.")
    if found.st_size > megabytes * _MEGABYTE:
        raise UnreadableSourceError(
            f"{path} has {found.st_size / _MEGABYTE:,.0f} MB; {megabytes} are the most. Split it, or set "
            "RAG_FILE_MEGABYTES higher."
        )
    if not found.st_size:
        raise UnreadableSourceError(f"{path} is empty. Remove it, or put some text in it.")
    return SourceFile(source, found.st_size, found.st_mtime_ns, loader=loader, noted=time.time_ns())


def is_same(known: SourceFile | None, now: SourceFile) -> bool:
    """Whether a file is as it was, by its size and time; a time so fresh that a change may not show is not believed."""
    if known is None or known.modified > known.noted - _SETTLED:
        return False
    return (known.size, known.modified, known.loader) == (now.size, now.modified, now.loader)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises UnreadableSourceError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def bytes_hash(data: bytes) -> str:
    """The sha256 (hex) of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def _unreadable(path: Path, error: OSError) -> UnreadableSourceError:
    return UnreadableSourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.")


def _files_in(top: Path, base: Path, closed: dict[Path, FileFailure]) -> Iterator[Path]:
    def shut(error: OSError) -> None:
        folder = absolute(Path(error.filename))
        closed[folder] = FileFailure(source_name(folder, base=base), str(_unreadable(folder, error)))

    rules: dict[Path, GitIgnoreSpec] = {}
    for name, subfolders, names in os.walk(top, onerror=shut):
        folder = Path(name)
        if IGNORE_FILE in names:
            rules[folder] = _rules(folder / IGNORE_FILE)
        above = [(place, spec) for place, spec in rules.items() if folder.is_relative_to(place)]
        subfolders[:] = sorted(part for part in subfolders if not _is_ignored(above, folder / part, "/"))
        for part in names:
            if not _is_ignored(above, folder / part, ""):
                yield folder / part


def _is_ignored(rules: list[tuple[Path, GitIgnoreSpec]], path: Path, mark: str) -> bool:
    hidden = path.name.startswith(".")
    return hidden or any(spec.match_file(f"{path.relative_to(place).as_posix()}{mark}") for place, spec in rules)


def _rules(path: Path) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(decode(path, read_bytes(path)).text.splitlines())
