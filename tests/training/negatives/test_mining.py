"""Mining: of a question's twins the one that takes the reader in, unless it may answer after all."""

import dataclasses

import pytest

from training.data.development import Reading
from training.data.text import Passage
from training.modeling.model import ReaderModel
from training.negatives import mining
from training.negatives.mining import Miner


class Believing(Miner):
    """A miner whose reader is as sure of a row as the row's id says."""

    def logits(self, rows: list[Reading]) -> list[float]:  # type: ignore[override]
        return [float(row.id) for row in rows]


def row(logit: float, kind: str = "question-entity") -> Reading:
    return Reading(str(logit), "towers", "Who built it?", Passage("Boats pass by."), kind)


@pytest.fixture
def eager(small_model: ReaderModel, monkeypatch: pytest.MonkeyPatch) -> Believing:
    monkeypatch.setattr(mining, "EASY", 0.0)
    return Believing(small_model, seed=0)


def test_the_twin_that_the_reader_is_surest_of_is_taken(eager: Believing) -> None:
    offered = [[row(-4), row(2), row(1)], [row(-1)], [row(0), row(-3)]]
    assert [chosen.id for chosen in eager(offered)] == ["2", "-1", "0"]


def test_a_passage_that_may_answer_after_all_is_left_out(eager: Believing) -> None:
    sure = mining.TAKEN_TO_ANSWER + 1
    assert [chosen.id for chosen in eager([[row(sure, "sibling"), row(-2)], [row(sure, "deleted")]])] == ["-2"]
    assert [chosen.id for chosen in eager([[row(sure), row(-2)]])] == [str(sure)]


def test_some_questions_keep_their_first_twin(small_model: ReaderModel) -> None:
    offered = [[row(-4), row(2)] for _ in range(400)]
    chosen = Believing(small_model, seed=0)(offered)
    assert chosen == Believing(small_model, seed=0)(offered)
    assert 0.15 < sum(found.id == "-4" for found in chosen) / len(chosen) < 0.35


def test_how_sure_the_reader_is_depends_on_the_row_alone(small_model: ReaderModel, tower: Reading) -> None:
    miner = Miner(small_model, seed=0)
    short = dataclasses.replace(tower, passage=Passage("Boats pass by."))
    long = dataclasses.replace(tower, question="Who? " * 200)  # its question alone fills the window
    together = miner.logits([tower, long, short])
    assert together[1] == float("-inf")
    assert [together[0], together[2]] == pytest.approx([miner.logits([tower])[0], miner.logits([short])[0]], abs=0.05)
