"""Phone, dark mode, contrast and other things that not everybody sees."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Open
from tests.browser.test_chat import QUESTION, QUOTE

pytestmark = [pytest.mark.browser, pytest.mark.network]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
VIOLATIONS = """axe.run(document).then(
    found => found.violations.map(each => `${each.impact} ${each.id}: ${each.nodes[0].html}`))"""
RATIO = """
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (one, two) => {
    const [a, b] = [light(parse(one)), light(parse(two))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
"""
FIELDS = (
    "() => {"
    + RATIO
    + """
  const ground = field => document.querySelector(field.closest('.cs-sheet') ? '.cs-sheet' : '.gradio-container');
  return [...document.querySelectorAll('#cs-question, .cs-form input')].map(field =>
    contrast(getComputedStyle(field).borderTopColor, getComputedStyle(ground(field)).backgroundColor));
}"""
)
CONTRASTS = (
    "() => {"
    + RATIO
    + """
  const behind = e => { for (; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor, c = parse(colour);
    if (c.length < 4 || c[3] === 1) return colour;
  } return 'rgb(255, 255, 255)'; };
  const low = [];
  for (const e of document.querySelectorAll('#cs-header *, #cs-main *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length) continue;
    const ratio = contrast(getComputedStyle(e).color, behind(e));
    if (ratio < 4.5) low.push(`${e.className} ${e.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""
)


def after_an_answer_and_a_refusal(chat: Chat) -> Chat:
    chat.ask("What is the capital of France?")
    chat.ask(QUESTION)
    chat.page.locator("#cs-reader .cs-current").wait_for()
    return chat


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_the_contrast_of_wcag_aa(open_chat: Open, dark: bool) -> None:
    chat = open_chat(dark=dark)
    assert chat.page.evaluate(CONTRASTS) == []
    after_an_answer_and_a_refusal(chat)
    assert chat.page.evaluate(CONTRASTS) == []


@pytest.mark.parametrize("dark", [False, True])
def test_fields_to_write_in_stand_out_as_wcag_aa_wants(open_chat: Open, dark: bool) -> None:
    chat = after_an_answer_and_a_refusal(open_chat(dark=dark))
    expect(chat.page.locator(".cs-title")).to_be_visible()
    chat.page.evaluate("document.activeElement.blur()")
    ratios = chat.page.evaluate(FIELDS)
    assert len(ratios) == 2
    assert min(ratios) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_fault(open_chat: Open, dark: bool) -> None:
    chat = open_chat(dark=dark)
    chat.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert chat.page.evaluate(VIOLATIONS) == []
    after_an_answer_and_a_refusal(chat)
    assert chat.page.evaluate(VIOLATIONS) == []
    chat.page.get_by_label("Bad answer").last.click()
    chat.page.get_by_label("What was wrong?").wait_for()
    chat.page.get_by_role("button", name="All documents").click()
    chat.page.locator(".cs-documents .cs-removal summary").click()
    chat.options().locator(".cs-removal summary").click()
    assert chat.page.evaluate(VIOLATIONS) == []
    assert chat.page.evaluate(CONTRASTS) == []


def test_dark_mode_follows_the_system(open_chat: Open) -> None:
    ground = "getComputedStyle(document.querySelector('.gradio-container')).backgroundColor"
    assert open_chat().page.evaluate(ground) == "rgb(247, 246, 243)"
    assert open_chat(dark=True).page.evaluate(ground) == "rgb(22, 24, 27)"


def test_on_a_phone_the_reader_is_below_and_a_citation_leads_there_and_back(open_chat: Open) -> None:
    chat = after_an_answer_and_a_refusal(open_chat(width=390, height=844))
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert chat.page.evaluate(
        "document.querySelector('#cs-side').getBoundingClientRect().top >= "
        "document.querySelector('#cs-chat').getBoundingClientRect().bottom - 1"
    )
    chip = chat.page.locator(".cs-turn").last.locator(".cs-chip").first
    chip.click()
    chat.page.wait_for_function("document.querySelector('.cs-current').getBoundingClientRect().bottom < innerHeight")
    assert chat.reader_is_at(QUOTE)
    chat.page.get_by_role("button", name="Back to the answer").click()
    expect(chip).to_be_focused()
    expect(chip).to_be_in_viewport()


def test_on_a_phone_every_menu_and_what_becomes_of_an_upload_are_in_view(
    open_chat: Open, visitor: Callable[[], BrowserContext]
) -> None:
    chat = open_chat("growing", width=390, height=844, context=visitor())
    for _ in range(2):
        chat.ask("What is the capital of France?")
    chat.page.get_by_role("button", name="New", exact=True).click()
    expect(chat.page.locator(".cs-welcome")).to_be_visible()
    chat.ask("What is the capital of Spain?")
    for summary in chat.page.locator(".cs-menu > summary").all():
        summary.click()
        sheet = chat.page.locator(".cs-menu[open] .cs-sheet").bounding_box()
        assert sheet and sheet["x"] >= 0 and sheet["x"] + sheet["width"] <= 390
        chat.page.keyboard.press("Escape")
    phone = chat.folder / "phone.txt"
    phone.write_text("The phone is on the table.\n" * 40, encoding="utf-8")
    chat.page.locator("input[type=file]").first.set_input_files([phone])
    expect(chat.page.locator("#cs-told .cs-notice")).to_contain_text("phone.txt")
    expect(chat.page.locator("#cs-told .cs-notice")).to_be_in_viewport()
    ground = "getComputedStyle(document.querySelector('#cs-side')).backgroundColor"
    assert chat.page.evaluate(ground) == "rgb(255, 254, 251)"
    tall = "document.querySelector('{}').getBoundingClientRect().bottom"
    assert chat.page.evaluate(f"{tall.format('#cs-side')} >= {tall.format('.cs-pane')}")


def test_where_colours_are_forced_the_cited_words_are_outlined(open_chat: Open) -> None:
    chat = open_chat()
    chat.page.emulate_media(forced_colors="active")
    chat.ask(QUESTION)
    current = chat.page.locator("#cs-reader .cs-current")
    assert current.evaluate("mark => getComputedStyle(mark).outlineStyle") == "solid"


def test_on_a_desk_the_page_itself_does_not_scroll(open_chat: Open) -> None:
    chat = after_an_answer_and_a_refusal(open_chat())
    assert chat.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(chat.page.locator("#cs-question")).to_be_in_viewport()
