"""Measures support on the claim sets; for WiCE, whose evidence is a whole page, sentences are chosen first."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from training import data
from training.data import Claim
from training.infer import support
from training.metrics import Figure, auroc_figure, balanced_accuracy, best_threshold, figure
from training.model import ReaderModel
from training.similarity import Embedder
from training.text import sentences

CHOSEN = 4  # sentences of a page
LOOKED_AT = 16  # sentences that share the most words with the claim, of which the nearest are chosen


def claims(model: ReaderModel, embedder: Embedder) -> list[Figure]:
    """Balanced accuracy at logit 0 and at a threshold fitted elsewhere, and AUROC, on every claim set."""
    figures: list[Figure] = []
    for name in ("dev_claims_fm2_dev", "dev_claims_fever_symmetric_dev", "dev_claims_fever_symmetric_test"):
        figures += measured(name.removeprefix("dev_claims_"), data.claim_rows(name), model)
    wice = data.claim_rows("dev_claims_wice_dev")
    chosen = choose(whole_pages(), embedder)
    return [*figures, *measured("wice, sentences chosen", chosen, model), *measured("wice, gold lines", wice, model)]


def measured(name: str, rows: Sequence[Claim], model: ReaderModel) -> list[Figure]:
    """The figures of one set."""
    truth = np.array([row.supported for row in rows])
    scores = np.array(support(model, [(row.claim, row.evidence) for row in rows]))
    other = _other_half(truth, scores)
    return [
        auroc_figure(f"{name} AUROC", truth.tolist(), scores.tolist()),
        figure(f"{name} balanced accuracy at 0", len(rows), lambda i: balanced_accuracy(truth[i], scores[i] >= 0)),
        figure(
            f"{name} balanced accuracy, other half's threshold",
            len(rows),
            lambda i: balanced_accuracy(truth[i], other[i]),
        ),
    ]


def _other_half(truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    predicted = np.zeros(len(truth), dtype=bool)
    for half in (0, 1):
        here, other = slice(half, None, 2), slice(1 - half, None, 2)
        predicted[here] = scores[here] >= best_threshold(truth[other].tolist(), scores[other].tolist())
    return predicted


def whole_pages() -> list[Claim]:
    """WiCE's claims, each with its page as lines."""
    rows = data.read_jsonl(data.shared_file("dev_claims_wice_dev"))
    return [Claim(row["id"], row["claim"], row["evidence"], bool(row["label"])) for row in rows]


def choose(rows: Sequence[Claim], embedder: Embedder, count: int = CHOSEN) -> list[Claim]:
    """Each claim with the `count` sentences of its page nearest to it by cosine, in the page's order."""
    return [Claim(row.id, row.claim, " ".join(nearest(row, embedder, count)), row.supported) for row in rows]


def nearest(row: Claim, embedder: Embedder, count: int) -> list[str]:
    """The sentences nearest to the claim; of equals the first."""
    pieces = [row.evidence[s.start : s.end][:600] for s in sentences(row.evidence)]
    pieces = list(dict.fromkeys(piece for piece in pieces if len(piece.split()) > 3))
    if not pieces:
        return [row.evidence[:1000]]
    pieces = sharing_words(row.claim, pieces, LOOKED_AT)
    vectors = embedder.embed([row.claim, *pieces])
    best = np.argsort(-(vectors[1:] @ vectors[0]), kind="stable")[:count]
    return [pieces[index] for index in sorted(best)]


def sharing_words(claim: str, pieces: Sequence[str], count: int) -> list[str]:
    """The pieces with the most of the claim's words, rare ones counting more, in their order."""
    bags = [set(re.findall(r"\w+", piece.lower())) for piece in pieces]
    asked = set(re.findall(r"\w+", claim.lower()))
    held = Counter(word for bag in bags for word in bag & asked)
    scores = [sum(1 / held[word] for word in sorted(bag & asked)) for bag in bags]
    best = sorted(range(len(pieces)), key=lambda i: (-scores[i], i))[:count]
    return [pieces[i] for i in sorted(best)]
