"""The chat over the real index and the real model, looked at: the pictures of the README are taken here.

They are written where CITESPAN_SCREENSHOTS says (`make screenshots`), and to a temporary folder when it says nothing,
so that a run of the tests leaves the tree as it was.
"""

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Chat, Open
from tests.browser.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.model]

QUESTION = "What did members of the MOIS complain about?"
REFUSED = "What is the capital of France?"
Visitor = Callable[[], BrowserContext]
Take = Callable[[Chat, str], tuple[int, int]]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The real thing only."""
    with served(tmp_path_factory.mktemp("real"), ["model"]) as running:
        yield running


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Take a picture under a name, without the mouse; its width and height in pixels."""
    folder = Path(os.environ.get("CITESPAN_SCREENSHOTS", tmp_path))

    def shoot(chat: Chat, name: str) -> tuple[int, int]:
        chat.page.mouse.move(0, 0)
        chat.page.evaluate("document.activeElement.blur()")
        path = folder / f"{name}.png"
        chat.page.screenshot(path=path, animations="disabled", caret="hide")
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        return width, height

    return shoot


def test_first_start(open_chat: Open, visitor: Visitor, take: Take) -> None:
    chat = open_chat("model", context=visitor())
    expect(chat.page.locator(".cs-example")).to_have_count(3, timeout=60_000)
    assert take(chat, "first-start") == (1360, 860)


@pytest.mark.parametrize(("name", "dark"), [("answer", False), ("answer-dark", True)])
def test_an_answer(open_chat: Open, visitor: Visitor, take: Take, name: str, dark: bool) -> None:
    chat = open_chat("model", context=visitor(), dark=dark)
    chat.ask(QUESTION)
    quote = chat.page.locator(".cs-chip").first.get_attribute("data-quote") or ""
    assert chat.reader_is_at(quote)
    assert take(chat, name) == (1360, 860)


def test_a_refusal(open_chat: Open, visitor: Visitor, take: Take) -> None:
    chat = open_chat("model", context=visitor())
    chat.ask(REFUSED)
    chat.page.locator(".cs-refusal .cs-chip").first.click()
    chat.page.locator("#cs-reader .cs-current").wait_for()
    assert take(chat, "refusal") == (1360, 860)


def test_on_a_phone(open_chat: Open, visitor: Visitor, take: Take) -> None:
    chat = open_chat("model", context=visitor(), width=390, height=844)
    chat.ask(QUESTION)
    expect(chat.page.locator(".cs-statement").first).to_be_in_viewport()
    chat.page.evaluate("scrollTo(0, 0)")
    assert take(chat, "phone") == (390, 844)
