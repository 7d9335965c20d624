"""Reading sets: questions, each about one paragraph, asked of the whole pipeline.

A set is JSON Lines with `id`, `context`, `question`, `answers`, `starts` (code points into the context) and
`answerable`. The index holds every paragraph of the set, whatever is asked. A question looks in its own paragraph, as
these sets mean it: elsewhere there may be an answer to what its paragraph does not say. Asked `open`, it looks in all.

The answers are alternatives, but for sets with `long_answers`: there they are sentences that a written answer rests
on together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eval.datasets import jsonl
from eval.datasets.cases import Case, Span


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a reading set."""

    id: str
    context: str
    question: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]
    answerable: bool
    long_answers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """The paragraphs by file name, and the questions."""

    texts: Mapping[str, str]
    cases: tuple[Case, ...]


def load(path: Path, *, open_: bool = False) -> ReadingSet:
    """The reading set of a file.

    Raises CasesError when it cannot be read, a row is malformed, or there are no rows.
    """
    rows = jsonl.rows(path, Row)
    texts = {_name(row.context): row.context for row in rows}
    return ReadingSet(texts, tuple(_case(row, open_) for row in rows))


def _case(row: Row, open_: bool) -> Case:
    name = _name(row.context)
    places = zip(row.starts, row.answers, strict=False) if row.answerable else ()
    spans = tuple(dict.fromkeys(Span(name, start, start + len(answer), answer) for start, answer in places))
    together = row.long_answers is not None
    accepted = row.long_answers if row.long_answers is not None else row.answers
    return Case(
        id=row.id,
        question=row.question,
        type="answerable" if row.answerable else "unanswerable",
        answers=tuple(dict.fromkeys(accepted)) if row.answerable else (),
        gold=((spans,) if together else tuple((span,) for span in spans)) if spans else (),
        documents=() if open_ else (name,),
    )


def _name(context: str) -> str:
    return f"{sha256(context.encode()).hexdigest()[:16]}.txt"
