"""Calibration on made-up observations: what separates gets the weight, thresholds keep their promise."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from rag.models.cross_encoder import Found, SpanModel
from rag.reader.span import Seen
from rag.types import Chunk
from training.calibration import fit, support
from training.calibration.fit import Judged
from training.calibration.pipeline import Asked, Observed
from training.data import squad

TEXT = "Ann ran. Bob sat."
CHUNK = Chunk("c", "d", "a.txt", "v", 0, len(TEXT), TEXT, ())


class Unsure:
    """A `SpanModel` that has no view of a sentence by itself."""

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> list[Found]:
        return [Found(tuple(None for _ in sentences), 0.0) for _, sentences in passages]


MODEL = cast(SpanModel, Unsure())


def observed(number: int, margins: tuple[float, float], answerable: bool) -> Observed:
    """A question whose second sentence is the right one."""
    seen = [
        Seen(CHUNK, 0, 8, 0.5, margins[0], margins[0], (0, 3)),
        Seen(CHUNK, 9, 17, 0.5, margins[1], margins[1], (9, 12)),
    ]
    spans = (("a.txt", 9, 17),) if answerable else ()
    return Observed(Asked(f"{number}", f"g{number % 7}", "Who sat?", spans, ("Bob",) if answerable else ()), seen)


@pytest.fixture
def rows() -> list[Observed]:
    """Sixty questions: the margin of the right sentence is higher, and low where nothing answers."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(60):
        answerable = number % 2 == 0
        base = 3.0 if answerable else -3.0
        found.append(observed(number, (-6.0, base + float(rng.normal())), answerable))
    return found


def test_the_ranking_puts_the_right_sentence_first_and_gives_its_probability(rows: list[Observed]) -> None:
    ranks = fit.ranking(rows)
    right, wrong = (ranks(item.values()) for item in reversed(rows[0].seen))
    assert right > 0.5 > wrong


def test_answerability_is_told_apart_by_models_that_did_not_see_the_question(rows: list[Observed]) -> None:
    judged = fit.judged("made", rows, fit.ranking(rows), MODEL)
    values = fit.crossed(judged)
    found = {one.name: one.value for one in fit.figures(judged, values, 0.5)}
    assert found["all: AUROC"] > 0.95
    assert (found["made: over-refusal"], found["made: refusal recall"]) == pytest.approx((0.0, 1.0), abs=0.1)
    assert found["all: right sentence first"] == 1.0


def test_a_strictness_refuses_no_more_of_the_answerable_than_it_may(rows: list[Observed]) -> None:
    judged = fit.judged("made", rows, fit.ranking(rows), MODEL)
    points = fit.curve(judged, fit.crossed(judged))
    assert {name: point["over_refusal"] <= fit.OVER_REFUSAL[name] for name, point in points.items()} == {
        "lenient": True,
        "balanced": True,
        "strict": True,
    }


def test_calibration_error_is_how_far_confidence_is_from_frequency() -> None:
    assert fit.calibration_error(np.array([0.75, 0.75, 0.05]), np.array([1.0, 0.0, 0.0])) == pytest.approx(
        (2 * 0.25 + 0.05) / 3
    )


def test_the_words_of_a_given_passage_are_scored_as_squad_does(rows: list[Observed]) -> None:
    found = {one.name: one.value for one in fit.given(rows, fit.ranking(rows), MODEL)}
    assert found["F1 of the answerable, never refusing"] == 1.0
    assert found["F1, always refusing"] == 0.5
    assert found["EM, best threshold"] == pytest.approx(1.0, abs=0.05)


def test_the_best_cut_answers_where_answering_gains() -> None:
    scores, gains, refusal = np.array([3.0, 2.0, 1.0]), np.array([1.0, 0.8, 0.0]), np.array([0.0, 0.0, 1.0])
    assert squad.best_cut(scores, gains, refusal) == 2.0


def test_quoting_fewer_sentences_costs_nothing_where_one_answers(rows: list[Observed]) -> None:
    found = {one.name: one.value for one in fit.selection(rows, fit.ranking(rows))}
    assert found["sentence F1 at share 1.0"] == 1.0


def test_sets_weigh_alike() -> None:
    judged = [Judged(name, "g", True, (), True, "", ()) for name in ("a", "b", "b", "b")]
    weights = fit._weights(judged)
    assert weights == [2.0, pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3)]


def test_support_is_fitted_to_what_tells_claims_apart() -> None:
    rows = [
        support.Judged("fm2_dev", {**dict.fromkeys(support.SUPPORT, 1.0), "model": 2.0 if true else -2.0}, true)
        for true in (True, False) * 20
    ]
    fitted = support.support(rows)
    assert fitted(rows[0].values) > 0.5 > fitted(rows[1].values)
