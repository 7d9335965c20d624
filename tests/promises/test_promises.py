"""Exact and deterministic, end to end: over generated documents, every receipt is the file's own characters."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.types import Answer, Citation
from tests.fakes import assistant

SENTENCES = st.sampled_from(
    [
        *(
            "Cats purr softly.",
            "Cats purr softly.",
            "“Dogs bark,” she said.",
            "Mr. X went to Paris.",
            "🐈\u200d⬛ cats purr!",
        ),
        *("Cafe\u0301s open early.", "Rain fell\u00a0in May", "word " * 80 + "end.", "# Cats\n"),
    ]
)
QUESTIONS = st.sampled_from(["Do cats purr softly?", "Did dogs bark?", "Open early?"])
GAPS = st.sampled_from([" ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\u00a0", "\t", "\n \n"])
TEXTS = st.lists(st.tuples(SENTENCES, GAPS), min_size=1, max_size=12).map(
    lambda parts: "".join(sentence + gap for sentence, gap in parts)
)


def citations(answer: Answer) -> Iterator[Citation]:
    for statement in answer.statements:
        assert statement.citations
        yield from statement.citations
    if answer.refusal:
        yield from answer.refusal.nearest


@given(st.lists(TEXTS, min_size=1, max_size=3), QUESTIONS)
@settings(max_examples=20, deadline=None)
def test_every_receipt_is_the_files_own_characters(texts: list[str], question: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, text in enumerate(texts):
            (root / f"{number}.txt").write_bytes(("\ufeff" * (number % 2) + text).encode("utf-8"))
        with assistant(root / "index") as index:
            index.ingest(root)
            answer = index.ask(question)
            again = index.ask(question)
            assert index.check().problems == ()
        for citation in citations(answer):
            text = (root / citation.source).read_bytes().decode("utf-8-sig")
            assert text[citation.start : citation.end] == citation.quote
            assert text[: citation.start].endswith(citation.prefix)
            assert text[citation.end :].startswith(citation.suffix)
        assert answer.to_dict() | {"timings": 0} == again.to_dict() | {"timings": 0}


def test_a_sentence_of_50_000_characters_is_cited_in_exact_parts(tmp_path: Path) -> None:
    text = "Once " + "the rain fell and " * 2_800 + "cats purred softly."
    (tmp_path / "long.txt").write_text(text)
    with assistant(tmp_path / "index") as index:
        index.ingest(tmp_path / "long.txt")
        answer = index.ask("Who purred softly? Cats?")
    [citation] = answer.statements[0].citations
    assert text[citation.start : citation.end] == citation.quote
    assert citation.quote.endswith("cats purred softly.")
