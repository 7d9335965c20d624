"""Generators side by side: what each answers rightly, what it writes that nobody is shown, how long one waits for it.

All answer the same questions over one index, each question in turn, so that a busy machine slows all of them. The first
is what the others are compared with. Nothing here says whether a statement that was shown is true: that is for a person
to read, in the file that `--json` writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.datasets.cases import Case
from eval.errors import NothingToMeasureError
from eval.reports.tables import Sheet, with_interval
from eval.runner.run import Clock, Passage, Subject, ask
from eval.scoring import metrics, statistics
from eval.scoring.results import Observed, Outcome, Scored, Unscored
from rag import AnswerDone, Document, DocumentInfo, EvidenceFound, StatementVerified
from rag.types import Progress

TEXT_F1 = "text_f1"
METRICS = {
    "answered_right": "answered right: all that the answer needs is cited",
    TEXT_F1: "F1 of the whole answer",
    "answer_recall": "share of an accepted answer's words that it says",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "statement_support": "statements with a right citation",
    "citation_focus": "citation focus",
    "refusal_recall": "refusal recall",
    "over_refusal": "over-refusal",
    "span_validity": "span validity",
}
COMPARED = ("answered_right", TEXT_F1, "citation_precision", "citation_recall")
WAITS = ("first evidence", "first statement", "full answer")
QUOTED = ("fell_back",)  # notes that count quotations
NOTES = (
    "Means with 95 % bootstrap intervals; “less” are paired differences, question by question.",
    "F1 is between all the words of the answer's text and an accepted answer; a refusal is 0.",
)
WRITTEN_NOTES = (
    "A question reaches the model when the reader finds evidence; statements are counted as the model wrote",
    "them. Where they answer nothing, or not all, the documents' own sentences are quoted.",
)
WAITING_NOTES = ("Medians over the questions that all of them answered: seconds, and times the first one's.",)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the question to its first evidence and its first statement, None if there was none, and its end."""

    evidence: float | None
    statement: float | None
    answer: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One generator over all questions: what came of each, and how long it took."""

    name: str
    outcomes: tuple[Outcome, ...]
    waits: tuple[Waits | None, ...]

    @property
    def scored(self) -> tuple[tuple[Scored, Observed], ...]:
        """The questions that could be asked, with what it did."""
        scored = (one for one in self.outcomes if isinstance(one, Scored))
        return tuple((one, one.observed) for one in scored if isinstance(one.observed, Observed))


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements that a generator wrote: shown and dropped, over the questions whose evidence it was given.

    `quoting` is the number of answers in which the documents' own sentences stand too, or instead.
    """

    questions: int
    shown: int
    dropped: int
    quoting: int


class Timed:
    """An assistant whose last answer was timed, event by event."""

    def __init__(self, subject: Subject, clock: Clock) -> None:
        self._subject, self._clock = subject, clock
        self.waits: Waits | None = None

    def stream(self, question: str, *, documents: Iterable[str] | None = None) -> Iterator[object]:
        """Its events; `waits` is there once the last has come."""
        started, first = self._clock(), dict[type, float]()
        self.waits = None
        for event in self._subject.stream(question, documents=documents):
            first.setdefault(type(event), self._clock() - started)
            if isinstance(event, AnswerDone):
                self.waits = Waits(first.get(EvidenceFound), first.get(StatementVerified), first[AnswerDone])
            yield event

    def retrieve(self, question: str, *, documents: Iterable[str] | None = None) -> Sequence[Passage]:
        """As the assistant's."""
        return self._subject.retrieve(question, documents=documents)

    def documents(self) -> Sequence[DocumentInfo]:
        """As the assistant's."""
        return self._subject.documents()

    def document(self, name: str) -> Document:
        """As the assistant's."""
        return self._subject.document(name)


def compare(
    subjects: Mapping[str, Subject], cases: Sequence[Case], *, clock: Clock, progress: Progress
) -> tuple[Measured, ...]:
    """Every generator on every case, in turn, after one question that is not counted, with which models load.

    Raises NothingToMeasureError when there are no cases.
    """
    if not cases:
        raise NothingToMeasureError("a comparison over no questions")
    timed = {name: Timed(subject, clock) for name, subject in subjects.items()}
    first = next(iter(subjects.values()))
    documents = {info.doc_id: first.document(info.doc_id) for info in first.documents()}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in timed}
    waits: dict[str, list[Waits | None]] = {name: [] for name in timed}
    called = {name: _name(name, ask(cases[0], subject, documents, clock)) for name, subject in timed.items()}
    for number, case in enumerate(cases, start=1):
        for name, subject in timed.items():
            outcomes[name].append(ask(case, subject, documents, clock))
            waits[name].append(subject.waits)
        progress(number, len(cases))
    return tuple(Measured(called[name], tuple(outcomes[name]), tuple(waits[name])) for name in timed)


def counted(found: Measured) -> Counts:
    """The statements that a generator wrote, and what became of them."""
    answers = [observed.answer for _, observed in found.scored if not observed.refused or observed.answer.dropped]
    quoted = [sum(note.count for note in answer.notes if note.kind in QUOTED) for answer in answers]
    shown = sum(len(answer.statements) for answer in answers) - sum(quoted)
    return Counts(len(answers), shown, sum(len(answer.dropped) for answer in answers), sum(map(bool, quoted)))


def unscored(found: Sequence[Measured]) -> list[str]:
    """Every question that could not be asked, and why."""
    faults = ((one.name, outcome) for one in found for outcome in one.outcomes if isinstance(outcome, Unscored))
    return [f"{name}: {outcome.case.id}: {outcome.error}" for name, outcome in faults]


def sheets(found: Sequence[Measured], about: str) -> list[Sheet]:
    """What was measured, in three tables: answers, statements, and waiting."""
    return [_answers(found, about), _statements(found), _waiting(found)]


def _name(given: str, outcome: Outcome) -> str:
    """How answers call a generator, which leaves out folders; as it was given where there is no answer."""
    observed = outcome.observed if isinstance(outcome, Scored) else None
    return observed.answer.generator if isinstance(observed, Observed) else given


def _answers(found: Sequence[Measured], about: str) -> Sheet:
    values = [_values(one) for one in found]
    rows = [
        (label, *(_mean(each[metric]) for each in values))
        for metric, label in METRICS.items()
        if any(each[metric] for each in values)
    ]
    first = found[0].name
    rows += [
        (
            f"{METRICS[metric].partition(':')[0]}, less {first}'s",
            "–",
            *(_less(values[0][metric], each[metric]) for each in values[1:]),
        )
        for metric in COMPARED
        if values[0][metric]
    ]
    return Sheet(f"Answers: {about}", ("", *(one.name for one in found)), tuple(rows), NOTES)


def _statements(found: Sequence[Measured]) -> Sheet:
    columns = ("", "questions it was given", "statements written", "dropped", "shown", "answers with quotations")
    rows = []
    for one in found:
        counts = counted(one)
        written = counts.shown + counts.dropped
        cells = (counts.questions, written, counts.dropped, counts.shown, counts.quoting)
        rows.append((one.name, *(f"{cell:,}" for cell in cells)))
    return Sheet("Statements", columns, tuple(rows), WRITTEN_NOTES)


def _waiting(found: Sequence[Measured]) -> Sheet:
    rounds = [
        [
            (waits.evidence, waits.statement, waits.answer)
            for waits in each
            if waits and waits.evidence is not None and waits.statement is not None
        ]
        for each in zip(*(one.waits for one in found), strict=True)
    ]
    rounds = [each for each in rounds if len(each) == len(found)]
    rows = [
        (one.name, *(_wait([(each[place][step], each[0][step]) for each in rounds]) for step in range(len(WAITS))))
        for place, one in enumerate(found)
    ]
    return Sheet(f"Waiting, {len(rounds)} questions", ("", *WAITS), tuple(rows), WAITING_NOTES)


def _values(found: Measured) -> dict[str, dict[str, float]]:
    """For each metric its value of every question it applies to, by the question's id."""
    values: dict[str, dict[str, float]] = {metric: {} for metric in METRICS}
    for outcome, observed in found.scored:
        for score in outcome.scores:
            values.get(score.metric, {})[outcome.case.id] = score.value
        if outcome.case.answerable:
            values[TEXT_F1][outcome.case.id] = metrics.token_f1(observed.said, outcome.case.answers)
    return values


def _mean(values: Mapping[str, float]) -> str:
    return f"{with_interval(statistics.mean_interval(list(values.values())))}, n {len(values)}" if values else "–"


def _less(first: Mapping[str, float], other: Mapping[str, float]) -> str:
    shared = [id_ for id_ in first if id_ in other]
    if not shared:
        return "–"
    found = statistics.paired_difference([first[id_] for id_ in shared], [other[id_] for id_ in shared])
    return f"{found.value:+.2f} ({found.low:+.2f} to {found.high:+.2f}), n {found.n}"


def _wait(pairs: Sequence[tuple[float, float]]) -> str:
    if not pairs:
        return "–"
    seconds = statistics.percentile([own for own, _ in pairs], 50)
    return f"{seconds:.2f}, {statistics.percentile([own / first for own, first in pairs], 50):.1f}×"
