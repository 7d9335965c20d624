"""Shards: a function of seed and number, half unanswerable, answers where their spans say."""

from random import Random

import pytest

from training.data import development
from training.data.development import Reading
from training.data.text import Passage
from training.negatives import twins


def test_a_cropped_row_keeps_its_answer(tower: Reading) -> None:
    for seed in range(30):
        made = twins.cropped(tower, Random(seed), 0)
        assert made.passage.answer_text == "Gustave Eiffel"


def test_a_cropped_unanswerable_row_keeps_the_sentence_nearest_to_its_question(tower: Reading) -> None:
    row = Reading("u", "towers", "Which visitors came to London?", Passage(tower.passage.text))
    assert all("Norway" in twins.cropped(row, Random(seed), 0).passage.text for seed in range(30))


def test_neighbours_hold_the_answer_or_do_not(tower: Reading) -> None:
    document = [tower.passage.text, "Boats pass by.", "Birds fly over it."]
    for seed in range(10):
        held = twins.among_neighbours(tower, document, Random(seed), holds=True)
        assert held.passage.answer_text == "Gustave Eiffel"
        lost = twins.among_neighbours(tower, document, Random(seed), holds=False)
        assert (lost.passage.answer, "Eiffel" in lost.passage.text) == (None, False)


@pytest.mark.skipif(not development.SHARED.is_dir(), reason=f"the development data is not at {development.SHARED}")
def test_no_passage_or_question_is_both_trained_on_and_measured_on() -> None:
    measured = development.reading_rows("dev_reading_squad2_dev")
    trained = [
        row for name in (*development.WIKI, development.BUILT_UNANSWERABLE) for row in development.reading_rows(name)
    ]
    assert not {row.passage.text for row in measured} & {row.passage.text for row in trained}
    assert not {row.question for row in measured} & {row.question for row in trained}


@pytest.mark.skipif(not development.SHARED.is_dir(), reason=f"the development data is not at {development.SHARED}")
def test_a_shard_is_the_same_again_and_about_half_unanswerable() -> None:
    wiki = development.reading_rows("train_reading_squad11_extra")[:300]
    corpus = twins.gathered(wiki, [], [], development.reading_rows(development.BUILT_UNANSWERABLE)[:30])
    rows = twins.shard(corpus, seed=3, number=1)
    assert rows == twins.shard(corpus, seed=3, number=1)
    assert 0.4 < sum(row.passage.answer is None for row in rows) / len(rows) < 0.6
    assert all(row.passage.answer_text for row in rows if row.passage.answer)
