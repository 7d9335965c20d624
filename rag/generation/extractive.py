"""The generator that needs no model: it answers with the document's own sentences."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.types import Draft, Evidence, Reading

SENTENCES = 3
# The least share of the best sentence's score with which another is quoted too. Chosen on the development sets; see
# docs/lab/reader-log.md.
SHARE = 0.7
# How a sentence begins that leans on the one before it.
_LEANS = re.compile(r"[\"'“‘(]*(?:he|she|they|it|this|these|those|his|her|their|its|such)\b", re.IGNORECASE)


class Extractive:
    """A `Generator` that quotes the best sentence, and those nearly as good, in document order.

    Of a question in several parts it quotes what answers each.
    """

    name = "extractive"

    def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
        """One draft a sentence, one to three of them; a sentence that leans on the one before it brings that along."""
        chosen = {(item.chunk.id, item.start): item for part in reading.parts or (reading,) for item in _best(part)}
        whole = _distinct([_standing(item) for item in sorted(list(chosen.values())[:SENTENCES], key=_place)])
        return [Draft(text=" ".join(item.quote.split()), evidence=(item,)) for item in whole]


def _best(reading: Reading) -> list[Evidence]:
    least = reading.evidence[0].score * SHARE
    return [item for item in reading.evidence[:SENTENCES] if item.score >= least]


def _standing(evidence: Evidence) -> Evidence:
    """The sentence with the one before it in its passage, if it begins with a pronoun."""
    before = [item for item in evidence.chunk.sentences if item.end <= evidence.start]
    if not before or before[-1].heading or not _LEANS.match(evidence.quote):
        return evidence
    return replace(evidence, start=before[-1].start)


def _distinct(quoted: Sequence[Evidence]) -> list[Evidence]:
    """In document order, without those that lie within the one after or before."""
    kept: list[Evidence] = []
    for item in quoted:
        if kept and kept[-1].chunk.doc_id == item.chunk.doc_id and item.start <= kept[-1].start:
            kept.pop()
        if not kept or kept[-1].chunk.doc_id != item.chunk.doc_id or item.end > kept[-1].end:
            kept.append(item)
    return kept


def _place(evidence: Evidence) -> tuple[str, int]:
    return evidence.chunk.source, evidence.start
