"""Comparisons: what the documents say of either side, each cited, and the difference where both are figures.

The sides are two documents that the question names, or two things joined in it (`A or B`, `from A to B`). Each is read
by itself; a side of which nothing is said is named in a note.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rag.answering.builder import Asked, Outcome
from rag.answering.question_kinds import QuestionKind
from rag.answering.strategies.references import documents_named, names_in
from rag.answering.strategy import Components
from rag.text.english.tokens import STOP_WORDS, stems, words
from rag.types import AnswerDone, Citation, Draft, Event, Evidence, EvidenceFound, Note, Reading, Statement
from rag.verification.verifier import THRESHOLD

# What joins the two sides, the surest first, and what ends a side on either hand: a closed class of English.
_JOINS = ("vs", "versus", "or", "and", "than", "to", "with", "as")
_ENDS = frozenset(
    "is are was were be do does did has have had can could will would in on of at for from by between than more less "
    "which who what how when compare about same".split()
)
_LONGEST_SIDE = 5  # words
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_WORD = re.compile(r"[\w’'.-]*\w|[,;?]")


@dataclass(frozen=True, slots=True)
class Sides:
    """Two things that are compared, as the question calls them, and the question asked of either."""

    names: tuple[str, str]
    questions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the documents say of one side; `evidence` is None when they say nothing."""

    name: str
    evidence: Evidence | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class ComparisonStrategy:
    """Quotes what answers for either side."""

    kinds: frozenset[QuestionKind] = frozenset({"compare"})

    def answer(self, asked: Asked, parts: Components) -> Iterator[Event | None] | None:
        """Both sides; None when there are no two sides, or nothing is said of either."""
        said = _by_document(asked, parts) or _by_thing(asked, parts)
        if not any(side.evidence for side in said):
            return None
        return _shown(asked, parts, said)


def sides_of(question: str) -> Sides | None:
    """The two things that a question joins, and the question with either left out; None when it joins none."""
    tokens = _WORD.findall(question)
    lower = [token.lower() for token in tokens]
    for join in _JOINS:
        places = [at for at, token in enumerate(lower) if token == join and 0 < at < len(tokens) - 1]
        for at in reversed(places):
            right = _run(tokens[at + 1 :])
            compared = at - 1 if join == "than" else at  # the comparative belongs to neither side
            left = _run(tokens[:compared][::-1])[::-1]
            if left and right and _bears(left) and _bears(right):
                size = max(len(right), 1)
                left = left[-size:] if _bears(left[-size:]) else left
                return Sides(
                    (" ".join(left), " ".join(right)),
                    (
                        _sentence([*tokens[:at], *tokens[at + 1 + len(right) :]]),
                        _sentence([*tokens[: compared - len(left)], *tokens[at + 1 :]]),
                    ),
                )
    return None


def difference(one: str, other: str) -> str:
    """The difference of the only numbers in two texts, as a number; empty when either has none or several."""
    found = [[float(number.replace(",", "")) for number in _NUMBER.findall(text)] for text in (one, other)]
    if any(len(numbers) != 1 for numbers in found) or found[0] == found[1]:
        return ""
    return f"{abs(round(found[0][0] - found[1][0], 6)):,.10g}"


def _by_document(asked: Asked, parts: Components) -> list[_Said]:
    """What each of two documents says that the question names."""
    named = documents_named(asked.wanted, names_in(parts.catalogue, asked.doc_ids))
    if len(named) != 2:
        return []
    sources = parts.catalogue.sources()
    aside = {stem for document in named for stem in document.name}
    topic = set(stems(asked.wanted)) - aside
    found = []
    for document in named:
        reading = _read(asked.wanted, (document.doc_id,), parts)
        about = (item for item in reading.evidence if topic & set(stems(_in_context(item))))
        found.append(_Said(PurePath(sources[document.doc_id]).name, next(about, None), reading))
    return found


def _by_thing(asked: Asked, parts: Components) -> list[_Said]:
    """What is said of each of two things."""
    sides = sides_of(asked.wanted)
    if not sides:
        return []
    one, other = (set(stems(name)) for name in sides.names)
    asking = zip(sides.names, sides.questions, (one - other, other - one), strict=True)
    said = [_of_thing(name, question, own, asked, parts) for name, question, own in asking]
    sure = any(side.evidence and side.reading.confidence >= parts.threshold for side in said)
    return said if sure else []


def _of_thing(name: str, question: str, called: set[str], asked: Asked, parts: Components) -> _Said:
    """The likeliest of the sentences that name most of the thing, by `called`, in their words or under their headings.

    The question may go on after its second side (`or the season ticket dearer?`), so not all of it need be named.
    """
    reading = _read(question, asked.doc_ids, parts)
    naming = [(len(called & set(stems(_in_context(item)))), item) for item in reading.evidence]
    most = max((count for count, _ in naming), default=0)
    evidence = next((item for count, item in naming if count == most and most), None)
    likely = evidence and evidence.score >= reading.evidence[0].score / 2
    return _Said(name, evidence if likely else None, reading)


def _read(question: str, doc_ids: Sequence[str] | None, parts: Components) -> Reading:
    return parts.reader.read(question, parts.retriever.retrieve(question, doc_ids), parts.retriever.encoder())


def _shown(asked: Asked, parts: Components, said: Sequence[_Said]) -> Iterator[Event | None]:
    asked.clock.lap("read")
    given = [(side.evidence, side.reading) for side in said if side.evidence]
    yield EvidenceFound(parts.cited([evidence for evidence, _ in given]), asked.wanted)
    outcome = Outcome()
    for evidence, reading in dict.fromkeys(given):
        statement = parts.statement(Draft(" ".join(evidence.quote.split()), (evidence,)), reading)
        kept = bool(statement.citations) and (statement.support >= THRESHOLD or not asked.verify)
        (outcome.kept if kept else outcome.dropped).append(statement)
    if len(outcome.kept) == 2:
        outcome.kept.extend(_computed(outcome.kept, said))
    if missing := [side.name for side in said if not side.evidence]:
        outcome.notes.append(Note("not_stated", f"The documents do not say it of {' or '.join(missing)}."))
    outcome.notes.append(Note("compared", f"Compared: {said[0].name}, and {said[1].name}."))
    asked.clock.lap("answer")
    confidence = max(parts.threshold, min(reading.confidence for _, reading in given))
    yield AnswerDone(
        asked.answered(confidence, outcome, None)
        if outcome.kept
        else asked.refused("unsupported", nearest=parts.cited([evidence for evidence, _ in given]), outcome=outcome)
    )


def _computed(kept: Sequence[Statement], said: Sequence[_Said]) -> list[Statement]:
    """The difference of the figures that answer for either side, if there is one each."""
    short = [side.reading.short_answer for side in said]
    if not all(short):
        return []
    found = difference(*(words_.quote for words_ in short if words_))
    if not found:
        return []
    citations: tuple[Citation, ...] = tuple(citation for statement in kept for citation in statement.citations)
    support = min(statement.support for statement in kept)
    return [Statement(f"The difference is {found}.", citations, support, origin="computed")]


def _in_context(item: Evidence) -> str:
    return " ".join([*(span.quote for span in item.context or item.chunk.context), item.quote])


def _run(tokens: Sequence[str]) -> list[str]:
    """The words up to one that ends a side."""
    run: list[str] = []
    for token in tokens[:_LONGEST_SIDE]:
        if token in ",;?" or token.lower() in _ENDS:
            break
        run.append(token)
    return run


def _bears(run: Sequence[str]) -> bool:
    """Whether some of the words carry meaning."""
    return any(word not in STOP_WORDS for word in words(" ".join(run)))


def _sentence(tokens: Sequence[str]) -> str:
    text = re.sub(r"\s+([,;?])", r"\1", " ".join(tokens))
    return text if text.endswith("?") else f"{text}?"
