"""Edits keep the answer's span on the answer's characters, whatever they do around it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from training.data.text import Edit, Passage, Span, apply, cut, occurrences, sentences, substitute, window

WORDS = st.text(alphabet="abc \n.é😀", max_size=12)


@given(before=WORDS, answer=st.text(alphabet="xyzß", min_size=1, max_size=6), after=WORDS, new=WORDS, where=st.data())
def test_an_edit_beside_the_answer_leaves_its_characters(
    before: str, answer: str, after: str, new: str, where: st.DataObject
) -> None:
    passage = Passage(before + answer + after, Span(len(before), len(before) + len(answer)))
    first = sorted(where.draw(st.lists(st.integers(0, len(before)), min_size=2, max_size=2)))
    second = sorted(where.draw(st.lists(st.integers(len(before + answer), len(passage.text)), min_size=2, max_size=2)))
    assert apply(passage, [Edit(Span(*second), new), Edit(Span(*first), new)]).answer_text == answer


@given(st.text(alphabet="Ab. !?\n\"'1", max_size=60))
def test_sentences_cover_everything_but_white_space(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[s.start : s.end] for s in spans).split()) == "".join(text.split())
    assert all(one.end <= two.start for one, two in pairwise(spans))


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "We met Mr. Soleimani there. It rained."
    assert [text[s.start : s.end] for s in sentences(text)] == ["We met Mr. Soleimani there.", "It rained."]


def test_substitution_refuses_to_touch_the_answer() -> None:
    passage = Passage("Ann saw Bob. Bob ran.", Span(8, 11))
    assert substitute(passage, "Bob", "Tom") is None
    assert substitute(passage, "Ann", "Hannah") == Passage("Hannah saw Bob. Bob ran.", Span(11, 14))


def test_words_are_found_whole() -> None:
    assert occurrences("Art, party, ART", "art") == [Span(0, 3), Span(12, 15)]


def test_cutting_a_sentence_takes_the_space_behind_it() -> None:
    passage = Passage("One. Two. Three.", Span(10, 15))
    assert cut(passage, [Span(5, 9)]) == Passage("One. Three.", Span(5, 10))


def test_a_window_without_the_answer_has_none() -> None:
    passage = Passage("One. Two. Three.", Span(10, 15))
    assert window(passage, 0, 1) == Passage("One. Two.", None)
    assert window(passage, 1, 2) == Passage("Two. Three.", Span(5, 10))
