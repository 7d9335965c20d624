"""Documents that come and go through the page: uploads, one file after the other, and removal. No HTML, no Gradio."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rag import SUFFIXES
from rag.errors import CitespanError
from ui.types import Assistant, Upload

FILES_AT_ONCE = 50
TYPES = tuple(sorted(SUFFIXES))


class Uploads:
    """The documents of one assistant, as visitors change them. Uploaded files are kept beside the index."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    @property
    def folder(self) -> Path:
        """Where uploaded files are kept."""
        return Path(self.assistant.name) / "uploads"

    def add(self, files: Sequence[str]) -> Iterator[tuple[Upload, ...]]:
        """Read files in one by one; every file's state, again each time one changes. A failure stops no other file."""
        states = [self._accepted(Path(file), number) for number, file in enumerate(files)]
        for number, file in enumerate(files):
            if states[number].state == "failed":
                continue
            states[number] = replace(states[number], state="reading")
            yield tuple(states)
            states[number] = self._read(Path(file))
        yield tuple(states)

    def remove(self, doc_id: str) -> str | None:
        """Take a document out, and its file if it was uploaded here; its source, or None if there is no such document.

        Raises IndexLockedError or IndexWriteError.
        """
        found = next((item for item in self.assistant.documents() if item.doc_id == doc_id), None)
        if found is None:  # never passed on as a pattern, which might name others
            return None
        self.assistant.remove([found.doc_id])
        kept = self.folder / Path(found.source).name
        if (self.folder.parent.parent / found.source).resolve() == kept.resolve():
            kept.unlink(missing_ok=True)
        return found.source

    def _accepted(self, file: Path, number: int) -> Upload:
        if file.suffix.lower() not in TYPES:
            return Upload(file.name, "failed", f"no format that is read: {', '.join(TYPES)}")
        if number >= FILES_AT_ONCE:
            return Upload(file.name, "failed", f"only {FILES_AT_ONCE} files can be added at once")
        return Upload(file.name)

    def _read(self, file: Path) -> Upload:
        """What became of a file. One that fails leaves the version of it that was there before."""
        kept, older = self.folder / file.name, None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            older = kept.read_bytes() if kept.exists() else None
            shutil.move(file, kept)
            report = self.assistant.ingest([str(kept)])
        except (CitespanError, OSError) as error:
            return self._failed(kept, older, str(error))
        if report.failed:
            return self._failed(kept, older, report.failed[0].reason)
        gaps = "; ".join(gap for status in report.files for gap in status.gaps)
        told = f"not read: {gaps}" if gaps else ""
        return Upload(file.name, "added" if report.added else "updated" if report.changed else "unchanged", told)

    def _failed(self, kept: Path, older: bytes | None, reason: str) -> Upload:
        """The failure by the file's own name: where uploads are kept means nothing to who uploaded it."""
        kept.unlink(missing_ok=True)
        if older is not None:
            kept.write_bytes(older)
        return Upload(kept.name, "failed", reason.replace(f"{self.folder}{os.sep}", ""))
