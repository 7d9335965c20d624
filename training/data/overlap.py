"""Whether what trains shares text with what measures: runs of 13 words, as GPT-3's authors checked (Brown et al. 2020).

Titles, dates and set phrases are shorter than that; a paragraph that stands in both is found. Of claims, their own
words count too: 400 of FEVER-symmetric's 708 development claims stand in FEVER's training rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import development
from training.data.development import Claim, Reading, read_jsonl
from training.data.sources import DEVELOPMENT, development_readings

WORDS = 13


def grams(text: str, size: int = WORDS) -> Iterator[int]:
    """A hash of each run of `size` words, lower-cased, without marks."""
    words = re.findall(r"\w+", text.lower())
    for start in range(len(words) - size + 1):
        yield hash(" ".join(words[start : start + size]))


@dataclass(frozen=True, slots=True)
class Measuring:
    """What the sets that measure hold: runs of words of their texts, and their claims."""

    runs: frozenset[int]
    claims: frozenset[str]

    def shares(self, row: Reading | Claim) -> bool:
        """Whether a training row has a run of words, or its claim, in common with them."""
        if isinstance(row, Reading):
            return self._holds(row.passage.text)
        return plain_words(row.claim) in self.claims or self._holds(row.evidence)

    def _holds(self, text: str) -> bool:
        return any(gram in self.runs for gram in grams(text))


def plain_words(text: str) -> str:
    """Lower-cased words without marks."""
    return " ".join(re.findall(r"\w+", text.lower()))


def measuring(root: Path = development.SHARED, more: Sequence[str] = ()) -> Measuring:
    """Every `dev_*` set, of SQuAD 2.0 the articles held back, and `more` texts."""
    texts, claims = {row.passage.text for row in development_readings(root, held_back=True)} | set(more), set()
    for path in sorted(root.glob("dev_*.jsonl.gz")):
        if path.name != f"{DEVELOPMENT}.jsonl.gz":
            for row in read_jsonl(path):
                texts.add(row.get("context") or row["evidence"])
                claims.add(plain_words(row.get("claim", "")))
    runs = frozenset(gram for text in texts for gram in grams(text))
    return Measuring(runs, frozenset(claims - {""}))


def unshared(rows: Iterable[Reading | Claim], against: Measuring) -> list[Reading | Claim]:
    """The rows that share nothing with what measures, in order."""
    verdicts: dict[tuple[str, str], bool] = {}
    kept = []
    for row in rows:
        key = ("", row.passage.text) if isinstance(row, Reading) else (row.claim, row.evidence)
        if key not in verdicts:
            verdicts[key] = against.shares(row)
        if not verdicts[key]:
            kept.append(row)
    return kept
