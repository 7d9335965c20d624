"""Conversations that a browser keeps: begun, found again with their receipts, renamed, taken away, deleted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from rag import Feedback
from tests import fakes
from tests.browser.conftest import Chat, Open
from tests.browser.test_chat import QUESTION, QUOTE, TWO_SPANS
from tests.fakes.chat import seeded
from ui.conversations.store import title_of

pytestmark = [pytest.mark.browser, pytest.mark.network]
Visitor = Callable[[], BrowserContext]

FRANCE = "What is the capital of France?"


def kept(chat: Chat, *titles: str) -> None:
    """Wait until those conversations are listed."""
    chat.page.locator(".cs-menu > summary", has_text="Conversations").click()
    expect(chat.page.locator(".cs-item span")).to_have_text(list(titles))
    chat.page.keyboard.press("Escape")


def test_a_conversation_is_there_again_after_a_reload_with_citations_that_open(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat(context=visitor())
    chat.ask(QUESTION)
    chat.ask(FRANCE)
    expect(chat.page.locator(".cs-title")).to_have_text(QUESTION)
    chat.page.reload()
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([QUESTION, FRANCE])
    chat.page.locator(".cs-turn").first.locator(".cs-chip").first.click()
    assert chat.reader_is_at(QUOTE)
    chat.ask(TWO_SPANS)
    assert chat.questions() == [QUESTION, FRANCE, TWO_SPANS]


def test_a_citation_of_a_document_that_changed_meanwhile_is_stale_after_a_reload(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat("growing", context=visitor())
    lamp = chat.folder / "lamp.txt"
    lamp.write_text("The colour of the lamp is blue.\n", encoding="utf-8")
    chat.page.locator("input[type=file]").first.set_input_files([lamp])
    expect(chat.page.locator(".cs-notice li")).to_have_text("lamp.txt added")
    chat.ask("What is the colour of the lamp?")
    assert chat.reader_is_at("The colour of the lamp is blue.")
    expect(chat.page.locator(".cs-title")).to_have_text("What is the colour of the lamp?")
    other = open_chat("growing", context=visitor())
    lamp.write_text("The colour of the lamp is grey now.\n", encoding="utf-8")
    other.page.locator("input[type=file]").first.set_input_files([lamp])
    expect(other.page.locator(".cs-notice li")).to_have_text("lamp.txt updated")
    chat.page.reload()
    chat.page.locator(".cs-chip.cs-stale").click()
    expect(chat.page.locator("#cs-reader blockquote")).to_have_text("The colour of the lamp is blue.")


def test_conversations_are_begun_gone_back_to_renamed_and_deleted(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat(context=visitor())
    chat.ask(QUESTION)
    chat.page.get_by_role("button", name="New", exact=True).click()
    expect(chat.page.locator(".cs-welcome")).to_be_visible()
    chat.ask(FRANCE)
    kept(chat, FRANCE, QUESTION)
    chat.page.locator(".cs-menu > summary", has_text="Conversations").click()
    chat.page.locator(".cs-item", has_text=QUESTION).click()
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([QUESTION])
    assert chat.reader_is_at(QUOTE)
    sheet = chat.options()
    sheet.get_by_label("Title").fill("The <b>trove</b>")
    sheet.get_by_label("Title").press("Enter")
    expect(chat.page.locator(".cs-title")).to_have_text("The <b>trove</b>")
    chat.page.reload()
    expect(chat.page.locator(".cs-title")).to_have_text("The <b>trove</b>")
    chat.options().get_by_text("Delete", exact=True).click()
    expect(chat.page.locator(".cs-turn")).to_have_count(1)
    chat.page.get_by_role("button", name="Delete it").click()
    expect(chat.page.locator(".cs-turn")).to_have_count(0)
    kept(chat, FRANCE)
    chat.page.reload()
    kept(chat, FRANCE)


def test_two_tabs_of_a_browser_lose_nothing_of_each_other_and_another_browser_sees_neither(
    open_chat: Open, visitor: Visitor
) -> None:
    browser = visitor()
    one, two = open_chat(context=browser), open_chat(context=browser)
    one.ask(QUESTION)
    two.ask(FRANCE)
    kept(one, FRANCE, QUESTION)
    one.ask(TWO_SPANS)
    kept(two, QUESTION, FRANCE)
    assert (one.questions(), two.questions()) == ([QUESTION, TWO_SPANS], [FRANCE])
    three = open_chat(context=browser)
    kept(three, QUESTION, FRANCE)
    expect(open_chat(context=visitor()).page.locator(".cs-bar-row")).to_have_count(0)


def saved(chat: Chat, kind: str) -> tuple[str, str]:
    """The name and the text of a file that the browser saves."""
    with chat.page.expect_download() as download:
        chat.options().get_by_role("button", name=f"Export {kind}").click()
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")


def test_a_conversation_is_taken_away_as_markdown_and_json(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat(context=visitor())
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-title")).to_have_text(QUESTION)
    name, written = saved(chat, "Markdown")
    assert name == "how-many-pages-long-is-the-trove-of-classified-documents.md"
    citation = seeded().ask(QUESTION).statements[0].citations[0]
    assert f"characters {citation.start}–{citation.end}, version sha256 {citation.version}: “{QUOTE}”" in written
    chat.page.keyboard.press("Escape")
    name, written = saved(chat, "JSON")
    assert name.endswith(".json")
    (turn,) = json.loads(written)["turns"]
    assert turn["answer"] == json.loads(json.dumps(seeded().ask(QUESTION).to_dict()))


def votes(chat: Chat) -> list[Feedback]:
    with fakes.assistant(chat.folder / ".citespan") as assistant:
        return assistant.feedback.entries()


def test_votes_and_comments_are_kept_in_the_index_and_shown_after_a_reload(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat("real", context=visitor())
    chat.ask(QUESTION)
    up, down = chat.page.get_by_label("Good answer"), chat.page.get_by_label("Bad answer")
    up.focus()
    chat.page.keyboard.press("Enter")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).to_be_focused()
    assert [(vote.vote, vote.question, vote.comment) for vote in votes(chat)] == [("up", QUESTION, "")]
    down.click()
    chat.page.get_by_label("What was wrong?").fill("<b>Too long</b>")
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(".cs-turn")).to_contain_text("Thank you.")
    assert [(vote.vote, vote.comment) for vote in votes(chat)] == [("down", "<b>Too long</b>")]
    chat.page.reload()
    expect(down).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "false")
    assert votes(chat) == []


def test_a_follow_up_is_read_with_the_conversation_and_says_how(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat(context=visitor())
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-turn").last).not_to_contain_text("Understood as")
    chat.page.reload()
    chat.ask("And who wrote it?")
    expect(chat.page.locator(".cs-turn").last).to_contain_text(f"Understood as: {QUESTION} And who wrote it?")


def test_a_question_entered_during_an_answer_waits_in_the_box_and_is_sent_then(open_chat: Open) -> None:
    chat = open_chat()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    box = chat.page.locator("#cs-question textarea")
    box.fill(f"slowly: {QUESTION}")
    box.press("Enter")
    expect(box).to_have_value("")
    box.fill(FRANCE)
    box.press("Enter")
    expect(chat.page.locator(".cs-turn[aria-busy]")).to_have_count(1)
    expect(box).to_have_value(FRANCE)
    gate.touch()
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([f"slowly: {QUESTION}", FRANCE])
    expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(2)
    expect(box).to_have_value("")
    chat.ask(TWO_SPANS)
    assert chat.questions() == [f"slowly: {QUESTION}", FRANCE, TWO_SPANS]


def test_a_question_that_waits_is_not_sent_when_the_answer_is_stopped(open_chat: Open) -> None:
    chat = open_chat()
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    box = chat.page.locator("#cs-question textarea")
    box.fill(f"slowly: {QUESTION}")
    box.press("Enter")
    expect(box).to_have_value("")
    box.fill(FRANCE)
    box.press("Enter")
    expect(chat.page.locator(".cs-turn[aria-busy] .cs-nearest")).to_have_count(1)
    chat.page.locator("#cs-question .stop-button").wait_for()
    box.press("Escape")
    expect(chat.page.locator(".cs-turn")).to_contain_text("Stopped.")
    gate.touch()
    expect(box).to_have_value(FRANCE)
    chat.page.locator("#cs-question .submit-button").click()
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([f"slowly: {QUESTION}", FRANCE])
    expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(1)


def test_leaving_a_conversation_cuts_its_answer_off_and_nothing_of_it_comes_after(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat(context=visitor())
    chat.ask(FRANCE)
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    box = chat.page.locator("#cs-question textarea")
    box.fill(f"slowly: {QUESTION}")
    box.press("Enter")
    chat.page.locator("#cs-question .stop-button").wait_for()
    chat.page.get_by_role("button", name="New", exact=True).click()
    box.fill(TWO_SPANS)  # at once
    box.press("Enter")
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([TWO_SPANS])
    expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(1)
    gate.touch()
    assert chat.questions() == [TWO_SPANS]
    kept(chat, title_of(TWO_SPANS), FRANCE)
    chat.ask(FRANCE)
    assert chat.questions() == [TWO_SPANS, FRANCE]


def test_an_answer_that_had_not_begun_when_its_conversation_was_left_never_does(
    open_chat: Open, visitor: Visitor
) -> None:
    chat, *others = (open_chat(context=visitor()) for _ in range(3))
    chat.ask(FRANCE)
    gate = chat.folder / "gate"
    gate.unlink(missing_ok=True)
    for other in others:  # as many as are answered at a time
        other.page.locator("#cs-question textarea").fill(f"slowly: {QUESTION}")
        other.page.keyboard.press("Enter")
        expect(other.page.locator(".cs-turn[aria-busy] .cs-nearest")).to_have_count(1)
    box = chat.page.locator("#cs-question textarea")
    box.fill(QUESTION)
    box.press("Enter")
    expect(box).to_have_value("")
    chat.page.get_by_role("button", name="New", exact=True).click()
    expect(chat.page.locator(".cs-turn")).to_have_count(0)
    box.fill(TWO_SPANS)
    box.press("Enter")
    gate.touch()
    expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(1)
    assert chat.questions() == [TWO_SPANS]
    kept(chat, title_of(TWO_SPANS), FRANCE)
