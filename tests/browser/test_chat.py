"""The chat in a real browser: ask, read the exact words, be refused, and do it all by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import ECHO
from tests.fakes.chat import seeded

pytestmark = [pytest.mark.browser, pytest.mark.network]

QUESTION = "How many pages long is the trove of classified documents?"
TWO_SPANS = "Which ties with Sunni Arab groups and Shia militias did the leaks reveal?"
QUOTE = seeded().ask(QUESTION).statements[0].citations[0].quote


def test_first_start_says_what_is_here_and_offers_questions_that_are_answered(open_chat: Open) -> None:
    chat = open_chat()
    expect(chat.page.locator("#cs-header")).to_contain_text("1 document, 3,462 characters")
    chat.page.locator(".cs-example").first.click()
    expect(chat.page.locator(".cs-statement")).not_to_have_count(0)
    expect(chat.page.locator("#cs-welcome")).to_be_hidden()


def test_a_citation_opens_the_source_at_the_exact_words(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-statement")).to_contain_text("700 pages")
    chat.page.locator(".cs-turn .cs-chip").first.click()
    assert chat.reader_is_at(QUOTE)


def test_the_source_opens_by_itself_with_the_first_citation_and_never_keeps_the_last_questions(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    assert chat.reader_is_at(QUOTE)
    chat.ask("What is the capital of France?")
    expect(chat.page.locator("#cs-reader .cs-mark")).to_have_count(0)


def test_other_spans_of_the_answer_are_fainter_and_can_be_stepped_to(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(TWO_SPANS)
    first, second = (statement.citations[0].quote for statement in seeded().ask(TWO_SPANS).statements)
    assert chat.reader_is_at(first)
    expect(chat.page.locator("#cs-reader .cs-mark:not(.cs-current)")).to_have_text([second])
    colours = chat.page.locator("#cs-reader .cs-mark").evaluate_all(
        "all => all.map(e => getComputedStyle(e).backgroundColor)"
    )
    assert len(set(colours)) == 2
    chat.page.locator("#cs-reader .cs-steps .cs-chip").nth(1).click()
    expect(chat.page.locator("#cs-reader .cs-current")).to_have_text(second)
    assert chat.reader_is_at(second)
    expect(chat.page.locator("#cs-conversation .cs-chip[data-open]")).to_have_text("2")


def test_a_citation_that_is_open_already_comes_back_into_view(open_chat: Open) -> None:
    chat = open_chat("echo")
    chat.ask("Who opened the door when the bell rang?")
    chat.page.locator("#cs-reader .cs-current").wait_for()
    chat.page.locator(".cs-scroll").evaluate("pane => { pane.scrollTop = pane.scrollTop ? 0 : pane.scrollHeight }")
    chat.page.locator("#cs-conversation .cs-chip[data-open]").click()
    assert chat.reader_is_at(
        chat.page.locator("#cs-conversation .cs-chip[data-open]").get_attribute("data-quote") or ""
    )


def test_a_repeated_sentence_is_highlighted_where_it_was_cited(open_chat: Open) -> None:
    chat = open_chat("echo")
    chat.ask("The bell rang?")
    starts = [match.start() for match in re.finditer("The bell rang", ECHO)]
    for number, start in enumerate(starts, start=1):
        chat.page.locator("#cs-conversation .cs-chip", has_text=str(number)).first.click()
        expect(chat.page.locator(".cs-place")).to_contain_text(f"characters {start:,}–")
        before = chat.page.locator(".cs-current").evaluate(
            """mark => {
                const before = document.createRange();
                before.setStart(mark.parentNode, 0);
                before.setEndBefore(mark);
                return before.toString().length;
            }"""
        )
        assert before == start
        assert chat.reader_is_at("The bell rang.")


def test_hovering_over_a_citation_shows_its_quote(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-card")).to_be_hidden()
    chat.page.locator(".cs-turn .cs-chip").first.hover()
    expect(chat.page.locator(".cs-card .cs-card-quote")).to_have_text(QUOTE)
    chat.page.locator(".cs-card").hover()
    chat.page.wait_for_timeout(500)  # to be sure that it stays for who reads or copies it
    expect(chat.page.locator(".cs-card")).to_be_visible()
    chat.page.mouse.move(5, 5)
    expect(chat.page.locator(".cs-card")).to_be_hidden()


def test_a_refusal_looks_like_one_and_leads_to_the_nearest_words(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask("What is the capital of France?")
    expect(chat.page.locator(".cs-refusal h3").first).to_have_text("The documents do not say")
    expect(chat.page.locator(".cs-refusal")).to_contain_text("No sentence of the documents answers this question.")
    expect(chat.page.locator(".cs-statement")).to_have_count(0)
    chip = chat.page.locator(".cs-refusal .cs-chip").first
    quote = chip.get_attribute("data-quote") or ""
    chip.click()
    assert chat.reader_is_at(quote)


def test_everything_can_be_done_by_keyboard(open_chat: Open) -> None:
    chat = open_chat()
    keyboard = chat.page.keyboard
    expect(chat.page.locator("#cs-question textarea")).to_be_focused()
    keyboard.type("One line")
    keyboard.press("Shift+Enter")
    keyboard.type("and another")
    expect(chat.page.locator("#cs-question textarea")).to_have_value("One line\nand another")
    expect(chat.page.locator(".cs-turn")).to_have_count(0)
    keyboard.press("ControlOrMeta+a")
    keyboard.type(TWO_SPANS)
    keyboard.press("Enter")
    chat.page.locator(".cs-facts").wait_for()
    chat.page.locator("#cs-question .submit-button").wait_for()
    second = seeded().ask(TWO_SPANS).statements[1].citations[0].quote
    chat.page.locator("#cs-question textarea").focus()
    for _ in range(10):
        keyboard.press("Shift+Tab")
        if chat.page.evaluate("document.activeElement.dataset.number") == "2":
            break
    expect(chat.page.locator(".cs-card .cs-card-quote")).to_have_text(second)
    keyboard.press("Enter")
    expect(chat.page.locator("#cs-reader .cs-current")).to_have_text(second)
    assert chat.reader_is_at(second)


def test_an_answer_on_its_way_shows_evidence_and_can_be_stopped(open_chat: Open) -> None:
    chat = open_chat()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    other = open_chat()
    box = chat.page.locator("#cs-question textarea")
    box.fill(f"slowly: {QUESTION}")
    box.press("Enter")
    expect(chat.page.locator(".cs-turn[aria-busy] .cs-nearest li")).to_have_count(3)
    expect(box).to_have_value("")
    ground = "button => getComputedStyle(button).backgroundColor"
    assert chat.page.locator("#cs-question .stop-button").evaluate(ground) == "rgb(239, 237, 231)"  # quieter than Ask
    other.ask(QUESTION)
    box.press("Escape")
    expect(chat.page.locator(".cs-turn")).to_contain_text("Stopped.")
    gate.touch()
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-turn")).to_have_count(2)
    expect(chat.page.locator(".cs-turn").first).to_contain_text("Stopped.")


def test_a_fault_of_the_program_is_told_and_the_chat_goes_on(open_chat: Open) -> None:
    chat = open_chat()
    box = chat.page.locator("#cs-question textarea")
    box.fill("crash, please")
    box.press("Enter")
    expect(chat.page.locator(".cs-turn .cs-refusal")).to_contain_text("Something went wrong")
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-turn")).to_have_count(2)


def test_documents_are_listed_and_open_from_their_beginning(open_chat: Open) -> None:
    chat = open_chat("echo")
    expect(chat.page.locator(".cs-document .cs-file")).to_have_text(["echo.txt", "door.md"])
    chat.page.locator(".cs-document", has_text="door.md").click()
    expect(chat.page.locator(".cs-text")).to_have_text("# Doors\n\nThe door is green.\n")
    chat.page.get_by_role("button", name="All documents").click()
    expect(chat.page.locator(".cs-document")).to_have_count(2)


def test_a_new_page_begins_a_new_conversation_of_its_own(open_chat: Open) -> None:
    one, two = open_chat(), open_chat()
    one.ask(QUESTION)
    two.ask("What is the capital of France?")
    expect(one.page.locator(".cs-turn")).to_have_count(1)
    expect(two.page.locator(".cs-turn")).to_have_count(1)
