"""One judged run as one HTML page that opens offline: thresholds, charts, every question and why it was scored so.

The page loads nothing; its policy forbids it to. All that comes from documents, questions and answers is escaped.
"""

from collections import defaultdict
from pathlib import Path

from eval.reports import charts, entries, published
from eval.reports.terminal import counted, in_words, limits, verdict_word
from eval.runner.record import Record
from eval.runner.run import Run
from eval.scoring import calibration, metrics, thresholds
from eval.scoring.scorers import rank_of_gold
from eval.scoring.statistics import mean
from eval.scoring.thresholds import Verdict
from rag.markup import NOTHING, Html, join, tag

HERE = Path(__file__).parents[1] / "data"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
RANKS = 10
NAMED = 5  # documents named at the top


def render(record: Record) -> str:
    """The page."""
    run = record.run
    title = f"Citespan evaluation: {run.name}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width"),
        tag("title", title),
        tag("style", _file("page.css")),
    )
    body = tag(
        "body",
        tag("h1", title),
        _summary(record),
        tag("h2", "Metrics"),
        _metrics(record),
        _published(record),
        tag("h2", "Curves"),
        tag("div", *_charts(run), class_="charts"),
        tag("h2", "Questions and claims" if run.outcomes and run.judged else "Questions" if run.outcomes else "Claims"),
        _tools(run),
        *map(entries.question, run.outcomes),
        *map(entries.claim, run.judged),
        tag("script", _file("page.js")),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _file(name: str) -> Html:
    return Html((HERE / name).read_text(encoding="utf-8"))


def _summary(record: Record) -> Html:
    run = record.run
    verdict = tag("strong", verdict_word(record).lower(), class_="good" if record.passed else "bad")
    counts = f": {counted(run)}, {len(run.unscored)} unscored, in {run.seconds:.1f} s."
    broken = [tag("li", in_words(one), class_="bad") for one in record.judgement.broken]
    shown = run.documents[:NAMED]
    documents = [tag("li", one.source, " ", tag("code", one.version), class_="quiet") for one in shown]
    if more := len(run.documents) - len(shown):
        documents.append(tag("li", f"and {more:,} more documents", class_="quiet"))
    cases = tag("li", "cases ", tag("code", run.cases), class_="quiet")
    return join([tag("p", verdict, counts), tag("ul", *broken, cases, *documents)])


def _metrics(record: Record) -> Html:
    header = tag("tr", *(tag("th", name) for name in ("metric", "value", "95 % interval", "n", "threshold", "")))
    rows = [_metric(one) for one in record.judgement.verdicts]
    return tag("div", tag("table", header, *rows), class_="scroll")


def _metric(verdict: Verdict) -> Html:
    found = verdict.measured
    mark = "" if verdict.threshold is None else "holds" if verdict.holds else "broken"
    return tag(
        "tr",
        tag("td", verdict.metric),
        tag("td", f"{found.value:.3f}" if found else "-", class_="n"),
        tag("td", f"{found.low:.3f} to {found.high:.3f}" if found else verdict.reason, class_="n"),
        tag("td", str(found.n) if found else "0", class_="n"),
        tag("td", limits(verdict.threshold), class_="n"),
        tag("td", mark, class_="good" if verdict.holds else "bad"),
    )


def _published(record: Record) -> Html:
    figures = published.beside(record.run.benchmark, record.judgement)
    if not figures:
        return NOTHING
    names = ("metric", "system", "value", "ours", "95 % interval", "what differs", "source")
    rows = [
        tag(
            "tr",
            tag("td", one.figure.metric),
            tag("td", one.figure.system),
            tag("td", f"{one.figure.value:.3f}", class_="n"),
            tag("td", f"{one.ours.value:.3f}", class_="n"),
            tag("td", f"{one.ours.low:.3f} to {one.ours.high:.3f}", class_="n"),
            tag("td", one.figure.differs),
            tag("td", one.figure.source, class_="quiet"),
        )
        for one in figures
    ]
    header = tag("tr", *(tag("th", name) for name in names))
    return join([tag("h2", "Published by others"), tag("div", tag("table", header, *rows), class_="scroll")])


def _charts(run: Run) -> list[Html]:
    attempts, drawn = thresholds.attempts(run), []
    if any(one.answerable for one in attempts):
        drawn.append(charts.coverage_chart(calibration.risk_coverage(attempts)))
    if attempts:
        drawn.append(charts.calibration_chart(calibration.calibration_bins(attempts)))
    if hits := _hits(run):
        drawn.append(charts.hits_chart(hits))
    if attempts:
        drawn.append(charts.bars_chart("Right by type of question: answered from gold, or refused", _by_type(run)))
    if run.judged:
        drawn.append(charts.bars_chart("Claims judged rightly, by how they were made", _by_rule(run)))
    return drawn


def _by_type(run: Run) -> dict[str, tuple[float, int]]:
    rights: defaultdict[str, list[bool]] = defaultdict(list)
    for one in run.scored:
        rights[one.case.type].append(entries.outcome_of(one) == "right")
    return {name: (mean(found), len(found)) for name, found in rights.items()}


def _by_rule(run: Run) -> dict[str, tuple[float, int]]:
    rights: defaultdict[str, list[bool]] = defaultdict(list)
    for one in run.judged:
        rights[one.claim.rule].append(one.right)
    return {name: (mean(found), len(found)) for name, found in rights.items()}


def _hits(run: Run) -> list[float]:
    found = [rank_of_gold(one.observed.passages, one.case).relevant for one in run.scored if one.case.gold]
    ranks = range(1, RANKS + 1) if found else ()
    return [mean([metrics.hit_at(k, relevant) for relevant in found]) for k in ranks]


def _tools(run: Run) -> Html:
    types = dict.fromkeys(outcome.case.type for outcome in run.outcomes)
    types |= dict.fromkeys(f"claim: {one.claim.rule}" for one in run.judged)
    return tag(
        "div",
        tag("label", "Words ", tag("input", id="words", type="search")),
        tag("label", "Type ", _choice("type", *types)),
        tag("label", "Outcome ", _choice("outcome", "right", "wrong", "unscored")),
        tag("span", id="shown", class_="quiet", role="status"),
        class_="tools",
    )


def _choice(name: str, *values: str) -> Html:
    return tag("select", tag("option", "all", value=""), *(tag("option", one, value=one) for one in values), id=name)
