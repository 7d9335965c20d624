"""`rag calibrate`: the threshold that fits a person's own documents, from questions of theirs."""

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from rag.assistant import Assistant
from rag.cli import output
from rag.cli.options import IndexOption, JsonOption
from rag.errors import SettingsError
from rag.reader.thresholds import FEWEST, Threshold, Trial, choose
from rag.settings import DEFAULT_INDEX

CASE = '{"question": "…", "answerable": true}'


def calibrate(
    cases: Annotated[Path, typer.Option("--cases", help=f"JSON lines: {CASE}")],
    index: IndexOption = Path(DEFAULT_INDEX),
    refuse: Annotated[
        float, typer.Option(min=0, max=0.5, help="The share of answerable questions that may be refused.")
    ] = 0.1,
    json: JsonOption = False,
) -> None:
    """Choose the confidence to answer from by questions of your own, and say what it promises."""
    asked = read_cases(cases)
    with Assistant.open(index, create=False) as assistant:
        trials = [Trial(assistant.ask(question).confidence, answerable) for question, answerable in asked]
    chosen = choose(trials, refuse=refuse)
    if json:
        output.print_json(chosen.to_dict())
        return
    for line in _lines(chosen):
        output.out.print(line, markup=False, highlight=False)


def read_cases(path: Path) -> list[tuple[str, bool]]:
    """Questions and whether the documents answer them. Raises SettingsError for a file that isn't so."""
    try:
        rows = [jsonlib.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        cases = [(str(row["question"]), row["answerable"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{path} cannot be read as cases ({error!r}). Each line must be like {CASE}") from error
    if not any(answerable for _, answerable in cases):
        raise SettingsError(f"{path} has no answerable question. Add some that your documents answer.")
    return cases


def _lines(chosen: Threshold) -> list[str]:
    lines = [f"Refused: {chosen.refused} of {chosen.answerable} questions that the documents answer."]
    if chosen.unanswerable:
        lines.append(
            f"Answered: {chosen.answered} of {chosen.unanswerable} that they don't; of further ones like these at most "
            f"{chosen.answered_at_most:.0%}, at 90 % confidence."
        )
    if not chosen.enough:
        lines.append(f"That is too few to rely on: give at least {FEWEST} questions of each kind.")
    return [*lines, f"Set it with RAG_THRESHOLD={chosen.threshold:g}"]
