"""Public reading sets by path: questions, each asked of the whole pipeline with one paragraph to look in.

A set is JSON Lines, gzipped or not, with `id`, `context`, `question`, `answers`, `starts` (code points into the
context) and `answerable`; other keys are passed over. None is bundled.

Each question may look only in its own paragraph, as these sets mean it: elsewhere in the corpus there may be an answer
to a question that its paragraph does not answer.
"""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.cases import Case, Span
from eval.errors import CasesError


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a reading set."""

    id: str
    context: str
    question: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The paragraphs by file name, and the questions, each tied to its paragraph."""

    texts: Mapping[str, str]
    cases: tuple[Case, ...]


def load(path: Path) -> Benchmark:
    """The reading set of a file.

    Raises CasesError when it cannot be read, a row is malformed, or there are no rows.
    """
    rows = _rows(path)
    texts = {_name(row.context): row.context for row in rows}
    return Benchmark(texts, tuple(map(_case, rows)))


def _rows(path: Path) -> tuple[Row, ...]:
    try:
        data = path.read_bytes()
        lines = (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise CasesError(f"Cannot read {path}: {error}. Name a reading set, as in docs/evaluation.md.") from error
    adapter, rows = TypeAdapter(Row), []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(adapter.validate_json(line))
        except ValidationError as error:
            raise CasesError(f"{path}, line {number}: {error.errors()[0]['msg']}. See docs/evaluation.md.") from error
    if not rows:
        raise CasesError(f"{path} holds no questions. A run over nothing proves nothing.")
    return tuple(rows)


def _case(row: Row) -> Case:
    name = _name(row.context)
    places = zip(row.starts, row.answers, strict=False) if row.answerable else ()
    spans = dict.fromkeys(Span(name, start, start + len(answer), answer) for start, answer in places)
    return Case(
        id=row.id,
        question=row.question,
        type="answerable" if row.answerable else "unanswerable",
        answers=tuple(dict.fromkeys(row.answers)) if row.answerable else (),
        gold=tuple((span,) for span in spans),
        documents=(name,),
    )


def _name(context: str) -> str:
    return f"{sha256(context.encode()).hexdigest()[:16]}.txt"
