"""What a loader hands over, and the archives that some formats are. Knows no format."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from rag.errors import UnreadableSourceError
from rag.types import Block, Place

UNPACKED = 512 * 1024 * 1024  # bytes: an archive that says it unpacks to more is refused
MEMBERS = 20_000
ROW_CHARACTERS = 1_000_000  # a longer row, or one field of it, is no row but a broken file


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within a file: its name, or its type where it has none, and its bytes. `suffix` tells its format."""

    name: str
    data: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class Content:
    """The canonical text of a file, and what is known of where it stood.

    `places` are where pages or rows begin, in order; `encoding` is empty for formats that carry their own. `layout`
    is packed by `rag.text.page_layout`. `blocks` are in order and never overlap. `gaps` say, for
    people, what of the file could not be read. `attachments` are read by their own loaders and put after the text.
    """

    text: str
    places: tuple[Place, ...] = ()
    encoding: str = ""
    layout: bytes = b""
    gaps: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def open_archive(path: Path, data: bytes) -> ZipFile:
    """The zip archive in `data`, if it is one and unpacks to a size that is sane.

    The sizes it declares can be relied on: `zipfile` reads no further. Raises UnreadableSourceError.
    """
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableSourceError(
            f"{path} is damaged: it is no readable zip archive ({error}). Save it again from the program it came from."
        ) from error
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if size > UNPACKED or len(members) > MEMBERS:
        raise UnreadableSourceError(
            f"{path} unpacks to {size:,} bytes in {len(members):,} parts, more than the {UNPACKED:,} bytes and "
            f"{MEMBERS:,} parts that are read: it may be a zip bomb. Save what you need of it as text."
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableSourceError(f"{path} is encrypted. Save a copy without a password and ingest that.")
    return archive
