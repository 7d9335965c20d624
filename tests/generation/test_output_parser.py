"""Statements read out of what models write: as it comes, tidy or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.generation.output_parser import StatementReader, Written

TWO = '{"statements": [{"text": "Cats purr.", "sources": [1, 2]}, {"text": "Dogs {bark}.", "sources": [3]}]}'
BOTH = [Written("Cats purr.", (1, 2)), Written("Dogs {bark}.", (3,))]


def read(text: str, size: int = 3) -> list[Written]:
    reader = StatementReader()
    return [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]


@given(st.integers(1, 200))
def test_how_a_text_is_cut_into_pieces_changes_nothing(size: int) -> None:
    assert read(TWO, size) == BOTH


def test_a_statement_is_there_as_soon_as_it_is_whole() -> None:
    reader = StatementReader()
    assert reader.feed('{"statements": [{"text": "Cats purr.", "sources": [1') == []
    assert reader.feed("]}, ") == [Written("Cats purr.", (1,))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Sure! ```json\n{TWO}\n``` Hope that helps.", BOTH),
        (TWO[: TWO.index("Dogs")], BOTH[:1]),
        ('[{"statement": "Cats purr.", "citations": "[1], [2]"}]', BOTH[:1]),
        ('{"sentence": "- Cats\npurr. [1]", "source": 1}', [Written("Cats purr.", (1,))]),
        ('{"text": "1. Cats purr."}', [Written("Cats purr.", ())]),
        ('{"text": "Cats purr."}', [Written("Cats purr.", ())]),
        (
            '{"text": ""} {"text": 3} {"x": {"text": "Cats purr.", "ids": ["1", 1, null]}}',
            [Written("Cats purr.", (1,))],
        ),
        ("{{{{", []),
        ("no JSON at all [1]", []),
    ],
)
def test_untidy_json_is_read(text: str, found: list[Written]) -> None:
    assert read(text) == found


def test_sentences_with_numbers_in_brackets_are_read_where_there_is_no_json() -> None:
    reader = StatementReader("Here it is:\nCats purr [1][2]. Dogs bark [3].\nNothing else.")
    assert reader.plain() == [Written("Cats purr", (1, 2)), Written("Dogs bark", (3,))]


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("The cat sat on the mat. " * 4, True),
        ("ha" * 40, True),
        ("no " * 10, False),
        ("The cat sat on the mat. The dog lay on the rug. " * 2, False),
        (" " * 200, False),
        ("", False),
    ],
)
def test_a_model_that_repeats_itself_is_noticed(text: str, loops: bool) -> None:
    assert StatementReader(f"Once upon a time {text}").loops() is loops


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    reader = StatementReader()
    assert all(one.text for one in [*reader.feed(text), *reader.plain()])
    reader.loops()
