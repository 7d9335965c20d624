"""Any text held against the documents: its statements, and for each a verdict with the exact spans it rests on.

The text may be another assistant's answer, a report or a README. It is cut into sentences; headings, questions and code
are no statements. What retrieves and what cites is passed in.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.protocols import Contradicts, Verifier
from rag.text.english.questions import turned
from rag.text.english.tokens import denies, stems, words
from rag.text.sentences import sentence_spans
from rag.types import CheckedStatement, Citation, Evidence, Passage, Sentence, Verdict, Verification
from rag.verification.gate import Ruling, grounds_of, judge
from rag.verification.grounding import clashes

Retrieve = Callable[[str], Sequence[Passage]]
Cite = Callable[[Sequence[Evidence]], tuple[Citation, ...]]

MOST_EVIDENCE = 3  # sentences that are tried alone, and together, for one statement
LEAST_WORDS = 3  # fewer are a label, not a statement
# The share of a statement's stems in one sentence from which that is about the same thing, so that a particular or a
# polarity that differs contradicts it.
ABOUT = 0.5
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"\s*\[\d+(?:\s*[,–-]\s*\d+)*\]|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")  # citations and emphasis
_LEANS = re.compile(r"[\"'“‘(]*(?:he|she|they|it|this|these|those|his|her|their|its|such)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A statement's span in the text, its words as they are judged, and those it is looked up by."""

    start: int
    end: int
    plain: str
    query: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a claim: the evidence, and what the gate says of it."""

    evidence: tuple[Evidence, ...]
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class TextChecker:
    """Checks texts against one index: `retrieve` gives the passages for a statement, `cite` what cites evidence."""

    retrieve: Retrieve
    cite: Cite
    verifier: Verifier

    def check(self, text: str) -> Verification:
        """Every statement of a text with its verdict, in the text's order: `text[start:end] == statement.text`."""
        return Verification(tuple(self._checked(text, claim) for claim in _claims(text)))

    def _checked(self, text: str, claim: _Claim) -> CheckedStatement:
        near = _nearest(claim, self.retrieve(claim.query))
        found = self._best(claim, near)
        verdict, evidence = self._verdict(claim, near, found)
        support = round(found.ruling.support, 4)
        return CheckedStatement(
            text[claim.start : claim.end], claim.start, claim.end, verdict, support, self.cite(evidence)
        )

    def _best(self, claim: _Claim, near: Sequence[Evidence]) -> _Found:
        """The least evidence that supports the claim; where none does, what comes nearest to it."""
        best = _Found((), Ruling(0.0, "nothing"))
        for evidence in _attempts(near):
            ruling = judge(claim.plain, grounds_of(evidence), self.verifier)
            if ruling.support > best.ruling.support or not best.evidence:
                best = _Found(evidence, ruling)
            if ruling.passes:
                break
        return best

    def _verdict(self, claim: _Claim, near: Sequence[Evidence], found: _Found) -> tuple[Verdict, Sequence[Evidence]]:
        if found.ruling.passes:
            return "supported", found.evidence
        against = [item for item in near if self._contradicts(item, claim.plain)]
        return ("contradicted", against[:1]) if against else ("not_found", near[:1])

    def _contradicts(self, item: Evidence, said: str) -> bool:
        """Whether a sentence is about what is said and speaks against it: another number, or by the verifier's word.

        Where the verifier cannot tell, rules see another particular, an opposite, a denial.
        """
        if _share(set(stems(said)), item.quote) < ABOUT:
            return False
        grounds = grounds_of([item])
        texts = [*grounds.context, item.quote]
        told = self.verifier.contradicts(said, texts) if isinstance(self.verifier, Contradicts) else None
        if told is None:
            told = denies(said) != denies(item.quote) or turned(said, item.quote) or bool(grounds.missing(said))
        return told or clashes(said, item.quote)


def statement_spans(text: str) -> list[Sentence]:
    """The sentences of a text that state something: neither headings nor questions, code nor labels."""
    code = [match.span() for match in _FENCE.finditer(text)]
    return [span for span in sentence_spans(text) if _states(text[span.start : span.end], span, code)]


def _states(said: str, span: Sentence, code: Sequence[tuple[int, int]]) -> bool:
    if span.heading or said.rstrip(' *_"”’)').endswith("?") or len(words(said)) < LEAST_WORDS:
        return False
    return not any(start < span.end and span.start < end for start, end in code)


def _claims(text: str) -> Iterator[_Claim]:
    """The statements; one that leans on the sentence before it is looked up with that."""
    spans = statement_spans(text)
    for before, span in pairwise([None, *spans]):
        assert span is not None
        said = _plain(text[span.start : span.end])
        earlier = _plain(text[before.start : before.end]) if before and _LEANS.match(said) else ""
        yield _Claim(span.start, span.end, said, f"{earlier} {said}".strip())


def _plain(said: str) -> str:
    return " ".join(_MARKS.sub("", said).split())


def _nearest(claim: _Claim, passages: Sequence[Passage]) -> list[Evidence]:
    """The sentences that share most with a claim, best first."""
    said = set(stems(claim.query))
    sentences = {
        (chunk.doc_id, sentence.start): Evidence(
            chunk, sentence.start, sentence.end, _share(said, chunk.quote(sentence.start, sentence.end)), chunk.context
        )
        for chunk in (passage.chunk for passage in passages)
        for sentence in chunk.sentences
        if not sentence.heading
    }
    ranked = sorted(sentences.values(), key=lambda item: (-item.score, item.chunk.doc_id, item.start))
    return ranked[:MOST_EVIDENCE]


def _share(said: set[str], sentence: str) -> float:
    return len(said & set(stems(sentence))) / len(said) if said else 0.0


def _attempts(near: Sequence[Evidence]) -> Iterator[tuple[Evidence, ...]]:
    """Each sentence alone, then the best two of one document, then the best of one document together."""
    yield from ((item,) for item in near)
    same = [item for item in near if item.chunk.doc_id == near[0].chunk.doc_id]
    for count in range(2, len(same) + 1):
        yield tuple(sorted(same[:count], key=lambda item: item.start))
