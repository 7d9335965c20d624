"""What each model is trained on: shards of batches for the reader (with or without claims) and for the verifier."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from training.data import development
from training.data.batches import Batch, batched, claim_item, reading_item
from training.data.claims import claim_shard, load_claims
from training.negatives.twins import Choose, first_of_each, load_corpus, shard

TOKENS_PER_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Mixture:
    """Which tasks a run mixes: `claim_parts` is how many shards an epoch of the claims takes, 0 for none."""

    reading: bool = True
    claim_parts: int = 0
    statements: int = 0


READER = Mixture(claim_parts=4, statements=400)
VERIFIER = Mixture(reading=False, claim_parts=3, statements=1200)


def shards(
    mixture: Mixture, seed: int, choose: Choose = first_of_each, root: Path = development.SHARED
) -> Callable[[int], list[Batch]]:
    """A function from a shard's number to its batches; the corpus is read once, now. `choose` picks among twins."""
    corpus, claims = load_corpus(root), load_claims(root)

    def build(number: int) -> list[Batch]:
        rng = Random(f"batches/{seed}/{number}")
        readings = shard(corpus, seed, number, choose)
        found: list[Batch] = []
        if mixture.reading:
            items = [item for row in readings if (item := reading_item(row)) is not None]
            found += batched(items, TOKENS_PER_BATCH, rng)
        if mixture.claim_parts:
            rows = claim_shard(claims, readings, seed, number, parts=mixture.claim_parts, made=mixture.statements)
            found += batched([claim_item(row) for row in rows], TOKENS_PER_BATCH, rng)
        rng.shuffle(found)
        return found

    return build
