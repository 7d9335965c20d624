"""The signals, the probability made of them, and the calibration's file."""

import json
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models import calibration
from rag.models.calibration import Logistic
from rag.models.registry import READER, calibration_of


def test_a_probability_grows_with_what_weighs_and_never_overflows() -> None:
    model = Logistic({"margin": 1.0}, bias=-1.0)
    assert model({"margin": 1.0, "unused": 3.0}) == 0.5
    assert (model({"margin": 1e6}), model({"margin": -1e6})) == (1.0, 0.0)


def test_signals_of_a_question() -> None:
    values = calibration.question_values(
        "When was the club founded by Ann?", "Ann founded it in 1990.", answerable=99.0, similarity=0.7, alone=-99.0
    )
    assert values == {"answerable": 15.0, "similarity": 0.7, "words": pytest.approx(2 / 3), "alone": -15.0}
    assert tuple(values) == calibration.QUESTION


def test_a_sentence_that_was_not_read_has_the_lowest_margin() -> None:
    assert calibration.sentence_values(None, 0.3) == {"margin": -15.0, "similarity": 0.3}


def test_the_calibration_that_ships_loads_and_refuses_more_the_stricter_it_is() -> None:
    found = calibration.load_calibration(calibration_of(READER))
    assert set(found.sentence.weights) == set(calibration.SENTENCE)
    assert set(found.question.weights) == set(calibration.QUESTION)
    points = [found.strictness[name] for name in ("lenient", "balanced", "strict")]
    for key in ("threshold", "over_refusal", "refusal_recall"):
        assert [point[key] for point in points] == sorted(point[key] for point in points)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"sentence": {"weights": {}, "bias": 0}}), "{"])
def test_what_is_no_calibration_is_refused_with_what_to_do(text: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="Install citespan again"):
        calibration.load_calibration(tmp_path / "c.json")
