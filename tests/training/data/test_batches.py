"""Tokens and characters agree: a row's label covers its answer, whatever is cut."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from training.data import batches
from training.data.batches import TILE
from training.data.development import Claim, Reading
from training.data.text import Passage, Span


def row(context: str, answer: str) -> Reading:
    start = context.index(answer)
    return Reading("r", "g", "Who is it?", Passage(context, Span(start, start + len(answer))), "plain", (answer,))


def test_the_label_covers_the_answers_characters() -> None:
    encoding = batches.encode_pair("Who is it?", "It was “Zoë” – 😀 – who came.")
    found = batches.token_span(encoding, Span(8, 11))
    assert found is not None
    assert (encoding.offsets[found[0]][0], encoding.offsets[found[1]][1]) == (8, 11)


def test_an_answer_past_the_window_gives_no_item() -> None:
    assert batches.reading_item(row("word " * 400 + "Zoe.", "Zoe")) is None


def test_an_unanswerable_row_points_at_the_first_token() -> None:
    item = batches.reading_item(Reading("r", "g", "Who?", Passage("Nobody.")))
    assert item is not None
    assert (item.starts, item.ends, item.supported) == ((0,), (0,), None)


def test_each_of_several_answers_is_a_right_span() -> None:
    listed = Reading("r", "g", "Who?", Passage("Ann and Ben came.", Span(0, 3)), others=(Span(8, 11),))
    item = batches.reading_item(listed)
    assert item is not None
    assert (item.starts, item.ends) == ((4, 6), (4, 6))


def test_any_words_within_evidence_are_right() -> None:
    marked = Reading("r", "g", "Who?", Passage("Ann came.", Span(0, 9)), within=True)
    item = batches.reading_item(marked)
    assert item is not None
    assert item.starts == item.ends == (4, 5, 6)


def test_a_claims_contradiction_may_be_unknown() -> None:
    rows = [Claim("a", "It is.", "It isn't.", False, contradicted=True), Claim("b", "It is.", "Perhaps.", False)]
    batch = batches.collate([batches.claim_item(row) for row in rows])
    assert batch.contradicted is not None
    assert batch.contradicted.nan_to_num(nan=-1.0).tolist() == [1.0, -1.0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=30), st.integers(64, 400))
def test_batches_hold_each_row_once_within_the_budget(sizes: list[int], budget: int) -> None:
    items = [batches.claim_item(Claim(str(size), "it is so", "word " * size, True)) for size in sizes]
    made = batches.batched(items, budget, Random(0))
    assert sum(int(batch.attention.sum()) for batch in made) == sum(len(item.ids) for item in items)
    assert all(batch.tokens <= budget or len(batch.ids) == 1 for batch in made)


def test_spans_may_lie_in_the_passage_or_on_the_first_token_only() -> None:
    item = batches.reading_item(row("It was Zoe.", "Zoe"))
    assert item is not None
    batch = batches.collate([item])
    encoding = batches.encode_pair("Who is it?", "It was Zoe.")
    expected = [index == 0 or sequence == 1 for index, sequence in enumerate(encoding.sequence_ids)]
    assert batch.passage[0].tolist() == expected + [False] * (TILE - len(expected))
