"""The generator that needs no model: it answers with the document's own sentences."""

from collections.abc import Sequence

from rag.types import Draft, Evidence, Reading

SENTENCES = 3
# How far below the best sentence another may score. On the development sets (CLAPnq, whose answers are several
# sentences, n = 157; SQuAD, mostly one, n = 568) sentence F1 is 0.403 / 0.780 at 0, 0.509 / 0.771 here, 0.534 / 0.709
# at 0.1.
MARGIN = 0.05


class Extractive:
    """A `Generator` that quotes the best sentence, and those that are nearly as good, in document order."""

    name = "extractive"

    def generate(self, question: str, reading: Reading) -> Sequence[Draft]:
        """One draft a sentence, one to three of them."""
        best = reading.evidence[0].score
        chosen = [item for item in reading.evidence[:SENTENCES] if item.score >= best - MARGIN]
        return [Draft(text=" ".join(item.quote.split()), evidence=(item,)) for item in sorted(chosen, key=_place)]


def _place(evidence: Evidence) -> tuple[str, int]:
    return evidence.chunk.source, evidence.start
