"""Fits and measures the verifier on the development claims: the model alone, the checks alone, and both.

Every set weighs alike. FEVER-symmetric's `test` file, development data like the rest, is measured and fits nothing; of
both its files the claims that stand in FEVER's training rows, more than half, are left out. A contrast set of held-back
passages (`python -m training contrast --held-back`) fits and is measured when it is given.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from rag.models.calibration import Logistic
from rag.models.cross_encoder import SpanModel
from rag.verification.verifier import CHECKS, SUPPORT, support_values
from training.calibration.metrics import Figure, auroc_figure, balanced_accuracy, figure, mean_figure
from training.calibration.risk import least_threshold
from training.data import development
from training.data.development import Claim
from training.data.overlap import plain_words
from training.data.text import sentences

FITTED = ("fm2_dev", "fever_symmetric_dev", "wice_dev", "contrast")
WAYS = {"model": ("model",), "checks": CHECKS, "both": SUPPORT}
ALLOWED = (0.02, 0.05, 0.1)  # shares of unsupported statements that pass
FOLDS = 5
CHOSEN = 4  # sentences of a page
LOOKED_AT = 16  # sentences that share the most words with the claim, of which those are chosen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim of a set: what the model and the checks say of it, by name, and whether its evidence bears it out."""

    set: str
    values: dict[str, float]
    supported: bool
    id: str = ""


def judged(model: SpanModel, contrast: Sequence[Claim] = ()) -> list[Judged]:
    """Every development claim; of WiCE's pages the four sentences that the model finds to support the claim most."""
    trained = {plain_words(row.claim) for row in development.claim_rows("train_claims_fever")}
    found = _judged("fm2_dev", development.claim_rows("dev_claims_fm2_dev"), model)
    for name in ("fever_symmetric_dev", "fever_symmetric_test"):
        rows = development.claim_rows(f"dev_claims_{name}")
        found += _judged(name, [row for row in rows if plain_words(row.claim) not in trained], model)
    found += _judged("wice_dev", [chosen(row, model) for row in whole_pages()], model)
    return found + _judged("contrast", contrast, model)


def _judged(name: str, rows: Sequence[Claim], model: SpanModel) -> list[Judged]:
    logits = model.support([(row.claim, row.evidence) for row in rows])
    return [
        Judged(name, support_values(row.claim, row.evidence, logit), row.supported, row.id)
        for row, logit in zip(rows, logits, strict=True)
    ]


def ordered(rows: Sequence[Judged]) -> list[Figure]:
    """Of statements made from one sentence, whether the model gives the true one more than the false one, by kind.

    A contrast claim's id is its sentence's, a colon, and how it was made.
    """
    sides: defaultdict[str, dict[bool, Judged]] = defaultdict(dict)
    for row in rows:
        if row.set == "contrast":
            sides[row.id.split(":")[0]].setdefault(row.supported, row)
    pairs = [(pair[True], pair[False]) for pair in sides.values() if len(pair) == 2]
    right = [float(true.values["model"] > false.values["model"]) for true, false in pairs]
    return [mean_figure("contrast: pairs ordered right", right)] if right else []


def support(rows: Sequence[Judged], names: Sequence[str] = WAYS["both"]) -> Logistic:
    """The probability of support from the named values; both labels of every set weigh alike."""
    values = np.array([[row.values[name] for name in names] for row in rows])
    kinds = [(row.set, row.supported) for row in rows]
    weights = [len(rows) / kinds.count(kind) for kind in kinds]
    fitted = LogisticRegression(C=1.0).fit(values, [row.supported for row in rows], sample_weight=weights)
    named = {name: float(weight) for name, weight in zip(names, fitted.coef_[0], strict=True)}
    return Logistic(named, float(fitted.intercept_[0]))


def risks(rows: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """For each share of unsupported statements that may pass: the threshold that keeps to it, and what else passes.

    The share is bounded at 90 % confidence, for claims like these, by a model that did not see the claim.
    """
    inside = [row for row in rows if row.set in FITTED]
    values = _crossed(inside, WAYS["both"])
    truth = np.array([row.supported for row in inside])
    found = {}
    for allowed in ALLOWED:
        cut = least_threshold(values, (~truth).tolist(), allowed)
        found[f"{allowed:g}"] = {
            "threshold": round(cut, 4),
            "passed_supported": round(float((values[truth] >= cut).mean()), 3),
            "passed_unsupported": round(float((values[~truth] >= cut).mean()), 3),
            "n": int((~truth).sum()),
        }
    return found


def ablation(rows: Sequence[Judged]) -> list[Figure]:
    """Balanced accuracy at one half, and AUROC, of each way on each set; by a model that did not see the row."""
    found = []
    for way, names in WAYS.items():
        values = _crossed(rows, names)
        for name in sorted({row.set for row in rows}):
            inside = [place for place, row in enumerate(rows) if row.set == name]
            truth = np.array([rows[place].supported for place in inside])
            scores = values[inside]
            found += [
                _accuracy(f"{name}, {way}", truth, scores),
                auroc_figure(f"{name}, {way}: AUROC", truth.tolist(), scores.tolist()),
            ]
    return found


def _accuracy(name: str, truth: NDArray[np.bool_], scores: Floats) -> Figure:
    return figure(f"{name}: balanced accuracy", len(truth), lambda at: balanced_accuracy(truth[at], scores[at] >= 0.5))


def _crossed(rows: Sequence[Judged], names: Sequence[str]) -> Floats:
    values = np.zeros(len(rows))
    for held in range(FOLDS):
        fitting = [row for place, row in enumerate(rows) if place % FOLDS != held and row.set in FITTED]
        model = support(fitting, names)
        for place in range(held, len(rows), FOLDS):
            values[place] = model(rows[place].values)
    return values


def whole_pages() -> list[Claim]:
    """WiCE's claims, each with its page as lines."""
    rows = development.read_jsonl(development.shared_file("dev_claims_wice_dev"))
    return [Claim(row["id"], row["claim"], row["evidence"], bool(row["label"])) for row in rows]


def chosen(row: Claim, model: SpanModel, count: int = CHOSEN) -> Claim:
    """The claim with the `count` sentences of its page, each read alone, that support it most; in the page's order."""
    pieces = [row.evidence[s.start : s.end][:600] for s in sentences(row.evidence)]
    pieces = list(dict.fromkeys(piece for piece in pieces if len(piece.split()) > 3)) or [row.evidence[:1000]]
    pieces = sharing_words(row.claim, pieces, LOOKED_AT)
    logits = model.support([(row.claim, piece) for piece in pieces])
    best = sorted(range(len(pieces)), key=lambda place: (-logits[place], place))[:count]
    return replace(row, evidence=" ".join(pieces[place] for place in sorted(best)))


def sharing_words(claim: str, pieces: Sequence[str], count: int) -> list[str]:
    """The pieces with the most of the claim's words, rare ones counting more, in their order."""
    bags = [set(re.findall(r"\w+", piece.lower())) for piece in pieces]
    asked = set(re.findall(r"\w+", claim.lower()))
    held = Counter(word for bag in bags for word in bag & asked)
    scores = [sum(1 / held[word] for word in sorted(bag & asked)) for bag in bags]
    best = sorted(range(len(pieces)), key=lambda i: (-scores[i], i))[:count]
    return [pieces[i] for i in sorted(best)]
