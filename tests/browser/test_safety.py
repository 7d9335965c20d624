"""Hostile documents, huge documents, uploads, and who the page talks to."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import ATTACK, EVIL

pytestmark = [pytest.mark.browser, pytest.mark.network]

QUESTIONS = [
    "What does the payload say about nothing else?",
    "What does the template say too?",
    "What is the reversed name in the list?",
    "The remote picture there?",
    f"The payload says {ATTACK}",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_markup_in_documents_questions_and_file_names_is_shown_not_obeyed(open_chat: Open, question: str) -> None:
    chat = open_chat("evil")
    chat.ask(question)
    chat.page.locator("#cs-conversation .cs-chip").first.click()
    chat.page.locator("#cs-conversation .cs-chip").first.hover()
    chat.page.get_by_role("button", name="All documents").click()
    chat.page.locator(".cs-document").click()
    assert chat.page.locator(".cs-text").evaluate("element => element.textContent") == EVIL
    assert chat.page.evaluate("window.hurt") is None
    hostile = "#cs-main :is(img, script, iframe, a, svg, [onerror], [onload])"
    assert chat.page.locator(hostile).evaluate_all("all => all.filter(e => e.closest('.html-container')).length") == 0


def test_a_reordering_character_is_visible_and_reorders_nothing(open_chat: Open) -> None:
    chat = open_chat("evil")
    chat.page.locator(".cs-document").click()
    boxes = chat.page.locator(".cs-text .cs-hidden")
    expect(boxes).to_have_count(1)
    assert boxes.evaluate("box => getComputedStyle(box, '::before').content") == '"RLO"'
    order = boxes.evaluate(
        """box => { const after = box.nextSibling, at = i => { const r = document.createRange(); r.setStart(after, i);
        r.setEnd(after, i + 1); return r.getBoundingClientRect().left; }; return at(0) < at(1) && at(1) < at(2); }"""
    )
    assert order


def test_a_long_document_shows_a_window_around_the_exact_words_and_grows_on_request(open_chat: Open) -> None:
    chat = open_chat("long")
    expect(chat.page.locator("#cs-header")).to_contain_text("1 document, 50,0")
    chat.ask("Where is the needle in the haystack?")
    assert chat.reader_is_at("The needle lies in this haystack.")
    length = "element => element.textContent.length"
    first = chat.page.locator(".cs-text").evaluate(length)
    assert first < 20_000
    chat.page.locator(".cs-scroll").evaluate("pane => { pane.scrollTop = 0 }")
    assert chat.page.evaluate("document.body.innerHTML.length") < 300_000
    topmost = chat.page.locator(".cs-text").evaluate("element => element.textContent.slice(0, 60)")
    chat.page.get_by_role("button", name="Show what comes before").click()
    expect(chat.page.get_by_role("button", name="Show what comes before")).to_be_enabled()
    chat.page.wait_for_function(f"document.querySelector('.cs-text').textContent.length > {first}")
    assert chat.page.locator(".cs-scroll").evaluate("pane => pane.scrollTop") > 1_000
    assert topmost in chat.page.locator(".cs-text").evaluate("element => element.textContent")


def test_an_empty_index_says_how_to_add_documents_and_takes_an_upload(open_chat: Open) -> None:
    chat = open_chat("empty")
    expect(chat.page.locator(".cs-welcome")).to_contain_text("rag ingest path/to/folder")
    chat.ask("What is the colour of the door?")
    expect(chat.page.locator(".cs-refusal h3").first).to_have_text("There is nothing to read yet")
    good, bad = chat.folder / "door.md", chat.folder / "broken.txt"
    good.write_text("The colour of the door is green.\n", encoding="utf-8")
    bad.write_bytes(b"\xff\xfe\x00\x01")
    chat.page.locator("#cs-add-files, input[type=file]").first.set_input_files([good, bad])
    expect(chat.page.locator(".cs-notice li")).to_have_text(
        ["door.md added", "Not added: broken.txt is not UTF-8: byte 0"]
    )
    expect(chat.page.locator("#cs-header")).to_contain_text("1 document")
    chat.ask("What is the colour of the door?")
    assert chat.reader_is_at("The colour of the door is green.")
    good.write_text("The colour of the door is red now.\n", encoding="utf-8")
    chat.page.locator("input[type=file]").first.set_input_files([good])
    expect(chat.page.locator(".cs-notice")).to_have_text("door.md updated")
    chat.page.locator(".cs-chip.cs-stale").click()
    expect(chat.page.locator("#cs-reader blockquote")).to_have_text("The colour of the door is green.")
    expect(chat.page.locator("#cs-reader .cs-mark")).to_have_count(0)


def test_a_page_loads_everything_from_here(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask("What is the capital of France?")
    assert len(chat.requests) > 10
    assert {url for url in chat.requests if not url.startswith(chat.address)} == set()
