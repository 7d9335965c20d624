"""A public reading set becomes cases, each asked of its own paragraph."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import cases, reading_sets
from eval.datasets.cases import Case, Span
from eval.datasets.reading_sets import ReadingSet
from eval.errors import CasesError

CONTEXT = "The embargo began in October 1973.\nIt ended in 1974."
ROW = {
    "id": "1",
    "doc_id": "d#0",
    "title": "t",
    "context": CONTEXT,
    "question": "When did it begin?",
    "answerable": True,
}
ANSWERED = ROW | {"answers": ["October 1973", "October 1973", "1973"], "starts": [21, 21, 29]}
UNANSWERED = ROW | {"id": "2", "question": "Why did it begin?", "answers": [], "starts": [], "answerable": False}


def set_of(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "set.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return path


def test_rows_become_cases_that_look_only_in_their_paragraph(tmp_path: Path) -> None:
    found = reading_sets.load(set_of(tmp_path, ANSWERED, UNANSWERED))
    (name,) = found.texts
    gold = ((Span(name, 21, 33, "October 1973"),), (Span(name, 29, 33, "1973"),))
    expected = (
        Case("1", "When did it begin?", "answerable", "test", ("October 1973", "1973"), gold, documents=(name,)),
        Case("2", "Why did it begin?", "unanswerable", documents=(name,)),
    )
    assert found == ReadingSet({name: CONTEXT}, expected)
    assert cases.misfits(expected[0].gold_spans, found.texts) == []


def test_a_set_may_be_unpacked(tmp_path: Path) -> None:
    packed = set_of(tmp_path, ANSWERED)
    plain = tmp_path / "set.jsonl"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    assert reading_sets.load(plain) == reading_sets.load(packed)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_bytes(b"not gzip"), "Not a gzipped file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "Cannot read"),
        (lambda path: path.write_bytes(gzip.compress(b"")), "holds no rows"),
        (lambda path: path.write_bytes(gzip.compress(b"{}\n")), "line 1: id: Field required"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused_in_words(
    spoil: Callable[[Path], object], message: str, tmp_path: Path
) -> None:
    path = set_of(tmp_path, ANSWERED)
    spoil(path)
    with pytest.raises(CasesError) as caught:
        reading_sets.load(path)
    assert message in str(caught.value)
