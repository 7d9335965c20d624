"""Windows onto documents and the segments they are cut into."""

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chat import SEED
from ui.sources.window import LONGEST, MARGIN, SNAP, Segment, Window, around, earlier, later, segments
from ui.types import Mark

LINES = "a line of some text\n" * 50_000


def marks_of(*spans: tuple[int, int], current: int = 1) -> list[Mark]:
    return [Mark(start, end, number, number == current) for number, (start, end) in enumerate(spans, start=1)]


def test_a_short_document_is_shown_whole() -> None:
    text = SEED.read_text(encoding="utf-8")
    assert around(text, 163, 384) == Window(0, len(text))


def test_a_long_document_is_shown_around_the_span_from_line_to_line() -> None:
    window = around(LINES, 500_003, 500_009)
    assert window.start <= 500_003 - MARGIN
    assert window.end >= 500_009 + MARGIN
    assert window.end - window.start <= 2 * (MARGIN + SNAP)
    assert LINES[window.start - 1] == LINES[window.end - 1] == "\n"


def test_a_span_longer_than_any_page_is_shown_from_its_beginning() -> None:
    window = around("x" * 5_000_000, 1_000_000, 4_000_000)
    assert window == Window(1_000_000 - MARGIN, 1_000_000 + LONGEST + MARGIN)


def test_a_window_grows_to_both_ends_and_no_further() -> None:
    window = around(LINES, 500_000, 500_010)
    for _ in range(100):
        window = later(LINES, earlier(LINES, window))
    assert window == Window(0, len(LINES))


def test_the_current_mark_is_whole_where_marks_overlap() -> None:
    one, two, three = marks_of((10, 20), (5, 12), (18, 30))
    expected = [(0, 5, None), (5, 10, two), (10, 20, one), (20, 30, three), (30, 40, None)]
    assert segments(Window(0, 40), [one, two, three]) == [Segment(*item) for item in expected]


def test_a_mark_outside_the_window_marks_nothing() -> None:
    assert segments(Window(100, 200), marks_of((0, 50), (300, 400))) == [Segment(100, 200, None)]


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(spans, min_size=1, max_size=6))
def test_segments_cover_the_window_once_and_the_current_mark_in_one_piece(cited: list[tuple[int, int]]) -> None:
    found = segments(Window(0, 100), marks_of(*cited))
    assert [piece.end for piece in found[:-1]] == [piece.start for piece in found[1:]]
    assert (found[0].start, found[-1].end) == (0, 100)
    assert [(piece.start, piece.end) for piece in found if piece.mark and piece.mark.current] == [cited[0]]
