"""The entries of the page's browser: one foldable entry a question or claim, with why it was scored so."""

from eval.datasets.cases import Case
from eval.runner.claims import Judged
from eval.scoring.results import Observed, Outcome, Ranking, Scored, Unscored
from eval.scoring.scorers import rank_of_gold
from rag import Citation
from rag.markup import NOTHING, Html, join, tag

RANKS = 10  # documents listed for a query


def outcome_of(outcome: Outcome) -> str:
    """In a word how it went: "right", "wrong" or "unscored"."""
    if isinstance(outcome, Unscored):
        return "unscored"
    if isinstance(outcome.observed, Ranking):
        wanted = "retrieval_hit_at_10"
    else:
        wanted = "answered_right" if outcome.case.answerable else "refusal_recall"
    return "right" if {one.metric: one.value for one in outcome.scores}.get(wanted) == 1 else "wrong"


def question(outcome: Outcome) -> Html:
    """A question with what came back for it, its scores and its gold."""
    went = outcome_of(outcome)
    mark = tag("span", went, class_="good" if went == "right" else "bad")
    summary = tag("summary", mark, " ", outcome.case.question, " ", tag("span", outcome.case.id, class_="quiet"))
    told = tag("p", outcome.error, class_="bad") if isinstance(outcome, Unscored) else _told(outcome)
    return tag("details", summary, told, _gold(outcome.case), data_type=outcome.case.type, data_outcome=went)


def claim(judged: Judged) -> Html:
    """A claim with what it was judged by."""
    said_of, went = judged.claim, "right" if judged.right else "wrong"
    mark = tag("span", went, class_="good" if judged.right else "bad")
    truth, taken = ("true" if value else "false" for value in (said_of.true, judged.said_true))
    said = tag("p", f"{truth} ({said_of.rule}), taken as {taken}: support {judged.support:.2f}", class_="quiet")
    evidence = [tag("blockquote", text) for text in said_of.evidence] or [tag("p", "No evidence was found.")]
    summary = tag("summary", mark, " ", said_of.text, " ", tag("span", said_of.id, class_="quiet"))
    return tag("details", summary, said, *evidence, data_type=f"claim: {said_of.rule}", data_outcome=went)


def _told(scored: Scored) -> Html:
    observed = scored.observed
    shown = _answered(observed) if isinstance(observed, Observed) else _ranked(observed, scored.case)
    rows = [
        tag("tr", tag("td", one.metric), tag("td", f"{one.value:.3f}", class_="n"), tag("td", one.explanation))
        for one in scored.scores
    ]
    return join([shown, tag("h3", "Scores"), tag("div", tag("table", *rows), class_="scroll")])


def _ranked(observed: Ranking, case: Case) -> Html:
    relevant = rank_of_gold(observed.passages, case).relevant[:RANKS]
    rows = [
        tag("li", place.source, tag("strong", " relevant", class_="good") if hit else "")
        for place, hit in zip(observed.passages, relevant, strict=False)
    ]
    return tag("ol", *rows)


def _answered(observed: Observed) -> Html:
    answer = observed.answer
    facts = f"{answer.status}, confidence {answer.confidence:.2f}, {observed.seconds:.3f} s, {answer.generator}"
    said = [tag("p", facts, class_="quiet"), tag("p", answer.text)]
    for statement in answer.statements:
        said += [_cited(one) for one in statement.citations]
    if answer.refusal:
        said += [tag("h3", f"Nearest ({answer.refusal.reason})"), *map(_cited, answer.refusal.nearest)]
    return join([*said])


def _cited(citation: Citation) -> Html:
    where = f"{citation.source}[{citation.start}:{citation.end}]"
    quote = join([citation.prefix, tag("mark", citation.quote), citation.suffix])
    return tag("blockquote", quote, " ", tag("span", where, class_="quiet"))


def _gold(case: Case) -> Html:
    accepted = tag("p", "Accepted: " + " · ".join(case.answers)) if case.answers else NOTHING
    spans = [
        tag("blockquote", span.text, " ", tag("span", f"{span.source}[{span.start}:{span.end}]", class_="quiet"))
        for span in case.gold_spans
    ]
    what = "Gold" if spans else "Gold: nothing answers this; a refusal is right"
    return join([tag("h3", what), accepted, *spans, tag("p", case.note, class_="quiet")])
