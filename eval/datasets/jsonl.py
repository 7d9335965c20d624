"""Public sets as files: JSON Lines, gzipped or not, and seeded samples of them. It knows none of the sets."""

import gzip
import random
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from eval.errors import GUIDE, CasesError

SEED = 20260101  # any fixed number: the same limit draws the same sample

Row = TypeVar("Row")
Item = TypeVar("Item")


def rows(path: Path, row: type[Row]) -> tuple[Row, ...]:
    """The rows of a file as values of a dataclass, in order; keys it has no field for are skipped.

    Raises CasesError when the file cannot be read, a row is malformed, or there are none.
    """
    adapter, found = TypeAdapter(row), []
    for number, line in enumerate(lines(path), start=1):
        try:
            found.append(adapter.validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the row"
            raise CasesError(f"{path}, line {number}: {where}: {first['msg']}. See {GUIDE}.") from error
    if not found:
        raise CasesError(f"{path} holds no rows. A run over nothing proves nothing.")
    return tuple(found)


def lines(path: Path) -> list[bytes]:
    """The lines of a file, unpacked where its name ends in `.gz`. Raises CasesError when it cannot be read."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise CasesError(f"Cannot read {path}: {error}. Name a public set, as in docs/how-to/evaluation.md.") from error


def sample(items: Sequence[Item], limit: int | None) -> tuple[Item, ...]:
    """At most `limit` items drawn at random without replacement, in their order; always the same ones."""
    if limit is None or limit >= len(items):
        return tuple(items)
    drawn = random.Random(SEED).sample(range(len(items)), limit)
    return tuple(items[position] for position in sorted(drawn))
