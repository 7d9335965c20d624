"""Documents that come and go while others ask: uploads, drops, removal, and many visitors at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests import fakes
from tests.browser.conftest import Open
from tests.browser.test_chat import QUESTION, QUOTE, TWO_SPANS
from tests.browser.test_look import AXE, VIOLATIONS
from tests.fakes.chat import seeded
from ui.documents.uploads import TYPES

pytestmark = [pytest.mark.browser, pytest.mark.network]
Visitor = Callable[[], BrowserContext]

LARGEST = 20 * 2**20  # bytes
DROP = """() => {
  const carried = new DataTransfer();
  carried.items.add(new File(['The colour of the kettle is copper.'], 'kettle.txt', { type: 'text/plain' }));
  return carried;
}"""


def test_a_slow_upload_tells_of_each_file_while_others_ask(open_chat: Open, visitor: Visitor) -> None:
    one, two = open_chat("other", context=visitor()), open_chat("other", context=visitor())
    names = ["first.txt", "slowly.txt", "third.exe", "last.txt"]
    for name in names:
        (one.folder / name).write_text(f"The word of {name} is said.", encoding="utf-8")
    one.page.locator("input[type=file]").first.set_input_files(
        [one.folder / name for name in names if "exe" not in name]
    )
    expect(one.page.locator(".cs-notice li")).to_have_text(
        ["first.txt added", "slowly.txt reading…", "last.txt waiting"]
    )
    for chat in (two, one):
        chat.ask("Who opened the door when the bell rang?")
        expect(chat.page.locator(".cs-statement").first).to_be_visible()
        chat.page.get_by_role("button", name="All documents").click()
    (one.folder / "gate").touch()
    expect(one.page.locator(".cs-notice li")).to_have_text(["first.txt added", "slowly.txt added", "last.txt added"])
    expect(one.page.locator("#cs-add")).to_have_text("Add documents")
    assert one.questions() == two.questions()


def test_files_too_large_or_of_no_known_format_are_named_and_the_rest_is_added(
    open_chat: Open, visitor: Visitor
) -> None:
    chat = open_chat("growing", context=visitor())
    large, kind, good = chat.folder / "large.txt", chat.folder / "<b>kind\u202e.exe", chat.folder / "well.txt"
    large.write_bytes(b"x" * (LARGEST + 1))
    kind.write_bytes(b"MZ")
    good.write_text("The depth of the well is nine metres.\n", encoding="utf-8")
    files = chat.page.locator("input[type=file]").first
    files.set_input_files([large, kind, good])
    refused = chat.page.locator("#cs-told .cs-notice.cs-bad li")
    expect(chat.page.locator("#cs-told .cs-notice:not(.cs-bad) li")).to_have_text("well.txt added")
    reason = f"is of no format that is read: {', '.join(TYPES)}"
    expect(refused).to_have_text(
        ["Not added: large.txt is larger than 20 MB", f"Not added: <b>kind[U+202E].exe {reason}"]
    )
    chat.page.get_by_label("Put this message away").last.click()
    expect(refused.first).to_be_hidden()
    files.set_input_files([large])
    expect(refused).to_have_text(["Not added: large.txt is larger than 20 MB"])
    expect(chat.page.locator("#cs-add")).to_be_enabled()
    chat.ask("What is the depth of the well?")
    assert chat.reader_is_at("The depth of the well is nine metres.")


def test_an_upload_leaves_the_source_that_is_open_as_it_is(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat("other", context=visitor())
    chat.ask("Who opened the door when the bell rang?")
    quote = chat.page.locator(".cs-chip").first.get_attribute("data-quote") or ""
    assert chat.reader_is_at(quote)
    names = [f"page-{number}.txt" for number in range(8)]
    for name in names:
        (chat.folder / name).write_text(f"The word of {name} is said.", encoding="utf-8")
    chat.page.locator("input[type=file]").first.set_input_files([chat.folder / name for name in names])
    expect(chat.page.locator("#cs-told .cs-sum")).to_have_text("In the index: 8 of 8 files")
    expect(chat.page.locator("#cs-add")).to_have_text("Add documents")
    assert chat.reader_is_at(quote)
    chat.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert chat.page.evaluate(VIOLATIONS) == []
    chat.page.get_by_role("button", name="All documents").click()
    expect(chat.page.locator(".cs-document", has_text="page-7.txt")).to_have_count(1)


def test_a_file_dropped_on_the_page_is_added_and_removed_in_two_steps(open_chat: Open, visitor: Visitor) -> None:
    chat = open_chat("real", context=visitor())
    expect(chat.page.locator(".cs-document")).to_have_count(1)
    carried = chat.page.evaluate_handle(DROP)
    chat.page.dispatch_event("#cs-conversation", "dragenter", {"dataTransfer": carried})
    expect(chat.page.locator("html[data-dropping]")).to_have_count(1)
    chat.page.dispatch_event("#cs-side", "drop", {"dataTransfer": carried})
    expect(chat.page.locator(".cs-notice li")).to_have_text("kettle.txt added")
    expect(chat.page.locator("html[data-dropping]")).to_have_count(0)
    row = chat.page.locator(".cs-documents li", has_text="kettle.txt")
    expect(row).to_contain_text("35 characters · 1 passage · version ")
    chat.ask("What is the colour of the kettle?")
    assert chat.reader_is_at("The colour of the kettle is copper.")
    chat.page.get_by_role("button", name="All documents").click()
    kept = chat.folder / ".citespan" / "uploads" / "kettle.txt"
    assert kept.exists()
    row.get_by_text("Remove", exact=True).focus()
    chat.page.keyboard.press("Enter")
    row.get_by_role("button", name="Remove kettle.txt now").press("Enter")
    expect(chat.page.locator(".cs-notice")).to_have_text("Removed kettle.txt.")
    expect(row).to_have_count(0)
    expect(chat.page.locator("#cs-header")).to_contain_text("1 document,")
    expect(chat.page.locator(".cs-statement .cs-chip.cs-stale")).to_have_count(1)
    assert not kept.exists()
    with fakes.assistant(chat.folder / ".citespan") as assistant:
        assert assistant.check().problems == ()


def test_what_somebody_else_changed_is_marked_with_the_next_question(open_chat: Open, visitor: Visitor) -> None:
    one, two = open_chat("growing", context=visitor()), open_chat("growing", context=visitor())
    kite = one.folder / "kite.txt"
    for chat, words in ((one, "The kite of Ann is yellow."), (two, "The kite of Ann was lost.")):
        kite.write_text(words, encoding="utf-8")
        chat.page.locator("input[type=file]").first.set_input_files([kite])
        expect(chat.page.locator("#cs-told .cs-notice li")).to_contain_text("kite.txt")
        expect(chat.page.locator("#cs-add")).to_have_text("Add documents")
        if chat is one:
            one.ask("The kite of Ann?")
            assert one.reader_is_at("The kite of Ann is yellow.")
    one.ask("Nothing?")
    expect(one.page.locator(".cs-turn").first.locator(".cs-chip.cs-stale")).to_have_count(1)


def test_eight_visitors_at_once_each_get_their_own_answer(open_chat: Open, visitor: Visitor) -> None:
    questions = [QUESTION, TWO_SPANS, "What is the capital of France?", "Who is Adil Abdul Mahdi?"] * 2
    chats = [open_chat(context=visitor()) for _ in questions]
    for chat, question in zip(chats, questions, strict=True):
        chat.page.locator("#cs-question textarea").fill(question)
    for chat in chats:
        chat.page.locator("#cs-question textarea").press("Enter")
    for chat, question in zip(chats, questions, strict=True):
        expect(chat.page.locator(".cs-turn .cs-votes")).to_have_count(1)
        assert chat.questions() == [question]
        statements = [statement.text for statement in seeded().ask(question).statements]
        shown = chat.page.locator(".cs-statement").all_inner_texts()
        assert [text.rsplit("\n")[0][: len(said)] for text, said in zip(shown, statements, strict=True)] == statements
    chats[0].page.locator(".cs-chip").first.click()
    assert chats[0].reader_is_at(QUOTE)


def test_mounted_in_another_app_below_a_prefix_the_chat_is_whole(open_chat: Open, visitor: Visitor) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    chat = open_chat("mounted", context=visitor())
    assert chat.page.evaluate("window.gradio_config.max_file_size") == LARGEST
    chat.ask(QUESTION)
    assert chat.reader_is_at(QUOTE)
    expect(chat.page.locator(".cs-title")).to_have_text(QUESTION)
    chat.page.reload()
    expect(chat.page.locator(".cs-turn .cs-question")).to_have_text([QUESTION])
    client = Client(f"{chat.address}/", verbose=False, analytics_enabled=False)
    try:
        assert client.predict(QUESTION, api_name="/ask") == seeded().ask(QUESTION).to_dict()
    finally:
        client.close()
