"""Measures a reader on ClapNQ: search questions whose answers are whole sentences, half of them unanswerable."""

from collections.abc import Sequence

import numpy as np

from training import data
from training.evaluate import Fitted, answerables, both_scores, margins, nearest_cosines
from training.infer import Query, Read, read
from training.metrics import Figure, auroc_figure, mean_figure, set_f1
from training.model import ReaderModel
from training.signals import features
from training.similarity import Embedder
from training.text import Span, sentences


def clapnq(model: ReaderModel, embedder: Embedder, fitted: Fitted) -> list[Figure]:
    """Search questions: answerability, and F1 of the best one, two or three sentences against the supporting ones."""
    rows = list(data.read_jsonl(data.shared_file("dev_reading_clapnq_a")))
    spans = [tuple(sentences(row["context"])) for row in rows]
    queries = [Query(row["question"], row["context"], s) for row, s in zip(rows, spans, strict=True)]
    reads = read(model, queries, window=512)
    truth = [bool(row["answerable"]) for row in rows]
    cosines = nearest_cosines(queries, embedder)
    values = np.array([features(q, r, c) for q, r, c in zip(queries, reads, cosines, strict=True)])
    figures = [
        auroc_figure("clapnq AUROC of margin", truth, margins(reads).tolist()),
        auroc_figure("clapnq AUROC of answerable logit", truth, answerables(reads).tolist()),
        auroc_figure("clapnq AUROC of both", truth, both_scores(reads).tolist()),
        auroc_figure("clapnq AUROC of cosine", truth, cosines),
        auroc_figure("clapnq AUROC of all signals, fitted on squad2", truth, fitted.weights.logit(values).tolist()),
    ]
    golds = [_gold(row, s) for row, s in zip(rows, spans, strict=True)]
    for size in (1, 2, 3):
        found = [set_f1(_top(r, size), gold) for r, gold in zip(reads, golds, strict=True) if gold]
        figures.append(mean_figure(f"clapnq sentence F1 of the best {size}", found))
    return figures


def _top(found: Read, size: int) -> set[int]:
    scored = [(score, -index) for index, score in enumerate(found.sentences) if score is not None]
    return {-index for _, index in sorted(scored, reverse=True)[:size]}


def _gold(row: dict[str, object], spans: Sequence[Span]) -> set[int]:
    starts, answers = row["starts"], row["answers"]
    assert isinstance(starts, list) and isinstance(answers, list)
    golds = [Span(start, start + len(text)) for start, text in zip(starts, answers, strict=True) if start >= 0]
    return {index for index, span in enumerate(spans) if any(span.overlaps(gold) for gold in golds)}
