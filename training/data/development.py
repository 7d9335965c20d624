"""The development data as values: reading rows, claims, and the files they come from.

Reads only; `train_*` files are the only ones that `reading_rows` and `claim_rows` are called with for training.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.data.text import Passage, Span

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WIKI = ("train_reading_squad11_sample", "train_reading_squad11_extra", "train_reading_shift_new_wiki")
FORUM = ("train_reading_shift_reddit", "train_reading_shift_amazon")
QAMR = "train_reading_qamr"
BUILT_UNANSWERABLE = "train_reading_squad11_unanswerable"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question and a passage; `kind` says how it was made, `golds` are all accepted answers.

    `others` are further right spans, each as good as the passage's `answer`. With `within`, any run of words inside
    one of the spans is right: the evidence is marked, not the words that answer.
    """

    id: str
    group: str
    question: str
    passage: Passage
    kind: str = "plain"
    golds: tuple[str, ...] = ()
    others: tuple[Span, ...] = ()
    within: bool = False

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every right span, in order; none when the passage doesn't answer."""
        return tuple(sorted((*((self.passage.answer,) if self.passage.answer else ()), *self.others), key=_start))


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, the evidence it is to be judged by, and whether that supports it.

    `contradicted` says whether the evidence speaks against it, None where nobody said.
    """

    id: str
    claim: str
    evidence: str
    supported: bool
    kind: str = "plain"
    contradicted: bool | None = None


def _start(span: Span) -> int:
    return span.start


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a (gzipped) JSON lines file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def shared_file(name: str, root: Path = SHARED) -> Path:
    """The path of a development set by its short name."""
    return root / f"{name}.jsonl.gz"


def reading_rows(name: str, root: Path = SHARED) -> list[Reading]:
    """Every row of a reading set whose answer lies where the row says, in file order."""
    rows = (_reading(row, name) for row in read_jsonl(shared_file(name, root)))
    return [row for row in rows if row is not None]


def _reading(row: dict[str, Any], name: str) -> Reading | None:
    group = f"{name}/{row.get('title') or row['doc_id']}"
    if name == QAMR:
        group = f"{name}/{row['doc_id']}"
    if not row["answerable"]:
        return Reading(row["id"], group, row["question"].strip(), Passage(row["context"]), "unanswerable")
    answer, start = row["answers"][0], row["starts"][0]
    if start is None or start < 0 or row["context"][start : start + len(answer)].lower() != answer.lower():
        return None
    passage = Passage(row["context"], Span(start, start + len(answer)))
    return Reading(row["id"], group, row["question"].strip(), passage, "plain", tuple(row["answers"]))


def claim_rows(name: str, root: Path = SHARED) -> list[Claim]:
    """Every row of a claim set, in file order; the evidence is the first set of `gold_lines`, or all lines."""
    return [_claim(row) for row in read_jsonl(shared_file(name, root))]


def _claim(row: dict[str, Any]) -> Claim:
    lines, gold = row["evidence"].split("\n"), row.get("gold_lines") or []
    chosen = [lines[i] for i in (gold[0] if gold else []) if i < len(lines)]
    evidence = " ".join(chosen) if chosen else " ".join(lines)
    return Claim(row["id"], row["claim"], plain(evidence), bool(row["label"]))


def plain(text: str) -> str:
    """FEVER's and ClapNQ's tokenised text with its brackets and quotes put back, so that it looks like prose."""
    for old, new in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(old, new)
    for mark in (".", ",", ";", ":", "?", "!", ")", "'s", "n't", "%"):
        text = text.replace(f" {mark}", mark)
    return text.replace("( ", "(").strip()


def by_group(rows: Iterable[Reading]) -> dict[str, list[Reading]]:
    """Rows of the same article (or document) together, in order."""
    groups: defaultdict[str, list[Reading]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    return dict(groups)


def contexts(rows: Sequence[Reading]) -> list[str]:
    """The distinct passages of `rows`, in order of first appearance."""
    return list(dict.fromkeys(row.passage.text for row in rows))
