"""A page as it looks, with the cited words marked; what is shown and what is cited cannot differ."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import SourceNotFoundError
from rag.loaders import load
from rag.types import Document, Statement
from tests.fakes.chat import FakeAssistant, answered, document, quoted
from tests.loaders.pdf_maker import column, pdf
from ui.handlers import Chat
from ui.sources import pane
from ui.types import Turn, View

PAGES = [
    column(50, 700, ["The quay was built in 1904.", "It is of slate."]),
    column(50, 700, ["The crane lifts two tons."]),
]


@pytest.fixture
def harbour() -> Document:
    return load(Path("harbour.pdf"), pdf(PAGES), source="harbour.pdf").document


@pytest.fixture
def chat(harbour: Document) -> Chat:
    return Chat(FakeAssistant([harbour, document("notes.txt", "No pages here.")]))


@pytest.fixture
def turns(harbour: Document) -> tuple[Turn, ...]:
    citations = (quoted(harbour, "The crane lifts two tons."), quoted(harbour, "It is of slate."))
    return (Turn("q", answer=answered("q", *(Statement(one.quote, (one,), 1.0) for one in citations))),)


def opened(view: View | None) -> View:
    assert view is not None
    return view


def test_a_citation_opens_its_page_with_its_words_marked(
    chat: Chat, turns: tuple[Turn, ...], harbour: Document
) -> None:
    view = opened(chat.cite(turns, 0, 1))
    assert view.page and (view.page.size.number, view.page.count, view.pages) == (2, 2, 2)
    assert view.page.picture == f"{harbour.doc_id} 2 1400".encode()
    assert [(mark.number, mark.current) for _, mark in view.page.marks] == [(1, True)]
    html = pane.document(view)
    assert html.count("data-cite-box") == 1
    assert re.search(r'src="data:image/webp;base64,[A-Za-z0-9+/=]+"', html)
    assert "The crane lifts two tons." in html


def test_turning_the_page_shows_the_other_citation(chat: Chat, turns: tuple[Turn, ...]) -> None:
    view = chat.turn(turns, opened(chat.cite(turns, 0, 1)), 1)
    assert view.page and view.page.size.number == 1
    assert [(mark.number, mark.current) for _, mark in view.page.marks] == [(2, False)]
    assert chat.turn(turns, view, 3) is view
    assert chat.turn(turns, view, -1) is view


def test_the_text_takes_the_pages_place_and_back(chat: Chat, turns: tuple[Turn, ...]) -> None:
    page = opened(chat.cite(turns, 0, 1))
    text = replace(page, page=None)
    assert "Show the page" in pane.document(text) and "cs-mark cs-current" in pane.document(text)
    assert chat.paper(turns, text) == page


def test_a_document_of_the_list_opens_at_its_first_page(chat: Chat, harbour: Document) -> None:
    view = opened(chat.show(harbour.doc_id))
    assert view.page and view.page.size.number == 1 and not view.page.marks


def test_a_source_without_pages_is_text(chat: Chat) -> None:
    view = opened(chat.show("id-notes.txt"))
    assert (view.page, view.pages) == (None, 0)
    assert "Show the page" not in pane.document(view)


def test_a_page_that_cannot_be_shown_says_why(
    chat: Chat, turns: tuple[Turn, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> bytes:
        raise SourceNotFoundError("harbour.pdf has changed since it was read.")

    monkeypatch.setattr(FakeAssistant, "page_picture", gone)
    html = pane.document(opened(chat.cite(turns, 0, 1)))
    assert "harbour.pdf has changed since it was read." in html
    assert "Show the text" in html


def test_a_page_keeps_within_the_last_and_first(chat: Chat, turns: tuple[Turn, ...]) -> None:
    html = pane.document(opened(chat.cite(turns, 0, 1)))
    assert re.search(r'aria-label="Next page"[^>]*disabled', html)
    assert not re.search(r'aria-label="Previous page"[^>]*disabled', html)
