"""What a run sees: pools of rows, each with how many of it a whole run takes, and the shard of any number.

About as many answerable as unanswerable questions, two of five rows claims. Pools that a dependency parser made are
read from a folder (`python -m training contrast` writes them). A shard is a function of (pools, number).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from training.data import development, tables
from training.data.batches import Batch, batched, claim_item, reading_item
from training.data.development import Claim, Reading
from training.data.overlap import measuring, unshared
from training.data.rewording import as_typed, content_stems, cropped, titled, without
from training.data.sources import claims, development_readings, readings
from training.data.text import Passage, sentences
from training.negatives.lexicon import mentions
from training.negatives.twins import INSTRUCTIONS, OPINIONS

SHARDS = 15  # a run of some 4 M tokens
TOKENS_PER_BATCH = 3072
LIMIT = 320  # wordpieces of a row
COMPANY = 0.3  # share of claims with short evidence whose evidence stands among that of others
SHORT = 350  # characters of such evidence
READ = 40  # passages looked at for one that is like the question


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows of one kind, and how many of them a run takes; those are taken in turn, again when there are too few."""

    name: str
    rows: Sequence[Reading | Claim]
    taken: int

    def of(self, number: int, rng: Random) -> list[Reading | Claim]:
        """The rows of shard `number`."""
        if not self.rows:
            return []
        share = self.taken / SHARDS
        first, count = int(number * share), int(share + rng.random())
        return [self.rows[place % len(self.rows)] for place in range(first, first + count)]


def shard(pools: Sequence[Pool], number: int) -> list[Reading | Claim]:
    """The rows of a shard: questions as people type them, passages cropped or titled, evidence in company."""
    rng = Random(f"mixture/{number}")
    rows: list[Reading | Claim] = []
    short = [row.evidence for pool in pools for row in pool.rows[:500] if isinstance(row, Claim)]
    company = [text for text in short if len(text) < SHORT]
    for pool in pools:
        for row in pool.of(number, rng):
            rows.append(_claim(row, company, rng) if isinstance(row, Claim) else _reading(row, pool.name, rng))
    rng.shuffle(rows)
    return rows


def _reading(row: Reading, pool: str, rng: Random) -> Reading:
    if row.kind == "table":
        return row if pool.startswith(("lookup", "box")) else as_typed(row, rng)
    # keywords leave out what makes a person's question unanswerable
    row = as_typed(cropped(row, rng), rng, keywords=bool(row.spans) or row.kind in ("sibling", "cut"))
    return titled(row, rng)


def _claim(row: Claim, company: Sequence[str], rng: Random) -> Claim:
    if len(row.evidence) > SHORT or not company or rng.random() >= COMPANY:
        return row
    others = rng.sample(company, min(len(company), rng.randint(1, 3)))
    place = rng.randint(0, len(others))
    return replace(row, evidence=" ".join([*others[:place], row.evidence, *others[place:]]))


def batches_of(pools: Sequence[Pool]) -> Callable[[int], list[Batch]]:
    """A function from a shard's number to its batches."""

    def build(number: int) -> list[Batch]:
        rows, rng = shard(pools, number), Random(f"batches/{number}")
        read = [item for row in rows if isinstance(row, Reading) and (item := reading_item(row, LIMIT))]
        judged = [claim_item(row, LIMIT) for row in rows if isinstance(row, Claim)]
        found = batched(read, TOKENS_PER_BATCH, rng) + batched(judged, TOKENS_PER_BATCH, rng)
        rng.shuffle(found)
        return found

    return build


def pools(root: Path = development.SHARED, made: Path | None = None) -> list[Pool]:
    """Every pool, less what shares text with what measures; `made` is the folder of those that the parser made."""
    rng = Random("pools")
    found = [*_people(root), *_tables(rng, root), *_plain(rng, root), *_claims(root)]
    found += [stored(path) for path in sorted(made.glob("*.jsonl"))] if made else []
    against = measuring(root)
    kept = [replace(pool, rows=unshared(pool.rows, against)) for pool in found]
    return [replace(pool, rows=rng.sample(pool.rows, len(pool.rows))) for pool in kept]


def stored(path: Path) -> Pool:
    """A pool of claims written by `training.negatives.contrast`: NAME.TAKEN.jsonl."""
    name, taken = path.stem.rsplit(".", 1)
    return Pool(name, stored_claims(path), int(taken))


def stored_claims(path: Path) -> list[Claim]:
    """The claims of a file that `training.negatives.contrast` wrote."""
    return [Claim(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _split(name: str, rows: Sequence[Reading], yes: int, no: int) -> list[Pool]:
    return [
        Pool(f"{name}-yes", [row for row in rows if row.spans], yes),
        Pool(f"{name}-no", [row for row in rows if not row.spans], no),
    ]


def _people(root: Path) -> list[Pool]:
    """Questions that people wrote, with and without an answer on the same passages."""
    found = _split("squad2-dev", development_readings(root, held_back=False), 1890, 2100)
    for name, yes, no in (
        ("squad2_recovered", 2280, 4060),
        ("squad2_official", 250, 210),
        ("squad2_twins", 900, 960),
        ("unansq_dev", 180, 180),
        ("tsqa", 240, 240),
    ):
        found += _split(name, readings(f"train_reading_{name}", root), yes, no)
    found += _split("condaqa", readings("train_reading_condaqa", root, within=True), 360, 360)
    return [*found, Pool("bbq", readings("train_reading_bbq", root), 180)]


def _tables(rng: Random, root: Path) -> list[Pool]:
    return [
        *_split("wtq", list(tables.people_asked(rng, root)), 480, 90),
        *_split("lookup", [*tables.lookups(rng, root), *tables.boxes(rng, root)], 340, 310),
        Pool("tatqa", readings("train_reading_tatqa", root, several=True), 190),
        Pool("multispan", readings("train_reading_multispan", root, several=True), 240),
    ]


def _plain(rng: Random, root: Path) -> list[Pool]:
    """Answerable sets with negatives by rule: a passage that is like the question, the answer's sentence left out."""
    squad = [row for name in ("shift_new_wiki", "squad11_sample", "squad11_extra") for row in _train(name, root)]
    evidence = readings("train_reading_selqa", root, within=True)
    forum = [*_train("shift_amazon", root), *_train("shift_reddit", root)]
    drawn = rng.sample(squad, 2500) if len(squad) > 2500 else squad
    return [
        Pool("plain", squad, 240),
        Pool("plain-sibling", [made for row in drawn if (made := sibling(row, squad, rng))], 230),
        Pool("plain-cut", [made for row in drawn if (made := cut(row))], 90),
        Pool("off-topic", [made for row in drawn if (made := sibling(row, forum, rng, read=1))], 270),
        Pool("opinions", [made for row in drawn if (made := opinion(row, rng))], 210),
        Pool("evidence", evidence, 250),
        Pool("evidence-cut", [made for row in evidence if (made := cut(row))], 140),
        Pool("built", _train("squad11_unanswerable", root), 50),
        Pool("biomedical", readings("train_reading_bioasq", root, within=True), 100),
        Pool("stories", _train("fairytale", root), 60),
        Pool("forum", forum, 60),
    ]


def _train(name: str, root: Path) -> list[Reading]:
    return readings(f"train_reading_{name}", root)


def sibling(row: Reading, among: Sequence[Reading], rng: Random, read: int = READ) -> Reading | None:
    """The question with another passage, of those drawn the most like it, that lacks its answer."""
    answer, asked = row.passage.answer_text.lower(), content_stems(row.question)
    texts = [one.passage.text for one in rng.sample(among, min(read, len(among)))]
    lacking = [text for text in texts if answer not in text.lower()]
    if not lacking:
        return None
    best = max(lacking, key=lambda text: len(asked & content_stems(text)))
    return Reading(row.id, row.group, row.question, Passage(best), "sibling")


def cut(row: Reading) -> Reading | None:
    """The question with its passage less the sentences that answer; None where the rest still holds the words."""
    spans = sentences(row.passage.text)
    removed = [span for span in spans if any(span.overlaps(one) for one in row.spans)]
    text = without(row, removed)
    if len(spans) - len(removed) < 2 or row.passage.answer_text.lower() in text.lower():
        return None
    return Reading(row.id, row.group, row.question, Passage(text), "cut")


def opinion(row: Reading, rng: Random) -> Reading | None:
    """An instruction, or a question about what no text of this kind states, about a name in the passage."""
    names = [mention.text for mention in mentions(row.passage.text) if mention.text.istitle()]
    if len(names) < 2:
        return None
    question = rng.choice((*OPINIONS, *INSTRUCTIONS)).format(*rng.sample(names, 2))
    return Reading(row.id, row.group, question, Passage(row.passage.text), "opinion")


CLAIMS = (  # set, rows of a run
    ("cad_snli", 1080),
    ("infotabs", 750),
    ("contractnli", 900),
    ("med", 500),
    ("yesno_boolq", 240),
    ("yesno_condaqa", 290),
    ("yesno_sharc", 300),
    ("yesno_strategyqa", 120),
    ("yesno_bioasq", 120),
    ("conjnli", 370),
    ("entailmentbank", 420),
    ("fever", 940),
    ("propsegment", 420),
    ("factcheckgpt", 180),
    ("scitab", 90),
    ("scifact_train", 180),
    ("breaking_nli", 240),
)


def _claims(root: Path) -> list[Pool]:
    found = []
    for name, taken in CLAIMS:
        rows = claims(name, root)
        supported = [row for row in rows if row.supported]
        found += [
            Pool(f"{name}-supported", supported, taken // 2),
            Pool(f"{name}-not", [row for row in rows if not row.supported], taken - taken // 2),
        ]
    return found
