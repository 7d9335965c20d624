"""Retrieval sets: a corpus, queries, and which documents are relevant to each, in BEIR's form.

A set is a folder with `corpus.jsonl` (`id`, `title`, `text`), `queries.jsonl` (`id`, `text`) and `qrels.tsv` (query,
document, grade; tab-separated), each gzipped or not. Documents of grade 0 are not relevant; all others count the same.
What is ranked are documents, each at the rank of its best chunk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from eval.datasets import jsonl
from eval.datasets.cases import Case, Span
from eval.errors import CasesError
from eval.scoring import metrics
from eval.scoring.results import Place, Ranking, Score, Scored

HITS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the corpus."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """The documents by file name, and the queries, whose gold alternatives are the relevant documents, whole."""

    texts: Mapping[str, str]
    cases: tuple[Case, ...]


def load(folder: Path) -> RetrievalSet:
    """The retrieval set in a folder; queries without a relevant document are left out, as trec_eval does.

    Raises CasesError when a file cannot be read, a row is malformed, or no query has a relevant document.
    """
    texts = {_name(row.id): _text(row) for row in jsonl.rows(_file(folder, "corpus.jsonl"), Entry)}
    relevant = _relevant(_file(folder, "qrels.tsv"))
    queries = jsonl.rows(_file(folder, "queries.jsonl"), Query)
    cases = tuple(_case(query, relevant[query.id], texts) for query in queries if query.id in relevant)
    if not cases:
        raise CasesError(f"{folder}: no query has a relevant document. Check the ids in qrels.tsv.")
    return RetrievalSet(texts, cases)


def score(case: Case, found: Ranking) -> Scored:
    """The query with the scores of the documents found for it."""
    return Scored(case, found, tuple(_scores(case, found.passages)))


def by_document(passages: Sequence[Place]) -> tuple[Place, ...]:
    """Of each document the best passage, in order."""
    best: dict[str, Place] = {}
    for place in passages:
        best.setdefault(place.source, place)
    return tuple(best.values())


def _scores(case: Case, ranked: Sequence[Place]) -> Iterator[Score]:
    relevant = metrics.relevance(ranked, case.gold_spans)
    ranks = ", ".join(str(rank) for rank, hit in enumerate(relevant, start=1) if hit)
    why = f"{sum(relevant)} of {len(case.gold)} relevant documents among {len(ranked)}" + (ranks and f", at {ranks}")
    for k in HITS:
        yield Score(f"retrieval_hit_at_{k}", metrics.hit_at(k, relevant), why)
    yield Score("retrieval_mrr", metrics.reciprocal_rank(relevant), why)
    yield Score("retrieval_ndcg_at_10", metrics.ndcg_at(10, relevant, len(case.gold)), why)


def _case(query: Query, relevant: Sequence[str], texts: Mapping[str, str]) -> Case:
    missing = [id_ for id_ in relevant if _name(id_) not in texts]
    if missing:
        raise CasesError(f"qrels.tsv names document {missing[0]!r}, which the corpus does not hold.")
    spans = [Span(name, 0, len(texts[name]), texts[name]) for name in map(_name, relevant)]
    # the answer is not what is asked for; its name stands for it, since every case with gold has one
    return Case(query.id, query.text, "query", answers=tuple(relevant), gold=tuple((span,) for span in spans))


def _relevant(path: Path) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(jsonl.lines(path), start=1):
        fields = line.decode().split("\t")
        if len(fields) != 3 or not fields[2].strip().isdigit():
            raise CasesError(f"{path}, line {number}: not query, document and grade, separated by tabs.")
        if int(fields[2]):
            found[fields[0]].append(fields[1])
    return dict(found)


def _file(folder: Path, name: str) -> Path:
    packed_one = folder / f"{name}.gz"
    return packed_one if packed_one.is_file() else folder / name


def _text(entry: Entry) -> str:
    return f"{entry.title}\n\n{entry.text}\n" if entry.title else f"{entry.text}\n"


def _name(id_: str) -> str:
    return f"{quote(id_, safe='')}.txt"
