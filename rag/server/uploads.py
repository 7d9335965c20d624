"""Uploaded files: kept in the index's folder, below `uploads`, under the names they came with."""

import os
from pathlib import Path

from rag.assistant import Assistant
from rag.errors import IndexWriteError
from rag.loaders import SUFFIXES
from rag.server.jobs import FileOutcome
from rag.server.problems import FORMAT, INVALID, ProblemError

_LONGEST_NAME = 200  # bytes, so that a part can be added to it on every file system


def folder(assistant: Assistant) -> Path:
    """Where an index's uploads are kept."""
    return Path(assistant.name) / "uploads"


def accepted(name: str | None) -> str:
    """The name under which an upload is kept. Raises ProblemError for one that cannot be, and for unread formats."""
    plain = (name or "").replace("\\", "/").rpartition("/")[2]
    fits = 0 < len(plain.encode("utf-8", "replace")) <= _LONGEST_NAME
    if not fits or plain.startswith(".") or not plain.isprintable():
        raise ProblemError(
            INVALID, "An upload needs a file name, of at most 200 bytes, that does not begin with a dot."
        )
    if Path(plain).suffix.lower() not in SUFFIXES:
        raise ProblemError(FORMAT, f"{plain} is of no format that is read: {', '.join(sorted(SUFFIXES))}.")
    return plain


def read_in(assistant: Assistant, name: str, content: bytes) -> FileOutcome:
    """Keep a file and read it in. One that fails leaves the version of it that was there before.

    Raises IndexStateError when the index cannot be written.
    """
    kept = folder(assistant) / name
    older = _replace(kept, content)
    report = assistant.ingest([kept])
    if report.failed:
        _restore(kept, older)
        reason = report.failed[0].reason.replace(f"{kept.parent}{os.sep}", "")
        return FileOutcome(name, "failed", reason=reason)
    gaps = tuple(warning.message for warning in report.warnings)
    source = next(iter((*report.added, *report.changed, *report.unchanged)), "")
    doc_id = next((info.doc_id for info in assistant.documents() if info.source == source), None)
    status = "added" if report.added else "changed" if report.changed else "unchanged"
    return FileOutcome(name, status, doc_id, gaps=gaps)  # type: ignore[arg-type]


def forget(assistant: Assistant, source: str) -> None:
    """Delete the file of a document that was taken out, if it was uploaded here."""
    kept = folder(assistant) / Path(source).name
    if (Path(assistant.name).parent / source).resolve() == kept.resolve():
        kept.unlink(missing_ok=True)


def _replace(kept: Path, content: bytes) -> bytes | None:
    """Write a file; what it held before, if it was there. Raises IndexWriteError."""
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        older = kept.read_bytes() if kept.exists() else None
        kept.write_bytes(content)
    except OSError as error:
        raise IndexWriteError(f"{kept.parent} cannot be written: {error.strerror}. Free space or permit it.") from error
    return older


def _restore(kept: Path, older: bytes | None) -> None:
    if older is None:
        kept.unlink(missing_ok=True)
    else:
        kept.write_bytes(older)
