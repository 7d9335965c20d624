"""A cell is found in every form of its table, and a lookup that isn't there has no answer."""

from random import Random

import pytest

from training.data import tables
from training.data.tables import Asked, Form, Table

PUMPS = Table(
    ("Name", "Site", "Flow"),
    (("Heron", "Marlow", "12 l/s"), ("Egret", "Oden", "9 l/s"), ("Bittern", "Marlow", "7 l/s")),
)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("grid", "Name | Site | Flow\nHeron | Marlow | 12 l/s\nEgret | Oden | 9 l/s"),
        ("fields", "Name: Heron | Site: Marlow | Flow: 12 l/s\nName: Egret | Site: Oden | Flow: 9 l/s"),
        ("bare", "Heron | Marlow | 12 l/s\nEgret | Oden | 9 l/s"),
    ],
)
def test_the_span_is_the_cell(form: Form, text: str) -> None:
    made, span = tables.rendered(PUMPS, [0, 1], form, cell=(1, 2))
    assert made == text
    assert span is not None
    assert made[span.start : span.end] == "9 l/s"


def test_a_row_that_is_not_shown_has_no_span() -> None:
    assert tables.rendered(PUMPS, [0, 1], "grid", cell=(2, 2))[1] is None


def test_a_row_is_named_by_a_whole_cell_of_it() -> None:
    asked = Asked("q", "What is the flow of Heron?", PUMPS, 0, 2)
    assert [tables._named(asked, row) for row in range(3)] == [True, False, False]


def test_lookups_answer_with_the_cell_or_not_at_all() -> None:
    for seed in range(60):
        made = tables._lookup(PUMPS, 0, 2, Random(seed), [PUMPS, Table(("Colour", "Year"), ())])
        assert made.passage.answer_text in ("12 l/s", "")
        if "Heron" not in made.passage.text or "flow" not in made.question.lower():
            assert made.passage.answer is None
