"""Nothing that trains stands in what measures."""

import pytest

from tests.conftest import SEEDS
from training.data import development, mixture
from training.data.development import Claim, Reading
from training.data.overlap import Measuring, grams, measuring, plain_words, unshared
from training.data.text import Passage

WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen"
KNOWN = Measuring(frozenset(grams(WORDS)), frozenset([plain_words("The sea is calm.")]))


def reading(text: str) -> Reading:
    return Reading("r", "set/T", "Who?", Passage(text))


def test_a_run_of_thirteen_words_is_found_whatever_its_marks() -> None:
    rows = [reading(f"Zero, {WORDS.upper()}."), reading(WORDS.replace("two", "2"))]
    assert unshared(rows, KNOWN) == [rows[1]]


def test_a_claim_that_measures_does_not_train() -> None:
    rows = [Claim("a", "The sea is calm", "Ann says so.", True), Claim("b", "The sea is rough.", "Ann says so.", False)]
    assert unshared(rows, KNOWN) == [rows[1]]


@pytest.mark.skipif(not development.SHARED.exists(), reason=f"the development data is not at {development.SHARED}")
def test_nothing_that_trains_stands_in_what_measures() -> None:
    against = measuring(more=[path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))])
    rows = [row for pool in mixture.pools() for row in pool.rows]
    assert len(rows) > 100_000
    assert unshared(rows, against) == rows
