"""Peers are judged by the offsets they give, on the same questions in turn; what they do not do is a dash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from llama_index.core import MockEmbedding
from llama_index.core.llms import MockLLM

from eval.benchmarks import peers, systems
from eval.benchmarks.peers import Piece, Reply
from eval.datasets import cases
from eval.datasets.cases import Case
from eval.errors import NothingToMeasureError
from eval.reports import tables
from eval.scoring.results import Place
from tests import fakes as rag_fakes
from tests.fakes.evaluation import SEED, SEED_TEXT

pytestmark = pytest.mark.usefixtures("few_resamples")

TEXTS = {SEED.name: SEED_TEXT}
CASES = {case.id: case for case in cases.load_dev()}
ASKED = (CASES["who-01"], CASES["why-01"], CASES["not_stated-01"])


def piece(start: int, end: int, *, offsets: bool = True) -> Piece:
    text = SEED_TEXT[start:end]
    return Piece(SEED.name, text, start, end) if offsets else Piece(SEED.name, text)


@dataclass
class Oracle:
    """Finds the gold of each question, or the start of the text; cites it, or refuses."""

    name: str = "oracle"
    answers: bool = True
    refuses: bool = True
    offsets: bool = True
    log: list[str] = field(default_factory=list)

    def add(self, texts: Mapping[str, str]) -> None:
        self.log.append("add")

    def search(self, question: str) -> Sequence[Piece]:
        self.log.append(self.name)
        gold = self._case(question).gold_spans
        return [piece(span.start, span.end, offsets=self.offsets) for span in gold] or [piece(0, 50)]

    def answer(self, question: str) -> Reply:
        gold = self._case(question).gold
        return Reply(tuple(self.search(question)) if gold else (), refused=not gold)

    def _case(self, question: str) -> Case:
        return next(case for case in ASKED if case.question == question)


def ticking() -> float:
    return float(next(TICKS))


TICKS = count()


def measured(*systems: Oracle) -> tuple[peers.Measured, ...]:
    return peers.compare(systems, ASKED, TEXTS, clock=ticking, progress=lambda done, total: None)


def values(found: peers.Measured) -> dict[str, float]:
    return {name: one.value for name, one in found.metrics.items() if name != "passage_characters"}


def test_a_perfect_system_has_full_marks() -> None:
    (found,) = measured(Oracle())
    assert values(found) == {
        **dict.fromkeys(("hit_at_1", "hit_at_3", "hit_at_6", "mrr", "span_validity"), 1.0),
        **dict.fromkeys(("citation_precision", "citation_recall", "citation_focus", "answers_cited"), 1.0),
        **{"cited_span_validity": 1.0, "refusal_recall": 1.0, "over_refusal": 0.0},
    }
    assert found.times == {"index": 1.0, "search": 1.0, "answer": 1.0}


def test_a_system_that_only_retrieves_is_not_judged_as_one_that_answers() -> None:
    _, found = measured(Oracle(), Oracle("plain", answers=False, refuses=False))
    assert set(values(found)) == {"hit_at_1", "hit_at_3", "hit_at_6", "mrr", "span_validity"}
    assert set(found.times) == {"index", "search"}


def test_text_without_offsets_is_found_for_the_ranking_and_is_no_valid_span() -> None:
    (found,) = measured(Oracle(offsets=False))
    assert found.metrics["mrr"].value == 1.0
    assert found.metrics["cited_span_validity"].value == 0.0


@pytest.mark.parametrize(
    ("shown", "is_valid", "place"),
    [
        (piece(0, 10), True, Place(SEED.name, 0, 10)),
        (Piece(SEED.name, SEED_TEXT[1:11], 0, 10), False, Place(SEED.name, 0, 10)),
        (Piece(SEED.name, SEED_TEXT[20:60] + "\n"), False, Place(SEED.name, 20, 60)),
        (Piece(SEED.name, "nowhere"), False, Place(SEED.name, 0, 0)),
        (Piece("other.txt", "Iran", 0, 4), False, Place("other.txt", 0, 4)),
    ],
)
def test_a_span_is_valid_when_its_text_stands_at_it(shown: Piece, is_valid: bool, place: Place) -> None:
    assert (peers.valid(shown, TEXTS), peers.located(shown, TEXTS)) == (is_valid, place)


def test_no_system_is_always_asked_first() -> None:
    log: list[str] = []
    measured(Oracle("a", answers=False, log=log), Oracle("b", answers=False, log=log))
    assert log == ["add", "add", "a", "b", "a", "b", "b", "a", "a", "b"]


def test_a_comparison_over_nothing_is_an_error() -> None:
    with pytest.raises(NothingToMeasureError):
        peers.compare([Oracle()], [], TEXTS, clock=ticking, progress=lambda done, total: None)


def test_the_table_has_a_dash_for_what_a_system_does_not_do() -> None:
    found = peers.sheet(measured(Oracle(), Oracle("plain", answers=False, refuses=False)), "three questions")
    rows = {row[0]: row[1:] for row in found.rows}
    assert rows["refusal recall"] == ("1.00 (1.00–1.00)", "–")
    assert rows["answer: seconds, times ours"][1] == "–"
    assert "| hit@1 | 1.00 (1.00–1.00) | 1.00 (1.00–1.00) |" in tables.markdown([found])


def test_ours_cites_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    with rag_fakes.assistant(tmp_path / "index", base=tmp_path / "texts") as assistant:
        ours = systems.Citespan(assistant, tmp_path / "texts")
        ours.add(TEXTS)
        shown = [*ours.search(ASKED[0].question), *ours.answer(ASKED[0].question).cited]
    assert shown and all(peers.valid(one, TEXTS) for one in shown)


def test_a_plain_llamaindex_pipeline_is_asked_through_its_own_interface() -> None:
    plain = systems.LlamaIndex(MockEmbedding(embed_dim=8), str.split, MockLLM())
    plain.add(TEXTS)
    found = plain.search(ASKED[0].question)
    assert found and all(peers.valid(one, TEXTS) for one in found)
    cited = plain.answer(ASKED[0].question).cited  # the mock repeats the prompt, and with it the marks in the example
    assert cited and all(one.start is None and one.text in SEED_TEXT for one in cited)


def test_haystack_gives_the_offsets_of_its_parts() -> None:
    pytest.importorskip("haystack", reason="the extra `peers` brings it")
    haystack = systems.Haystack(lambda texts: [[float(len(text)), 1.0] for text in texts])
    haystack.add(TEXTS)
    found = haystack.search(ASKED[0].question)
    assert found and all(peers.valid(one, TEXTS) for one in found)


def test_tables_are_renewed_in_the_page_that_holds_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- peers -->\nold\n<!-- end peers -->\nafter\n", encoding="utf-8")
    tables.write_into(page, "peers", "new\n")
    assert page.read_text(encoding="utf-8") == "before\n<!-- peers -->\nnew\n<!-- end peers -->\nafter\n"
    tables.write_into(tmp_path / "other.md", "peers", "new\n")
    assert (tmp_path / "other.md").read_text(encoding="utf-8") == "<!-- peers -->\nnew\n<!-- end peers -->\n"
