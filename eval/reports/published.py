"""What others have published on the sets that `--set` can ask: each figure with its source and how its measure differs.

They are shown beside ours, and nothing is judged by them. The figures are those that `shared/data/README.md`, the note
that came with the development data, lists; a set that is not here has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eval.scoring.statistics import Interval
from eval.scoring.thresholds import Judgement

README = "the development data's README.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """A system's value on one of our metrics (0..1), what was measured otherwise than here, and where it stands."""

    system: str
    metric: str
    value: float
    differs: str
    source: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A published figure and what was measured here on the same metric."""

    figure: Figure
    ours: Interval


def beside(benchmark: str, judgement: Judgement) -> list[Beside]:
    """The figures published on a set, each with ours where there is one."""
    ours = {one.metric: one.measured for one in judgement.verdicts}
    figures = ((figure, ours.get(figure.metric)) for figure in PUBLISHED.get(benchmark, ()))
    return [Beside(figure, found) for figure, found in figures if found]


def _pair(system: str, em: float, f1: float, *, prefix: str, differs: str, source: str) -> tuple[Figure, Figure]:
    """Exact match and F1, in per cent as reading sets give them."""
    return (
        Figure(system, f"{prefix}_em", em / 100, differs, source),
        Figure(system, f"{prefix}_f1", f1 / 100, differs, source),
    )


_SQUAD = f"published predictions, scored on these questions; {README}"
_SAME_HALF = "the first half of the official development set, whole"
_SHIFT = f"Miller et al., ICML 2020; {README}"
_BEIR = f"BEIR's leaderboard; {README}"
_BEIR_SPLIT = "BEIR's 300 test queries; here are its 809 training queries, over the same corpus"
_WICE = f"Kamoi et al., EMNLP 2023; {README}"
_WICE_SPLIT = "WiCE test, with the gold chunks given; here the dev half, sentences chosen from the whole page"
_POLICY = f"Ahmad et al., EMNLP Findings 2020; {README}"
_ALCE = "ASQA, by an entailment model over passages of 100 words; here marked sentences of one passage"


def _shift(*systems: tuple[str, float, float]) -> tuple[Figure, ...]:
    pairs = (
        _pair(system, em, f1, prefix="answer", differs="the whole set, trained on SQuAD 1.1", source=_SHIFT)
        for system, em, f1 in systems
    )
    return tuple(figure for pair in pairs for figure in pair)


PUBLISHED: Mapping[str, tuple[Figure, ...]] = {
    "squad2": (
        *_pair("BERT, single", 79.0, 81.8, prefix="squad2", differs=_SAME_HALF, source=_SQUAD),
        *_pair("BiDAF + self-attention + ELMo", 65.4, 67.6, prefix="squad2", differs=_SAME_HALF, source=_SQUAD),
        *_pair("always refusing", 52.1, 52.1, prefix="squad2", differs=_SAME_HALF, source=_SQUAD),
        *_pair("people", 86.8, 89.5, prefix="squad2", differs="the hidden test set", source=f"leaderboard; {README}"),
    ),
    "new_wiki": _shift(("BERT-large", 81.8, 90.8), ("BiDAF", 64.7, 76.5)),
    "reddit": _shift(("BERT-large", 68.9, 81.2)),
    "amazon": _shift(("BERT-large", 66.6, 80.8)),
    "policyqa": _pair(
        "BERT", 31.0, 59.2, prefix="answer", differs="the development split, whole, trained on PolicyQA", source=_POLICY
    ),
    "clapnq": (
        Figure("ALCE's best on ASQA", "citation_precision", 0.816, _ALCE, f"Gao et al., EMNLP 2023; {README}"),
        Figure("ALCE's best on ASQA", "statement_support", 0.848, _ALCE, f"Gao et al., EMNLP 2023; {README}"),
    ),
    "scifact": tuple(
        Figure(system, "retrieval_ndcg_at_10", value, _BEIR_SPLIT, _BEIR)
        for system, value in (
            ("BM25", 0.677),
            ("all-MiniLM-L6-v2", 0.645),
            ("SPLADE-v3", 0.714),
            ("bge-base", 0.741),
        )
    ),
    "wice": (
        Figure("GPT-4", "verifier_balanced_accuracy", 0.77, _WICE_SPLIT, _WICE),
        Figure("T5-3B, ANLI", "verifier_balanced_accuracy", 0.74, _WICE_SPLIT, _WICE),
        Figure("T5-3B, ANLI + WiCE", "verifier_balanced_accuracy", 0.88, _WICE_SPLIT, _WICE),
        Figure(
            "MiniCheck-7B",
            "verifier_balanced_accuracy",
            0.774,
            "the mean over LLM-AggreFact's sets, of which WiCE is one",
            f"Tang et al., EMNLP 2024; {README}",
        ),
    ),
}
