"""A conversation as a file: a JSON list of answers, oldest first. It keeps them; what they mean is read elsewhere."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.answering.follow_ups import turns
from rag.errors import SettingsError


def read_turns(path: Path) -> list[dict[str, Any]]:
    """The turns of a conversation; none when the file is not there. Raises SettingsError for anything else."""
    if not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, list):
            raise SettingsError("It is not a list.")
        turns(found)
    except (OSError, ValueError, SettingsError) as error:
        raise SettingsError(
            f"{path} is not a conversation: {error} Name a new file, or one that --history made."
        ) from None
    return found


def write_turns(path: Path, conversation: Sequence[dict[str, Any]]) -> None:
    """Put a conversation in a file. Raises SettingsError when it cannot be written."""
    try:
        path.write_text(json.dumps(conversation, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}. Name another file.") from error
