"""A judged run for people at a terminal (rich tables) and for CI servers (JUnit XML). It prints nothing itself."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from eval.reports.published import Beside
from eval.reports.tables import Sheet
from eval.runner.comparison import Comparison
from eval.runner.record import Record
from eval.runner.run import Run
from eval.scoring.results import Outcome, Unscored
from eval.scoring.thresholds import Judgement, Threshold, Verdict

WORST = 3  # questions named under a broken metric
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def table(judgement: Judgement, title: str) -> Table:
    """Every metric with its value, interval, n and threshold."""
    grid = Table(title=title, box=SIMPLE_HEAD)
    for name in ("metric", "value", "95 % interval", "n", "threshold", ""):
        grid.add_column(name, justify="right" if name in {"value", "n"} else "left", no_wrap=name == "metric")
    for verdict in judgement.verdicts:
        grid.add_row(*_row(verdict))
    return grid


def sheet(record: Record, machine: str) -> Sheet:
    """Every metric that was measured, for a page of documentation."""
    rows = []
    for one in record.judgement.verdicts:
        if found := one.measured:
            interval = f"{found.low:.3f}–{found.high:.3f}" if found.low < found.high else ""
            cells = (f"{found.value:.3f}", interval, str(found.n), limits(one.threshold))
            rows.append((f"`{one.metric}`", *cells, _mark(one).plain))
    title = f"{record.run.name}: {counted(record.run)}, in {record.run.seconds:.0f} s on {machine}"
    return Sheet(title, ("metric", "value", "95 % interval", "n", "threshold", ""), tuple(rows))


def summary(record: Record) -> list[Text]:
    """The lines under the table: what broke, the questions that say why, and what could not be scored."""
    lines = [Text(f"UNSCORED {one.case.id}: {one.error}", style="red") for one in record.run.unscored]
    for verdict in record.judgement.broken:
        lines.append(Text(f"BROKEN {in_words(verdict)}", style="red"))
        lines += [Text(f"       {line}") for line in worst(record.run, verdict)]
    told = f"{verdict_word(record)}: {counted(record.run)} in {record.run.seconds:.1f} s"
    return [*lines, Text(told, style="green" if record.passed else "red")]


def verdict_word(record: Record) -> str:
    """PASSED or FAILED; MEASURED when there was no threshold that could have broken."""
    judged = any(one.threshold for one in record.judgement.verdicts)
    return "FAILED" if not record.passed else "PASSED" if judged else "MEASURED"


def published_table(figures: Sequence[Beside]) -> Table:
    """What others have published, beside ours; `published_notes` has what differs and the sources, by number."""
    grid = Table(title="Published by others", box=SIMPLE_HEAD)
    for name in ("metric", "system", "value", "ours", "95 % interval", "note"):
        grid.add_column(name, justify="right" if name in {"value", "ours"} else "left", no_wrap=name == "metric")
    notes = _notes(figures)
    for one in figures:
        ours = (f"{one.ours.value:.3f}", f"{one.ours.low:.3f}–{one.ours.high:.3f}")
        note = f"({notes.index(_note(one)) + 1})"
        grid.add_row(one.figure.metric, one.figure.system, f"{one.figure.value:.3f}", *ours, note)
    return grid


def published_notes(figures: Sequence[Beside]) -> list[Text]:
    """What was measured otherwise than here, and the source, for each note of the table."""
    return [Text(f"  ({number}) {note}") for number, note in enumerate(_notes(figures), start=1)]


def counted(run: Run) -> str:
    """How many questions and claims a run is over, in words."""
    counts = ((len(run.outcomes), "questions"), (len(run.judged), "claims"))
    return ", ".join(f"{count:,} {what}" for count, what in counts if count)


def comparison_table(comparison: Comparison) -> Table:
    """The paired differences of the metrics on which any question changed."""
    title = f"What changed, over {comparison.shared} questions and claims that both runs scored"
    grid = Table(title=title, box=SIMPLE_HEAD)
    for name in ("metric", "difference", "95 % interval", "p", "n", "better", "worse"):
        grid.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    for metric, found in comparison.differences:
        changes = [one for one in comparison.changes if one.metric == metric]
        better = sum(one.better for one in changes)
        interval = f"{found.low:+.3f} to {found.high:+.3f}"
        counts = (str(found.n), str(better) if changes else "–", str(len(changes) - better) if changes else "–")
        grid.add_row(metric, f"{found.value:+.3f}", interval, f"{found.p:.3f}", *counts)
    return grid


def comparison_lines(comparison: Comparison) -> list[Text]:
    """Every question whose score changed, the worse ones first."""
    ordered = sorted(comparison.changes, key=lambda one: (one.better, one.case, one.metric))
    return [
        Text(
            f"{'better' if one.better else 'worse '} {one.case} {one.metric} {one.before:.2f} → {one.after.value:.2f}: "
            f"{one.question} ({one.after.explanation})",
            style="green" if one.better else "red",
        )
        for one in ordered
    ]


def junit(record: Record) -> str:
    """JUnit XML: a suite of thresholds, which fail, and a suite of questions, which err when unscored."""
    root = Xml.Element("testsuites", name="citespan eval")
    thresholds = [one for one in record.judgement.verdicts if one.threshold]
    suite = _suite(root, "thresholds", len(thresholds), failures=len(record.judgement.broken))
    for verdict in thresholds:
        case = Xml.SubElement(suite, "testcase", classname="eval.thresholds", name=verdict.metric)
        if not verdict.holds:
            failure = Xml.SubElement(case, "failure", message=_legal(in_words(verdict)))
            failure.text = _legal("\n".join(worst(record.run, verdict)))
    outcomes = record.run.outcomes
    suite = _suite(root, "questions", len(outcomes), errors=len(record.run.unscored))
    for outcome in outcomes:
        _question(suite, outcome)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def in_words(verdict: Verdict) -> str:
    """The metric, what was measured and what its threshold asks."""
    value = f"{verdict.measured.value:.3f}" if verdict.measured else verdict.reason
    return f"{verdict.metric}: {value} (threshold {limits(verdict.threshold)})"


def limits(threshold: Threshold | None) -> str:
    """The limits as a reader expects them: "≥ 0.8", "≤ 0.2", both, or nothing."""
    if threshold is None:
        return ""
    least = [] if threshold.minimum is None else [f"≥ {threshold.minimum:g}"]
    most = [] if threshold.maximum is None else [f"≤ {threshold.maximum:g}"]
    return ", ".join(least + most)


def worst(run: Run, verdict: Verdict) -> list[str]:
    """The questions furthest on the wrong side of a broken metric, each with why; none for metrics of a whole run."""
    high_is_bad = bool(verdict.threshold and verdict.threshold.maximum is not None)
    found = [(one, item) for item in run.scored for one in item.scores if one.metric == verdict.metric]
    bad = [(one, item) for one, item in found if (one.value > 0 if high_is_bad else one.value < 1)]
    bad.sort(key=lambda pair: (-pair[0].value if high_is_bad else pair[0].value, pair[1].case.id))
    return [f"{item.case.id} {item.case.question!r}: {one.explanation}" for one, item in bad[:WORST]]


def _notes(figures: Sequence[Beside]) -> list[str]:
    return list(dict.fromkeys(map(_note, figures)))


def _note(one: Beside) -> str:
    return f"{one.figure.differs}. Source: {one.figure.source}"


def _row(verdict: Verdict) -> tuple[str | Text, ...]:
    judged = (limits(verdict.threshold), _mark(verdict))
    if verdict.measured is None:
        return verdict.metric, "-", "not measured", "0", *judged
    found = verdict.measured
    return verdict.metric, f"{found.value:.3f}", f"{found.low:.3f}–{found.high:.3f}", str(found.n), *judged


def _mark(verdict: Verdict) -> Text:
    if verdict.threshold is None:
        return Text("")
    return Text("holds", "green") if verdict.holds else Text("BROKEN", "red")


def _suite(root: Xml.Element, name: str, tests: int, *, failures: int = 0, errors: int = 0) -> Xml.Element:
    counts = {"name": name, "tests": str(tests), "failures": str(failures), "errors": str(errors)}
    return Xml.SubElement(root, "testsuite", counts)


def _question(suite: Xml.Element, outcome: Outcome) -> None:
    name = _legal(f"{outcome.case.id}: {outcome.case.question}")
    case = Xml.SubElement(suite, "testcase", classname=f"eval.{outcome.case.type}", name=name)
    if isinstance(outcome, Unscored):
        Xml.SubElement(case, "error", message=_legal(outcome.error))
        return
    case.set("time", f"{outcome.observed.seconds:.3f}")
    lines = [f"{one.metric} {one.value:.3f}: {one.explanation}" for one in outcome.scores]
    Xml.SubElement(case, "system-out").text = _legal("\n".join(lines))


def _legal(text: str) -> str:
    """Text without the control characters that XML 1.0 cannot hold, even escaped."""
    return ILLEGAL.sub("\ufffd", text)
