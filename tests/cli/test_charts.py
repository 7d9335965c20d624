"""Progress as it is seen in a terminal, and bars to an eighth of a character."""

from io import StringIO

from rich.console import Console

from rag.cli.charts import bar, meter
from rag.reports import FileFailure


def test_progress_shows_what_is_done_and_what_failed() -> None:
    out = StringIO()
    with meter("reading", Console(file=out, force_terminal=True, width=160)) as shown:
        shown.done(3, 10)
        shown.failed(FileFailure("docs/[a].pdf", "it is encrypted"))
        shown.progress.refresh()
    assert " 3/10" in out.getvalue()
    assert "1 failed: docs/[a].pdf" in out.getvalue()


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    out = StringIO()
    with meter("reading", Console(file=out)) as shown:
        shown.done(1, 1)
    assert out.getvalue() == ""


def test_bars() -> None:
    assert [bar(share) for share in (0, 1 / 320, 0.5, 1)] == ["", "▏", "█" * 20, "█" * 40]
