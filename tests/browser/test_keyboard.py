"""Where the keyboard goes when what it was on is rendered anew, and what is read out to those who do not see."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.conftest import Chat, Open
from tests.browser.test_chat import QUESTION, QUOTE, TWO_SPANS
from tests.fakes.chat import seeded

pytestmark = [pytest.mark.browser, pytest.mark.network]
Visitor = Callable[[], BrowserContext]


def press(control: Locator) -> None:
    """Go to a control and press Enter."""
    control.focus()
    control.press("Enter")


def box(chat: Chat) -> Locator:
    return chat.page.locator("#cs-question textarea")


def test_in_the_reader_the_keyboard_goes_on_from_where_it_was(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(TWO_SPANS)
    second = seeded().ask(TWO_SPANS).statements[1].citations[0].quote
    chat.page.locator("#cs-reader .cs-current").wait_for()
    step = chat.page.locator("#cs-reader .cs-steps .cs-chip").nth(1)
    press(step)
    expect(chat.page.locator("#cs-reader .cs-current")).to_have_text(second)
    expect(step).to_be_focused()
    press(chat.page.get_by_role("button", name="All documents"))
    expect(chat.page.locator(".cs-document")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(".cs-scroll")).to_be_focused()


def test_showing_more_of_a_long_document_keeps_the_button(open_chat: Open) -> None:
    chat = open_chat("long")
    chat.page.locator(".cs-document").click()
    length = chat.page.locator(".cs-text").evaluate("element => element.textContent.length")
    more = chat.page.get_by_role("button", name="Show what comes next")
    press(more)
    chat.page.wait_for_function(f"document.querySelector('.cs-text').textContent.length > {length}")
    expect(more).to_be_focused()


def test_the_keyboard_stays_on_a_citation_while_another_answer_comes(open_chat: Open) -> None:
    chat = open_chat()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    chat.ask(TWO_SPANS)
    box(chat).fill(f"slowly: {QUESTION}")
    box(chat).press("Enter")
    chat.page.locator(".cs-turn[aria-busy] .cs-nearest").wait_for()
    chip = chat.page.locator(".cs-turn").first.locator(".cs-chip").nth(1)
    chip.focus()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(".cs-turn").last).to_contain_text("Stopped.")
    expect(chip).to_be_focused()
    expect(chat.page.locator(".cs-card")).to_be_hidden()
    gate.touch()


def test_the_box_has_the_keyboard_after_an_example_a_stop_and_a_new_conversation(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat(context=visitor())
    press(chat.page.locator(".cs-example").first)
    expect(chat.page.locator(".cs-facts")).to_have_count(1)
    expect(box(chat)).to_be_focused()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    box(chat).fill(f"slowly: {QUESTION}")
    box(chat).press("Enter")
    chat.page.locator("#cs-question .stop-button").click()
    expect(chat.page.locator(".cs-turn").last).to_contain_text("Stopped.")
    expect(box(chat)).to_be_focused()
    gate.touch()
    press(chat.page.get_by_role("button", name="New", exact=True))
    expect(chat.page.locator(".cs-welcome")).to_be_visible()
    expect(box(chat)).to_be_focused()


def test_after_renaming_the_keyboard_is_on_the_options_and_escape_in_a_menu_stops_no_answer(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat(context=visitor())
    chat.ask(QUESTION)
    options = chat.page.locator(".cs-menu > summary", has_text="Options")
    title = chat.options().get_by_label("Title")
    title.fill("The trove")
    title.press("Enter")
    expect(chat.page.locator(".cs-title")).to_have_text("The trove")
    expect(options).to_be_focused()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    box(chat).fill(f"slowly: {QUESTION}")
    box(chat).press("Enter")
    chat.page.locator(".cs-turn[aria-busy] .cs-nearest").wait_for()
    press(options)
    chat.page.keyboard.press("Escape")
    expect(options).to_be_focused()
    expect(chat.page.locator(".cs-menu[open]")).to_have_count(0)
    gate.touch()
    expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(2)
    expect(chat.page.locator(".cs-turn").last).not_to_contain_text("Stopped.")


def test_what_is_being_done_and_then_the_answer_is_read_out_once(open_chat: Open) -> None:
    chat = open_chat()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    said = chat.page.locator(".cs-said[role=status]")
    expect(said).to_have_text("")
    box(chat).fill(f"slowly: {QUESTION}")
    box(chat).press("Enter")
    expect(said).to_have_text("Checking each statement against its source…")
    gate.touch()
    expect(said).to_contain_text(QUOTE)
    chat.ask("What is the capital of France?")
    expect(said).to_have_text("The documents do not say No sentence of the documents answers this question.")
    expect(chat.page.locator(".cs-turns")).to_have_attribute("aria-live", "off")


def test_a_card_goes_with_its_citation(open_chat: Open) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.page.locator(".cs-turn .cs-chip").first.hover()
    expect(chat.page.locator(".cs-card")).to_be_visible()
    chat.page.keyboard.type("What is the capital of France?")
    box(chat).press("Enter")
    expect(chat.page.locator(".cs-facts")).to_have_count(2)
    expect(chat.page.locator(".cs-card")).to_be_hidden()
