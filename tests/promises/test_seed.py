"""The sample corpus is what it was when it was given to us."""

import hashlib

from rag.ingestion.discovery import find_files
from tests.conftest import SEED, SEEDS


def test_the_seed_is_kept_byte_for_byte() -> None:
    digest = hashlib.sha256(SEED.read_bytes()).hexdigest()
    assert digest == "59c37d7f46faa511c376c886be2ac2fd051f13f525bf5749f7081841d1c3b3d4"


def test_the_note_beside_the_seed_is_not_part_of_the_corpus() -> None:
    assert find_files([SEEDS], base=SEEDS).files == [SEED.resolve()]
