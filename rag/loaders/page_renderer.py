"""Pages as pictures, for people to look at: a page of a PDF (PDFium) or of an image file (Pillow), as WebP.

A page is rendered in a process of its own, as the file was read: one that crashes or hangs costs one picture. It reads
no text: where words stand on a page is known from the document's layout.
"""

import io
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from rag.errors import UnreadableSourceError

PATIENCE = 20.0  # seconds for one page
WIDEST = 3_000  # pixels
CACHED = 64 * 1024**2  # bytes of pictures kept
_QUALITY = 85


class PagePictures:
    """Renders pages and keeps the pictures looked at last. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def picture(self, path: Path, *, version: str, page: int, width: int) -> bytes:
        """A page of a file as WebP, `width` pixels wide; `version` names the file's content.

        Raises UnreadableSourceError when the page cannot be rendered.
        """
        key = version, page, max(1, min(width, WIDEST))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = _in_a_process(path, page, key[2])
        with self._lock:
            self._kept[key] = picture
            while sum(map(len, self._kept.values())) > CACHED and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return picture


def _in_a_process(path: Path, page: int, width: int) -> bytes:
    command = [sys.executable, "-P", "-m", "rag.loaders.page_renderer", str(path), str(page), str(width)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, env={"PYTHONPATH": _import_path()})
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreadableSourceError(f"Page {page} of {path.name} cannot be shown: {error}.") from error
    if done.returncode or not done.stdout:
        raise UnreadableSourceError(f"Page {page} of {path.name} cannot be shown: its renderer failed.")
    return done.stdout


def _import_path() -> str:
    return os.pathsep.join(place or str(Path.cwd()) for place in sys.path)


def render(path: Path, page: int, width: int) -> bytes:
    """A page (from 1) as WebP, `width` pixels wide. In this process: for `main`."""
    from PIL import Image

    if path.suffix.lower() == ".pdf" or path.open("rb").read(5) == b"%PDF-":
        from pypdfium2 import PdfDocument

        shown = PdfDocument(path)[page - 1]
        image = shown.render(scale=width / shown.get_width(), may_draw_forms=True).to_pil()
    else:
        image = Image.open(path)
        image.seek(page - 1)
        image = image.convert("RGB")
        image.thumbnail((width, 4 * width))
    picture = io.BytesIO()
    image.convert("RGB").save(picture, "WEBP", quality=_QUALITY, method=2)
    return picture.getvalue()


def main() -> None:
    """Write the picture of PATH PAGE WIDTH to standard output."""
    path, page, width = sys.argv[1:]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2 * 1024**3, 2 * 1024**3))
    except (ImportError, ValueError):  # not on Windows, or a lower limit is in force
        pass
    sys.stdout.buffer.write(render(Path(path), int(page), int(width)))


if __name__ == "__main__":
    main()
