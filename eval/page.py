"""One judged run as one HTML page that opens offline: thresholds, charts, and every question with why it was scored so.

The page loads nothing; its policy forbids it to. All that comes from documents, questions and answers is escaped.
"""

from collections import defaultdict
from pathlib import Path

from eval import charts, confidence, gate, metrics
from eval.cases import Case
from eval.gate import Verdict
from eval.markup import Html, joined, tag
from eval.outcomes import Outcome, Scored, Unscored
from eval.record import Record
from eval.report import in_words, limits
from eval.run import Run
from eval.scorers import rank_of_gold
from eval.stats import mean
from rag import Citation

HERE = Path(__file__).parent / "data"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
RANKS = 10


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
        tag("h2", "Curves"),
        tag("div", *_charts(run), class_="charts"),
        tag("h2", "Questions"),
        _tools(run),
        *(_question(outcome) for outcome in run.outcomes),
        tag("script", _file("page.js")),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def outcome_of(outcome: Outcome) -> str:
    """In a word how it went: "right", "wrong" or "unscored"."""
    if isinstance(outcome, Unscored):
        return "unscored"
    wanted = "answered_right" if outcome.case.answerable else "refusal_recall"
    return "right" if {one.metric: one.value for one in outcome.scores}.get(wanted) == 1 else "wrong"


def _file(name: str) -> Html:
    return Html((HERE / name).read_text(encoding="utf-8"))


def _summary(record: Record) -> Html:
    run = record.run
    verdict = tag("strong", "passed", class_="good") if record.passed else tag("strong", "failed", class_="bad")
    counts = f": {len(run.scored)} questions scored, {len(run.unscored)} unscored, in {run.seconds:.1f} s."
    broken = [tag("li", in_words(one), class_="bad") for one in record.judgement.broken]
    documents = [tag("li", one.source, " ", tag("code", one.version), class_="quiet") for one in run.documents]
    cases = tag("li", "cases ", tag("code", run.cases), class_="quiet")
    return joined(tag("p", verdict, counts), tag("ul", *broken, cases, *documents))


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


def _charts(run: Run) -> list[Html]:
    attempts, drawn = gate.attempts(run), []
    if any(one.answerable for one in attempts):
        drawn.append(charts.coverage_chart(confidence.risk_coverage(attempts)))
    if attempts:
        drawn.append(charts.calibration_chart(confidence.calibration_bins(attempts)))
        drawn.append(charts.bars_chart(_by_type(run)))
    if hits := _hits(run):
        drawn.append(charts.hits_chart(hits))
    return drawn


def _by_type(run: Run) -> dict[str, tuple[float, int]]:
    rights: defaultdict[str, list[bool]] = defaultdict(list)
    for one in run.scored:
        rights[one.case.type].append(outcome_of(one) == "right")
    return {name: (mean(found), len(found)) for name, found in rights.items()}


def _hits(run: Run) -> list[float]:
    found = [rank_of_gold(one.observed.passages, one.case).relevant for one in run.scored if one.case.gold]
    ranks = range(1, RANKS + 1) if found else ()
    return [mean([metrics.hit_at(k, relevant) for relevant in found]) for k in ranks]


def _tools(run: Run) -> Html:
    types = dict.fromkeys(outcome.case.type for outcome in run.outcomes)
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


def _question(outcome: Outcome) -> Html:
    went = outcome_of(outcome)
    mark = tag("span", went, class_="good" if went == "right" else "bad")
    summary = tag("summary", mark, " ", outcome.case.question, " ", tag("span", outcome.case.id, class_="quiet"))
    told = tag("p", outcome.error, class_="bad") if isinstance(outcome, Unscored) else _told(outcome)
    return tag("details", summary, told, _gold(outcome.case), data_type=outcome.case.type, data_outcome=went)


def _told(scored: Scored) -> Html:
    answer = scored.observed.answer
    facts = f"{answer.status}, confidence {answer.confidence:.2f}, {scored.observed.seconds:.3f} s, {answer.generator}"
    said = [tag("p", facts, class_="quiet"), tag("p", answer.text)]
    for statement in answer.statements:
        said += [_cited(one) for one in statement.citations]
    if answer.refusal:
        said += [tag("h3", f"Nearest ({answer.refusal.reason})"), *map(_cited, answer.refusal.nearest)]
    rows = [
        tag("tr", tag("td", one.metric), tag("td", f"{one.value:.3f}", class_="n"), tag("td", one.explanation))
        for one in scored.scores
    ]
    return joined(*said, tag("h3", "Scores"), tag("div", tag("table", *rows), class_="scroll"))


def _cited(citation: Citation) -> Html:
    where = f"{citation.source}[{citation.start}:{citation.end}]"
    quote = joined(citation.prefix, tag("mark", citation.quote), citation.suffix)
    return tag("blockquote", quote, " ", tag("span", where, class_="quiet"))


def _gold(case: Case) -> Html:
    accepted = tag("p", "Accepted: " + " · ".join(case.answers)) if case.answers else Html()
    spans = [
        tag("blockquote", span.text, " ", tag("span", f"{span.source}[{span.start}:{span.end}]", class_="quiet"))
        for span in case.gold_spans
    ]
    what = "Gold" if spans else "Gold: nothing answers this; a refusal is right"
    return joined(tag("h3", what), accepted, *spans, tag("p", case.note, class_="quiet"))
