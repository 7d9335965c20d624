"""Measures the reader on the seed article with our own questions (development data, written before any output).

The article is read in chunks of whole sentences, as the product does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import data
from training.batches import tokenizer
from training.evaluate import Fitted, both_scores, nearest_cosines
from training.infer import Query, Read, read
from training.metrics import Figure, Floats, auroc_figure, mean_figure
from training.model import ReaderModel
from training.signals import features
from training.similarity import Embedder
from training.text import Span, sentences

QUESTIONS = Path(__file__).with_name("seed_questions.jsonl")
SEEDS = data.SHARED.parent / "seeds"
CHUNK = 200  # wordpieces


@dataclass(frozen=True, slots=True)
class SeedQuestion:
    """A question about the article; `gold` is the index of the sentence that answers, None if none does."""

    question: str
    gold: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """The text, its sentences, and chunks as ranges of sentence indices."""

    text: str
    sentences: list[Span]
    chunks: list[range]

    def chunk_query(self, question: str, chunk: range) -> Query:
        """The question over one chunk, with its sentences to be scored."""
        start = self.sentences[chunk.start].start
        inside = tuple(self.sentences[i].shifted(-start) for i in chunk)
        return Query(question, self.text[start : self.sentences[chunk.stop - 1].end], inside)


def load_article() -> Article:
    """The seed text in chunks of at most 200 wordpieces."""
    text = next(SEEDS.glob("*.txt")).read_text(encoding="utf-8")
    spans = sentences(text)
    loaded = tokenizer()
    loaded.no_truncation()
    sizes = [len(loaded.encode(text[s.start : s.end]).ids) - 2 for s in spans]
    chunks, first = [], 0
    for index in range(1, len(spans) + 1):
        if index == len(spans) or sum(sizes[first : index + 1]) > CHUNK:
            chunks.append(range(first, index))
            first = index
    return Article(text, spans, chunks)


def load_questions(article: Article) -> list[SeedQuestion]:
    """Our questions, with the sentence that answers each."""
    found = []
    for row in data.read_jsonl(QUESTIONS):
        golds = [i for i, s in enumerate(article.sentences) if s.start <= row["start"] < s.end]
        found.append(SeedQuestion(row["question"], golds[0] if row["answerable"] else None))
    return found


def seed(model: ReaderModel, embedder: Embedder, fitted: Fitted) -> list[Figure]:
    """AUROC of cosine and of the reader's scores, and how often the right sentence ranks first, alone and together."""
    article = load_article()
    questions = load_questions(article)
    queries = [article.chunk_query(q.question, chunk) for q in questions for chunk in article.chunks]
    reads = read(model, queries)
    values = np.array([features(*row) for row in zip(queries, reads, nearest_cosines(queries, embedder), strict=True)])
    signals = fitted.weights.logit(values).reshape(len(questions), -1)
    size = len(article.chunks)
    per_question = [reads[i * size : (i + 1) * size] for i in range(len(questions))]
    cosine = embedder.embed([q.question for q in questions]) @ sentence_vectors(article, embedder).T
    truth = [q.gold is not None for q in questions]
    scores = {
        "cosine": cosine.max(axis=1),
        "margin": np.array([max(r.margin for r in found) for found in per_question]),
        "answerable logit": np.array([max(r.answerable for r in found) for found in per_question]),
        "both": np.array([both_scores(found).max() for found in per_question]),
        "all signals": signals.max(axis=1),
    }
    figures = [auroc_figure(f"seed AUROC of {name}", truth, s.tolist()) for name, s in scores.items()]
    ranked = np.array([sentence_scores(found) for found in per_question])
    return figures + first_sentence(questions, cosine, ranked)


def sentence_vectors(article: Article, embedder: Embedder) -> np.ndarray:
    """(n sentences, 384) unit rows."""
    return embedder.embed([article.text[s.start : s.end] for s in article.sentences])


def sentence_scores(reads: Sequence[Read]) -> Floats:
    """Each sentence's best span above its chunk's "no answer", plus what the chunk's classifier says."""
    values: list[float] = []
    for found in reads:
        values += [s - found.no_answer + found.answerable if s is not None else -50.0 for s in found.sentences]
    return np.array(values)


def first_sentence(questions: Sequence[SeedQuestion], cosine: np.ndarray, ranked: Floats) -> list[Figure]:
    """How often the gold sentence is first; sums are of z-scores per question."""
    both = z_scores(cosine) + z_scores(ranked)
    asked = [(i, q.gold) for i, q in enumerate(questions) if q.gold is not None]
    return [
        mean_figure(f"seed right sentence first, {name}", [float(values[i].argmax() == gold) for i, gold in asked])
        for name, values in (("cosine", cosine), ("reader", ranked), ("reader + cosine", both))
    ]


def z_scores(values: np.ndarray) -> np.ndarray:
    """Rows with mean 0 and deviation 1."""
    spread = values.std(axis=1, keepdims=True)
    return np.asarray((values - values.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-9))
