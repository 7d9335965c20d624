"""The page says everything about a run, loads nothing, and lets nothing in as markup."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.datasets import cases, retrieval_sets
from eval.datasets.cases import Case, Span
from eval.reports import html_page
from eval.runner import claims, record
from eval.runner.run import Plan, Run, run
from eval.scoring import thresholds
from eval.scoring.results import Place, Ranking
from rag.markup import Html, tag
from tests.fakes import evaluation as fakes
from tests.fakes.evaluation import FakeAssistant

pytestmark = pytest.mark.usefixtures("few_resamples")

CASES = cases.load_dev()
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(*asked: Case, spoil: fakes.Spoil = lambda reply: reply) -> Elements:
    found = run(Plan("dev", asked), FakeAssistant(asked, spoil=spoil), verifier=None, clock=lambda: 0.0)
    return Elements(html_page.render(record.recorded(found, thresholds.judge(found, thresholds.shipped_thresholds()))))


def test_every_question_is_there_with_how_it_went() -> None:
    shown = page_of(*CASES, spoil=fakes.refusal_off)
    outcomes = [attributes["data-outcome"] for name, attributes in shown.found if "data-outcome" in attributes]
    assert outcomes == ["right" if case.answerable else "wrong" for case in CASES]
    assert [case.question for case in CASES if case.question not in shown.text] == []


def test_an_unscored_question_says_what_happened() -> None:
    shown = page_of(*CASES[:1], spoil=fakes.fails)
    assert "CitespanError: The disk is on fire. Put it out." in shown.text


def test_each_chart_says_in_words_what_it_shows() -> None:
    labels = [attributes["aria-label"] for name, attributes in page_of(*CASES).found if name == "svg"]
    assert [str(label).split(":")[0] for label in labels] == [
        "Precision and coverage",
        "Calibration",
        "Retrieval",
        "Right by type of question",
    ]


def test_claims_are_there_with_what_they_were_judged_by() -> None:
    made = claims.load()[:20]
    verifier = fakes.FakeVerifier(fakes.TRUTH, always=1.0)
    found = run(Plan("claims", claims=made), FakeAssistant([]), verifier=verifier, clock=lambda: 0.0)
    shown = Elements(html_page.render(record.recorded(found, thresholds.judge(found, {}))))
    outcomes = [attributes["data-outcome"] for name, attributes in shown.found if "data-outcome" in attributes]
    assert outcomes == ["right" if claim.true else "wrong" for claim in made]
    assert "measured: 20 claims" in shown.text and made[0].evidence[0] in shown.text


def test_a_query_lists_the_documents_found_for_it() -> None:
    gold = (Span("b.txt", 0, 9, "123456789"),)
    ranked = Ranking((Place("a.txt", 0, 9), Place("b.txt", 0, 9)), 0.1)
    scored = retrieval_sets.score(Case("q", "embargo", "query", answers=("b",), gold=(gold,)), ranked)
    found = Run("scifact", "", (), (scored,), (), 0.1, benchmark="scifact")
    shown = Elements(html_page.render(record.recorded(found, thresholds.judge(found, {}))))
    assert "a.txt" in shown.text and "b.txt relevant" in shown.text
    assert "Published by others" in shown.text and "all-MiniLM-L6-v2" in shown.text


def test_the_page_loads_nothing() -> None:
    elements = page_of(*CASES).found
    assert not [name for name, attributes in elements if {"src", "href", "srcset", "action"} & set(attributes)]
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": html_page.POLICY}) in elements


def test_nothing_a_question_document_or_answer_says_becomes_markup() -> None:
    plain, hostile = CASES[0], replace(CASES[0], question=HOSTILE, note=HOSTILE, answers=(HOSTILE,))

    def quoting(reply: fakes.Reply) -> fakes.Reply:
        changed = fakes.with_citations(reply, lambda one: replace(one, quote=HOSTILE, source=HOSTILE, prefix=HOSTILE))
        return replace(changed, answer=replace(changed.answer, text=HOSTILE))

    shown = page_of(plain), page_of(hostile, spoil=quoting)
    names = [[name for name, _ in one.found] for one in shown]
    assert names[0].count("script") == names[1].count("script") == 1
    assert "img" not in names[1]


def test_markup_stays_and_text_is_escaped() -> None:
    made = tag("a", Html("<b>x</b>"), "<i>", class_="q", data_type='"')
    assert made == '<a class="q" data-type="&#34;"><b>x</b>&lt;i&gt;</a>'
