"""From a question and what the system did with it to scores: a number, and why, for each metric that applies.

A metric that does not apply to a question (citations of a refusal, say) gives no score for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from eval.datasets.cases import HALF, Case
from eval.scoring import metrics
from eval.scoring.calibration import Attempt
from eval.scoring.results import Observed, Score, Scored
from rag import Citation, Document

Documents = Mapping[str, Document]
"""Documents by their id."""
Scorer = Callable[[Case, Observed, Documents], Iterator[Score]]
"""Yields a score for each of its metrics that applies."""


@dataclass(frozen=True, slots=True)
class RankOfGold:
    """Which ranks bring gold that no earlier one brought, and how many ranks the best order would have needed.

    Those are the ranks that bring gold, and one more when some gold is nowhere: how chunks are cut is the system's
    choice, and a chunk that holds two gold sentences is not to be marked down for it.
    """

    relevant: tuple[bool, ...]
    wanted: int

    @property
    def words(self) -> str:
        """The ranks that bring gold."""
        ranks = ", ".join(str(rank) for rank, hit in enumerate(self.relevant, start=1) if hit)
        return f"gold at rank {ranks} of {len(self.relevant)}" if ranks else f"no gold in {len(self.relevant)} ranks"


def score(case: Case, observed: Observed, documents: Documents) -> Scored:
    """The question with every score that applies to it."""
    return Scored(case, observed, tuple(one for scorer in SCORERS for one in scorer(case, observed, documents)))


def attempt(case: Case, observed: Observed) -> Attempt:
    """The question as a point of the risk-coverage curve.

    A refusal is judged by the nearest evidence it shows, as many sentences of it as the answer needs.
    """
    nearest = observed.answer.refusal.nearest if observed.answer.refusal else ()
    needed = min((len(spans) for spans in case.gold), default=0)
    cited = nearest[:needed] if observed.refused else observed.citations
    return Attempt(observed.answer.confidence, case.answerable, attempt_is_right(case, cited))


def attempt_is_right(case: Case, cited: Sequence[Citation]) -> bool:
    """Whether the question has an answer and all that one of its gold alternatives needs is cited."""
    return case.answerable and metrics.citation_recall(cited, case.gold) == 1


def rank_of_gold(ranked: Sequence[metrics.Located], case: Case) -> RankOfGold:
    """Where in a ranking the gold of a case is."""
    relevant = metrics.relevance(ranked, case.gold_spans)
    missing = any(not any(metrics.overlaps(one, span) for one in ranked) for span in case.gold_spans)
    return RankOfGold(tuple(relevant), sum(relevant) + missing)


def invalidity(citation: Citation, documents: Documents) -> str | None:
    """Why a citation is not the exact characters of the version it names, or None.

    The document's hash is computed here, and not taken on trust.
    """
    document = documents.get(citation.doc_id)
    if document is None:
        return f"{citation.doc_id} is not a document of the index"
    if citation.source != document.source:
        return f"{citation.source}: the source is not the document's"
    if citation.version != sha256(document.text.encode()).hexdigest():
        return f"{citation.source}: the version is not the document's"
    where = f"{citation.source}[{citation.start}:{citation.end}]"
    if citation.start < 0:
        return f"{where} lies outside the document"
    exact = citation.quote and document.text[citation.start : citation.end] == citation.quote
    return None if exact else f"{where} is not {citation.quote!r}"


def _exactness(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    if observed.receipts:
        problems = [problem for one in observed.receipts if (problem := invalidity(one, documents))]
        why = problems[0] if problems else f"all {len(observed.receipts)} spans are exact"
        yield Score("span_validity", 1 - len(problems) / len(observed.receipts), why)
    if not observed.refused:
        statements = observed.answer.statements
        cited = sum(bool(statement.citations) for statement in statements)
        value = cited / len(statements) if statements else 0.0
        yield Score("statements_cited", value, f"{cited} of {len(statements)} statements have a citation")


def _citations(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    if observed.refused or not case.gold:
        return
    cited, gold = observed.citations, case.gold_spans
    wrong = [one.quote for one in cited if not any(metrics.overlaps(one, span) for span in gold)]
    why = f"not gold: {wrong[0]!r}" if wrong else f"{len(cited)} citations, none of them wrong"
    yield Score("citation_precision", metrics.citation_precision(cited, gold), why)
    recall = metrics.citation_recall(cited, case.gold)
    yield Score("citation_recall", recall, f"{recall:.0%} of the spans of the best alternative are cited")
    support = metrics.statement_support([one.citations for one in observed.answer.statements], gold)
    yield Score("statement_support", support, f"{support:.0%} of the statements have a right citation")
    if cited:
        focus = metrics.citation_focus(cited, gold)
        yield Score("citation_focus", focus, f"{focus:.0%} of the cited characters are gold")


def _answers(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    if not case.answerable:
        return
    right = attempt_is_right(case, observed.citations)
    why = "refused" if observed.refused else f"{'all' if right else 'not all'} that the answer needs is cited"
    yield Score("answered_right", float(right), why)
    found = metrics.citation_f1(observed.citations, case.gold)
    yield Score("citation_f1", found, f"{len(observed.citations)} citations for {len(case.gold[0])} gold spans")
    accepted = f"accepted {case.answers[0]!r}"
    yield Score("answer_em", metrics.exact_match(observed.short, case.answers), f"said {observed.short!r}, {accepted}")
    yield Score("answer_f1", metrics.token_f1(observed.short, case.answers), f"said {observed.short!r}, {accepted}")
    yield Score(
        "answer_recall", metrics.token_recall(observed.said, case.answers), f"said {observed.said!r}, {accepted}"
    )


def _answers_and_refusals(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    """SQuAD 2.0's measure: to a question without an answer, saying nothing is the one right answer."""
    if case.type == HALF:
        return
    accepted = case.answers or ("",)
    why = f"said {observed.short!r}, accepted {accepted[0]!r}"
    yield Score("squad2_em", metrics.exact_match(observed.short, accepted), why)
    yield Score("squad2_f1", metrics.token_f1(observed.short, accepted), why)


def _refusals(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    reason = f" ({observed.answer.refusal.reason})" if observed.answer.refusal else ""
    there = "there is an answer" if case.answerable else "there is no full answer"
    why = f"{observed.answer.status}{reason}, and {there}"
    if observed.refused:
        yield Score("refusal_precision", float(not case.answerable), why)
    if case.answerable:
        yield Score("over_refusal", float(observed.refused), why)
    else:
        in_part = case.type == HALF and observed.answer.status == "partial"
        yield Score("refusal_recall", float(observed.refused or in_part), why)


def _rankings(case: Case, observed: Observed, documents: Documents) -> Iterator[Score]:
    if not case.gold:
        return
    found = rank_of_gold(observed.passages, case)
    yield Score("retrieval_hit_at_1", metrics.hit_at(1, found.relevant), found.words)
    yield Score("retrieval_hit_at_5", metrics.hit_at(5, found.relevant), found.words)
    yield Score("retrieval_mrr", metrics.reciprocal_rank(found.relevant), found.words)
    yield Score("retrieval_ndcg_at_10", metrics.ndcg_at(10, found.relevant, found.wanted), found.words)
    found = rank_of_gold(observed.evidence, case)
    yield Score("evidence_hit_at_1", metrics.hit_at(1, found.relevant), found.words)
    yield Score("evidence_hit_at_3", metrics.hit_at(3, found.relevant), found.words)
    yield Score("evidence_mrr", metrics.reciprocal_rank(found.relevant), found.words)


SCORERS: tuple[Scorer, ...] = (_exactness, _citations, _answers, _answers_and_refusals, _refusals, _rankings)
