"""Other systems and ours on the same questions, with the same encoder, on this machine, in one run.

A peer is asked for evidence through its own public interface and judged by the offsets it gives. Where it gives none,
its text is looked for in the document and the first place is taken: charitable to its ranking, while its span validity
says that there was no offset. Questions are put to all systems in turn, so that a busy machine slows all of them.

Each system reads as many passages of about the same length. This module measures; `eval.benchmarks.systems` knows the
systems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from eval.datasets.cases import Case
from eval.errors import NothingToMeasureError
from eval.reports.tables import Sheet, with_interval
from eval.runner.run import Clock
from eval.scoring import metrics, statistics
from eval.scoring.results import Place
from eval.scoring.statistics import Interval
from rag.types import Progress

OURS = "Citespan"
DEPTH = 6  # passages: what Citespan reads
METRICS = {
    "hit_at_1": "hit@1",
    "hit_at_3": "hit@3",
    f"hit_at_{DEPTH}": f"hit@{DEPTH}",
    "mrr": "MRR",
    "span_validity": "span validity",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "citation_focus": "citation focus",
    "answers_cited": "answers with a citation",
    "cited_span_validity": "span validity of citations",
    "refusal_recall": "refusal recall",
    "over_refusal": "over-refusal",
}
NOTES = (
    "hit@k and MRR: gold spans among the passages, by the offsets that a system gives or, where it gives none, by where"
    " its text first stands.",
    "Span validity: the share of passages, or of citations, whose offsets were given and hold exactly that text.",
    "A refusal is of the whole question: one of two parts that is answered in part counts as answered.",
    "Speed: the median over questions, and the median of how many times as long as Citespan each took.",
    "A dash: it does not do that.",
)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence as a system shows it; a system that gives no offsets leaves them out."""

    source: str
    text: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system answered: the pieces it cites, and whether it refused."""

    cited: tuple[Piece, ...]
    refused: bool


class System(Protocol):
    """A system over an index of its own. Those that only retrieve have `answers` false."""

    @property
    def name(self) -> str:
        """How the table calls it."""

    @property
    def answers(self) -> bool:
        """Whether `answer` may be called."""

    @property
    def refuses(self) -> bool:
        """Whether it has a way to refuse."""

    def add(self, texts: Mapping[str, str]) -> None:
        """Index texts by source name."""

    def search(self, question: str) -> Sequence[Piece]:
        """The passages it would read, best first."""

    def answer(self, question: str) -> Reply:
        """Its answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one system did with one question, and the seconds that took."""

    case: Case
    passages: tuple[Piece, ...]
    search_seconds: float
    reply: Reply | None
    answer_seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One system over all questions: each metric with its interval, where it can be measured, and seconds.

    `times` are the medians over questions of how many times longer than Citespan it took: 2 is half as fast.
    """

    name: str
    metrics: Mapping[str, Interval]
    seconds: Mapping[str, float]
    times: Mapping[str, float]


def compare(
    systems: Sequence[System], cases: Sequence[Case], texts: Mapping[str, str], *, clock: Clock, progress: Progress
) -> tuple[Measured, ...]:
    """Every system on every case, in turn; the first system is the one that the others' times are relative to.

    Raises NothingToMeasureError when there are no cases.
    """
    if not cases:
        raise NothingToMeasureError("a comparison over no questions")
    indexing = [_timed(clock, lambda system=system: system.add(texts))[1] for system in systems]  # type: ignore[misc]
    for system in systems:
        _ask(system, cases[0], clock)  # models load with the first question, which is not what is compared
    asked: list[list[Asked]] = [[] for _ in systems]
    for number, case in enumerate(cases):
        for turn in range(len(systems)):
            at = (number + turn) % len(systems)  # nobody is always first
            asked[at].append(_ask(systems[at], case, clock))
        progress(number + 1, len(cases))
    pairs = zip(systems, asked, indexing, strict=True)
    return tuple(_measured(system, found, seconds, asked[0], indexing[0], texts) for system, found, seconds in pairs)


def valid(piece: Piece, texts: Mapping[str, str]) -> bool:
    """Whether a piece's offsets are given and its text stands at them."""
    if piece.start is None or piece.end is None:
        return False
    return bool(piece.text) and texts.get(piece.source, "")[piece.start : piece.end] == piece.text


def located(piece: Piece, texts: Mapping[str, str]) -> Place:
    """Where a piece is: at the offsets it gives, else at the first place where its text stands, else nowhere."""
    if piece.start is not None and piece.end is not None:
        return Place(piece.source, piece.start, piece.end)
    text = piece.text.strip()
    start = texts.get(piece.source, "").find(text)
    return Place(piece.source, max(start, 0), start + len(text) if start >= 0 else 0)


def _ask(system: System, case: Case, clock: Clock) -> Asked:
    passages, search_seconds = _timed(clock, lambda: tuple(system.search(case.question))[:DEPTH])
    reply, answer_seconds = _timed(clock, lambda: system.answer(case.question) if system.answers else None)
    return Asked(case, passages, search_seconds, reply, answer_seconds)


def _timed(clock: Clock, work: Callable[[], Result]) -> tuple[Result, float]:
    started = clock()
    return work(), clock() - started


def _measured(
    system: System,
    asked: Sequence[Asked],
    indexing: float,
    ours: Sequence[Asked],
    our_indexing: float,
    texts: Mapping[str, str],
) -> Measured:
    values = _values(system, asked, texts)
    seconds = {"index": indexing, "search": statistics.percentile([one.search_seconds for one in asked], 50)}
    ratios = [one.search_seconds / our.search_seconds for one, our in zip(asked, ours, strict=True)]
    times = {"index": indexing / our_indexing, "search": statistics.percentile(ratios, 50)}
    if system.answers:
        seconds["answer"] = statistics.percentile([one.answer_seconds for one in asked], 50)
        ratios = [one.answer_seconds / our.answer_seconds for one, our in zip(asked, ours, strict=True)]
        times["answer"] = statistics.percentile(ratios, 50)
    measured = {name: statistics.mean_interval(found) for name, found in values.items() if found}
    return Measured(system.name, measured, seconds, times)


def _values(system: System, asked: Sequence[Asked], texts: Mapping[str, str]) -> dict[str, list[float]]:
    """For each metric its value for every question (or piece) that it is over."""
    with_gold = [one for one in asked if one.case.gold]
    ranked = [
        metrics.relevance([located(piece, texts) for piece in one.passages], one.case.gold_spans) for one in with_gold
    ]
    replies = [(one.case, one.reply) for one in asked if one.reply]
    return {
        **{f"hit_at_{k}": [metrics.hit_at(k, relevant) for relevant in ranked] for k in (1, 3, DEPTH)},
        "mrr": [metrics.reciprocal_rank(relevant) for relevant in ranked],
        "span_validity": [float(valid(piece, texts)) for one in asked for piece in one.passages],
        "passage_characters": [float(len(piece.text)) for one in asked for piece in one.passages],
        **_of_answers(replies, texts),
        **(_of_refusals(replies) if system.refuses else {}),
    }


def _of_answers(replies: Sequence[tuple[Case, Reply]], texts: Mapping[str, str]) -> dict[str, list[float]]:
    answered = [(case, [located(one, texts) for one in reply.cited]) for case, reply in replies if not reply.refused]
    about = [(case, cited) for case, cited in answered if case.gold]
    return {
        "citation_precision": [metrics.citation_precision(cited, case.gold_spans) for case, cited in about],
        "citation_recall": [metrics.citation_recall(cited, case.gold) for case, cited in about],
        "citation_focus": [
            metrics.citation_focus(cited, case.gold_spans) for case, cited in about if _characters(cited)
        ],
        "answers_cited": [float(bool(cited)) for _, cited in answered],
        "cited_span_validity": [float(valid(piece, texts)) for _, reply in replies for piece in reply.cited],
    }


def _characters(cited: Sequence[Place]) -> int:
    return sum(one.end - one.start for one in cited)


def _of_refusals(replies: Sequence[tuple[Case, Reply]]) -> dict[str, list[float]]:
    return {
        "refusal_recall": [float(reply.refused) for case, reply in replies if not case.answerable],
        "over_refusal": [float(reply.refused) for case, reply in replies if case.answerable],
    }


def sheet(found: Sequence[Measured], about: str) -> Sheet:
    """What was measured, a row a metric and a column a system."""
    rows = [
        (label, *(with_interval(one.metrics.get(name)) for one in found))
        for name, label in METRICS.items()
        if any(name in one.metrics for one in found)
    ]
    characters = [f"{one.metrics['passage_characters'].value:,.0f}" for one in found]
    speed = [(f"{what}: seconds, times ours", *(_speed(one, what) for one in found)) for what in found[0].seconds]
    columns = ("metric", *(one.name for one in found))
    return Sheet(f"Peers: {about}", columns, (*rows, ("characters a passage", *characters), *speed), NOTES)


def _speed(one: Measured, what: str) -> str:
    return f"{one.seconds[what]:.3f}, {one.times[what]:.2f}×" if what in one.seconds else "–"
