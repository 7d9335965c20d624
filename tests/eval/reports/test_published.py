"""Published figures stand beside ours, each with its source and what differs; a set without any has none."""

from io import StringIO

import pytest
from rich.console import Console

from eval.reports import published, terminal
from eval.reports.published import PUBLISHED, Beside, Figure
from eval.scoring import thresholds
from eval.scoring.statistics import Interval
from eval.scoring.thresholds import Judgement, Verdict

NDCG = Interval(0.7, 300, 0.65, 0.75, 0.02)
JUDGED = Judgement((Verdict("retrieval_ndcg_at_10", NDCG, None, holds=True),), unscored=0)


@pytest.mark.parametrize("figure", [figure for figures in PUBLISHED.values() for figure in figures])
def test_every_figure_is_of_a_metric_we_have_and_says_where_it_is_from(figure: Figure) -> None:
    assert figure.metric in thresholds.MEASURES
    assert 0 < figure.value < 1 and figure.differs and figure.source


def test_a_figure_stands_beside_ours() -> None:
    found = published.beside("scifact", JUDGED)
    assert [(one.figure.system, one.figure.value, one.ours) for one in found][:2] == [
        ("BM25", 0.677, NDCG),
        ("all-MiniLM-L6-v2", 0.645, NDCG),
    ]


@pytest.mark.parametrize("benchmark", ["", "squad2", "unheard-of"])
def test_a_run_without_the_metric_or_the_set_has_none(benchmark: str) -> None:
    assert published.beside(benchmark, JUDGED) == []


def test_the_table_numbers_what_differs() -> None:
    figures = [
        Beside(Figure("A", "retrieval_ndcg_at_10", 0.5, "other queries", "X 2020"), NDCG),
        Beside(Figure("B", "retrieval_ndcg_at_10", 0.6, "other queries", "X 2020"), NDCG),
        Beside(Figure("C", "retrieval_ndcg_at_10", 0.8, "other corpus", "Y 2021"), NDCG),
    ]
    console = Console(width=100, file=StringIO())
    console.print(terminal.published_table(figures), *terminal.published_notes(figures), sep="\n")
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert "retrieval_ndcg_at_10 C 0.800 0.700 0.650–0.750 (2)" in lines
    assert lines[-2:] == ["(1) other queries. Source: X 2020", "(2) other corpus. Source: Y 2021"]
