"""Any text held against the documents: exact offsets, verdicts, and the spans they rest on."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.verification.claims import statement_spans
from tests.conftest import write_files
from tests.fakes import assistant

RULES = {
    "rules.md": "# Rules\n\nSale items can be exchanged within 30 days. The inner yard is reserved for delivery vans.",
    "board.md": "# Board\n\nFarah Aziz chairs the board. The board meets in the mill on Mondays.\n",
}
TEXT = """# Summary

The board meets in the mill on Mondays [1]. Sale items can be exchanged within 31 days.
The inner yard is *not* reserved for delivery vans. Giraffes sleep standing up most of the time.

Is that all? Yes.

```
The board meets in the mill on Mondays.
```
"""


def test_each_statement_has_its_offsets_its_verdict_and_the_exact_spans(tmp_path: Path) -> None:
    with assistant(tmp_path / "index") as helper:
        helper.ingest(write_files(tmp_path / "docs", RULES))
        checked = helper.verify(TEXT).statements
        assert [(one.text, one.verdict) for one in checked] == [
            ("The board meets in the mill on Mondays [1].", "supported"),
            ("Sale items can be exchanged within 31 days.", "contradicted"),
            ("The inner yard is *not* reserved for delivery vans.", "contradicted"),
            ("Giraffes sleep standing up most of the time.", "not_found"),
        ]
        assert [TEXT[one.start : one.end] for one in checked] == [one.text for one in checked]
        assert [one.citations[0].quote for one in checked[:3]] == [
            "The board meets in the mill on Mondays.",
            "Sale items can be exchanged within 30 days.",
            "The inner yard is reserved for delivery vans.",
        ]
        for citation in (citation for one in checked for citation in one.citations):
            assert helper.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
        assert helper.verify(TEXT).to_dict() == helper.verify(TEXT).to_dict()


def test_a_text_is_held_against_the_documents_that_are_chosen(tmp_path: Path) -> None:
    with assistant(tmp_path / "index") as helper:
        helper.ingest(write_files(tmp_path / "docs", RULES))
        text = "The board meets in the mill on Mondays."
        assert [one.verdict for one in helper.verify(text, documents=["*board.md"]).statements] == ["supported"]
        assert [one.verdict for one in helper.verify(text, documents=["*rules.md"]).statements] == ["not_found"]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    with assistant(tmp_path / "index") as helper:
        [checked] = helper.verify("The board meets in the mill on Mondays.").statements
        assert (checked.verdict, checked.support, checked.citations) == ("not_found", 0.0, ())


@pytest.mark.parametrize("text", ["", "  \n", "# Heading only", "Really?", "Yes.", "```\nCode is no statement.\n```"])
def test_what_states_nothing_has_no_statements(text: str) -> None:
    assert statement_spans(text) == []


@settings(deadline=None)
@given(st.text(alphabet="Aab .?!\n`#-*[1]“”'0\u2028", max_size=120))
def test_statements_lie_in_the_text_in_order_and_never_overlap(text: str) -> None:
    spans = statement_spans(text)
    ends = [0, *(span.end for span in spans)]
    assert all(before <= span.start < span.end <= len(text) for before, span in zip(ends, spans, strict=False))
