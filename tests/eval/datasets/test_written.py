"""Statements that models wrote: each has evidence, the halves share no question; lies are made as the table says."""

from collections import Counter
from pathlib import Path

from eval.datasets import lies, written


def test_rows_have_evidence_and_the_halves_share_no_question(tmp_path: Path) -> None:
    rows = written.load()
    assert all(row.evidence and all(row.evidence) for row in rows)
    assert len({row.id for row in rows}) == len(rows) >= 100
    halves = {split: {row.question for row in rows if row.split == split} for split in ("dev", "test")}
    assert halves["dev"] & halves["test"] == set()
    assert {row.true for row in rows} == {True, False}


def test_rows_about_a_public_set_are_read_where_it_is() -> None:
    data = Path(__file__).parents[4] / "shared" / "data"
    more = written.load(data=data)
    assert len(more) >= len(written.load())
    assert all(row.evidence and all(row.evidence) for row in more)


def test_two_hundred_lies_differ_from_what_they_are_about() -> None:
    told = lies.lies()
    kinds = {"number": 60, "invention": 60, "condition": 40, "roles": 20, "passive roles": 20}
    assert Counter(lie.kind for lie in told) == kinds
    assert all(lie.text != lie.evidence for lie in told)
    assert len(lies.truths()) == 20
