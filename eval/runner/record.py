"""A judged run as one JSON file, and back: what `--json` writes, and what `--compare` and the HTML report read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from eval.errors import RunFileError
from eval.runner.run import Run
from eval.scoring.thresholds import Judgement

FORMAT: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A run and how it was judged. `format` changes when an older reader could no longer read it."""

    run: Run
    judgement: Judgement
    passed: bool
    format: Literal[1] = FORMAT


def recorded(run: Run, judgement: Judgement) -> Record:
    """The record of a run."""
    return Record(run, judgement, judgement.passed)


def dumps(record: Record) -> str:
    """The record as JSON."""
    return TypeAdapter(Record).dump_json(record, indent=2).decode() + "\n"


def load(path: Path) -> Record:
    """The record a file holds.

    Raises RunFileError when it cannot be read or is no record of a run.
    """
    try:
        return TypeAdapter(Record).validate_json(path.read_bytes())
    except OSError as error:
        raise RunFileError(
            f"Cannot read {path}: {error.strerror}. Write one with `python -m eval --json FILE`."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunFileError(
            f"{path} is no record of a run: {where}: {first['msg']}. Write it again with --json."
        ) from error
