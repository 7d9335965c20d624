"""A folder watched for changes, by the operating system's own notices (watchfiles). Reads and writes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from rag.ingestion.discovery import absolute


def changes(roots: Sequence[Path], *, beside: Path, stop: Event | None = None) -> Iterator[None]:
    """Once for every burst of changes below `roots`, until `stop` is set or Ctrl+C is pressed.

    What happens in the folder `beside`, which the index is in, does not count: else each ingest would cause the next.
    """
    from watchfiles import Change, watch

    def counts(_: Change, path: str) -> bool:
        return not Path(path).is_relative_to(beside)

    for _ in watch(*map(absolute, roots), watch_filter=counts, stop_event=stop, raise_interrupt=False):
        yield
