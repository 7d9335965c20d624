"""Claim sets: statements with known truth, each with the text it is to be judged by.

A set is JSON Lines with `id`, `claim`, `evidence` and `label` (1 supported; 0 refuted, partly supported or not
stated), and may have `label_raw`, the set's own name of the label. Evidence that is longer than a passage is a page:
it goes into an index, and the sentences that the assistant finds nearest to the claim are what it is judged by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from eval.datasets import jsonl
from eval.runner.claims import Claim

PAGE = 1000  # characters: about what the encoder reads at once; the gold sentences of FM2 and FEVER are shorter


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of a claim set."""

    id: str
    claim: str
    evidence: str
    label: Literal[0, 1]
    label_raw: str = ""


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """The pages by file name, and the claims."""

    texts: Mapping[str, str]
    claims: tuple[Claim, ...]


def load(path: Path) -> ClaimSet:
    """The claim set of a file. Raises CasesError when it cannot be read, a row is malformed, or there are none."""
    rows = jsonl.rows(path, Row)
    pages = {_name(row): row.evidence for row in rows if _is_page(row)}
    return ClaimSet(pages, tuple(map(_claim, rows)))


def _claim(row: Row) -> Claim:
    rule = row.label_raw or ("supported" if row.label else "not supported")
    whole = _is_page(row)
    evidence = () if whole else (row.evidence,)
    return Claim(row.id, row.claim, evidence, true=bool(row.label), rule=rule, page=_name(row) if whole else "")


def _is_page(row: Row) -> bool:
    return len(row.evidence) > PAGE


def _name(row: Row) -> str:
    return f"{sha256(row.evidence.encode()).hexdigest()[:16]}.txt"
