"""Verification by words: quotations pass, additions do not, nothing passes without evidence."""

import pytest

from rag.verification.verifier import THRESHOLD, LexicalVerifier

EVIDENCE = ["A trove of classified documents\n700 pages long reveals the workings of Iran’s ministry in Iraq."]


@pytest.mark.parametrize(
    ("statement", "evidence", "passes"),
    [
        (
            "A trove of classified documents 700 pages long reveals the workings of Iran’s ministry in Iraq.",
            EVIDENCE,
            True,
        ),
        ("The trove of documents is 700 pages long.", EVIDENCE, True),
        ("The trove of documents is 701 pages long.", EVIDENCE, False),
        ("The trove of documents is not 700 pages long.", EVIDENCE, False),
        ("The trove of classified documents reveals workings in Syria.", EVIDENCE, False),
        ("The trove of classified documents was sold to collectors.", EVIDENCE, False),
        ("A trove of classified documents", [], False),
        ("", EVIDENCE, False),
        (" ", [" "], False),
    ],
)
def test_a_statement_is_supported_when_its_words_are_in_the_evidence(
    statement: str, evidence: list[str], passes: bool
) -> None:
    assert (LexicalVerifier().support(statement, evidence) >= THRESHOLD) is passes


def test_the_words_of_two_sentences_do_not_make_a_third() -> None:
    assert LexicalVerifier().support("Cats bark at night.", ["Cats purr softly.", "Dogs bark at night."]) < THRESHOLD
