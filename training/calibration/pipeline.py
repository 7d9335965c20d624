"""What the product's own retrieval and models say about development questions: the raw material of calibration.

Each set's passages are indexed as documents, each question asked of all of them, exactly as `rag ask` does, up to the
point where weights and thresholds come in. Reads development data only; of the held-out questions it opens the `dev`
half alone.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from rag import Assistant
from rag.loaders import make_document
from rag.protocols import Encoder
from rag.reader.span import Seen
from rag.settings import load_settings
from rag.text.chunking import chunk_document
from rag.types import Passage
from training.data import development
from training.data.sources import DEVELOPMENT, development_readings

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "eval" / "data" / "seed.jsonl"
OWN = ROOT / "training" / "data" / "seed_questions.jsonl"
DRAWN = 300  # questions of SQuAD 2.0
LONGEST = 280  # wordpieces of a given passage; what is longer is read in parts, as an index has it
STRANGERS = 60  # questions asked of another set's documents

Look = Callable[[str, Sequence[Passage]], list[Seen]]  # of a question and passages, what a reader says of each sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """A development question. `spans` are (source, start, end) of what answers it, none when nothing does."""

    id: str
    group: str
    question: str
    spans: tuple[tuple[str, int, int], ...]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """A question and what the models say of each sentence that retrieval brought."""

    asked: Asked
    seen: list[Seen]

    @property
    def answerable(self) -> bool:
        """Whether the documents answer, by the people who made the set."""
        return bool(self.asked.spans)

    def gold(self) -> list[bool]:
        """For each sentence whether it holds an answer."""
        return [self._holds(item) for item in self.seen]

    def _holds(self, item: Seen) -> bool:
        spans = self.asked.spans
        return any(
            item.chunk.source == source and item.start < end and start < item.end for source, start, end in spans
        )


def observe(name: str, folder: Path, look: Look) -> list[Observed]:
    """Every question of the set `name`, read. The set's index is kept in `folder` and made when it is not there."""
    documents, questions = SETS[name]()
    place = folder / name.removesuffix("-strangers")
    place.mkdir(parents=True, exist_ok=True)
    for source, text in documents.items():
        if not (place / source).exists():
            (place / source).write_text(text, encoding="utf-8", newline="")
    with Assistant.open(place / ".citespan", base=place, settings=load_settings(reader="similarity")) as assistant:
        assistant.ingest([place])
        return [Observed(asked, look(asked.question, assistant.retrieve(asked.question))) for asked in questions]


def given(rows: Sequence[development.Reading], encoder: Encoder, look: Look) -> list[Observed]:
    """Each question read in its own passage, without retrieval."""
    return [_given(row, encoder, look) for row in rows]


def _given(row: development.Reading, encoder: Encoder, look: Look) -> Observed:
    document = make_document(row.passage.text, source=row.id)
    chunks = chunk_document(document, token_spans=encoder.token_spans, limit=LONGEST)
    span = row.passage.answer
    asked = Asked(row.id, row.group, row.question, ((row.id, span.start, span.end),) if span else (), row.golds)
    passages = [Passage(chunk, score=1.0) for chunk in chunks]
    return Observed(asked, look(row.question, passages))


Material = tuple[dict[str, str], list[Asked]]


def squad2() -> Material:
    """SQuAD 2.0's development file: every paragraph a document, a draw of the questions on articles held back."""
    held_back = development_readings(held_back=True)
    documents, sources = _documents([row.passage.text for row in development.reading_rows(DEVELOPMENT)])
    asked = []
    for row in Random(11).sample(held_back, DRAWN):
        span = row.passage.answer
        where = ((sources[row.passage.text], span.start, span.end),) if span else ()
        asked.append(Asked(row.id, row.group, row.question, where, row.golds))
    return documents, asked


def clapnq() -> Material:
    """CLAPnq: every passage a document, every question."""
    rows = list(development.read_jsonl(development.shared_file("dev_reading_clapnq_a")))
    documents, sources = _documents([row["context"] for row in rows])
    asked = []
    for row in rows:
        found = zip(row["answers"], row["starts"], strict=True) if row["answerable"] else ()
        where = tuple((sources[row["context"]], start, start + len(text)) for text, start in found if start >= 0)
        if bool(where) == bool(row["answerable"]):
            asked.append(Asked(row["id"], row["doc_id"], row["question"], where, tuple(row["answers"])))
    return documents, asked


def seed() -> Material:
    """The seed: our own 68 questions and the `dev` half of the held-out set."""
    documents = {path.name: _text(path) for path in sorted((ROOT / "seeds").glob("*.txt"))}
    source = next(iter(documents))
    asked = []
    for row in development.read_jsonl(OWN):
        where = ((source, row["sentence_start"], row["sentence_end"]),) if row["answerable"] else ()
        asked.append(Asked(row["id"], row["id"], row["question"], where, (row["answer"],) if where else ()))
    return documents, asked + list(_held_out(source))


def _held_out(source: str) -> Iterator[Asked]:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] != "dev":
            continue
        where = tuple((source, span["start"], span["end"]) for choice in row["gold"] for span in choice)
        yield Asked(row["id"], row["id"], row["question"], where, tuple(row["answers"]))


def strangers(of: str, among: str) -> Material:
    """Questions of one set asked of the other's documents."""
    documents, _ = SETS[among]()
    _, questions = SETS[of]()
    drawn = Random(13).sample(questions, STRANGERS)
    return documents, [replace(asked, id=f"{asked.id}@{among}", spans=(), answers=()) for asked in drawn]


SETS: dict[str, Callable[[], Material]] = {
    "squad2": squad2,
    "clapnq": clapnq,
    "seed": seed,
    "squad2-strangers": lambda: strangers("clapnq", "squad2"),
    "clapnq-strangers": lambda: strangers("squad2", "clapnq"),
}


def _documents(texts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Documents by file name, and the file name of each text."""
    distinct = list(dict.fromkeys(texts))
    names = {text: f"{number:04}.txt" for number, text in enumerate(distinct)}
    return {name: text for text, name in names.items()}, names


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
