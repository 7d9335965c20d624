"""A shard is the same each time, takes its share of every pool, and negatives by rule lack the answer."""

import json
from dataclasses import asdict
from pathlib import Path
from random import Random

from training.data import mixture
from training.data.development import Claim, Reading
from training.data.mixture import Pool
from training.data.text import Passage, Span

TEXT = "The ferry leaves at nine. It carries Ann to Oden. Nobody else is aboard. The sea is calm."


def reading(question: str = "Where does the ferry go?") -> Reading:
    return Reading("r", "set/Ferry", question, Passage(TEXT, Span(TEXT.index("Oden"), TEXT.index("Oden") + 4)))


def claims(count: int) -> list[Claim]:
    return [
        Claim(str(number), f"Claim {number}.", f"Evidence {number}.", True, contradicted=False)
        for number in range(count)
    ]


def test_a_shard_is_the_same_each_time() -> None:
    pools = [Pool("plain", [reading()], 30), Pool("claims", claims(7), 90)]
    assert mixture.shard(pools, 4) == mixture.shard(pools, 4)


def test_shards_take_a_pool_in_turn() -> None:
    pool = Pool("claims", claims(45), 45)
    taken = [row.id for number in range(mixture.SHARDS) for row in pool.of(number, Random(0))]
    assert set(taken) == {str(number) for number in range(45)}


def test_a_sibling_lacks_the_answer() -> None:
    other = Reading("o", "set/Other", "Who?", Passage("The ferry in the harbour is old."))
    made = mixture.sibling(reading(), [reading(), other], Random(0))
    assert made is not None
    assert (made.passage.text, made.spans) == ("The ferry in the harbour is old.", ())


def test_a_cut_passage_lacks_the_answer() -> None:
    made = mixture.cut(reading())
    assert made is not None
    assert made.passage.text == "The ferry leaves at nine. Nobody else is aboard. The sea is calm."


def test_a_stored_pool_is_read_back(tmp_path: Path) -> None:
    rows = claims(3)
    (tmp_path / "roles.40.jsonl").write_text("\n".join(json.dumps(asdict(row)) for row in rows), encoding="utf-8")
    assert mixture.stored(tmp_path / "roles.40.jsonl") == Pool("roles", rows, 40)
