"""A real Chromium, and chats to open in it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from tests.browser.serving import served

expect.set_options(timeout=30_000)  # for machines that are busy with something else
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")  # as in install.sh
MISSING = "These tests drive a real browser and there is none on PATH. Type: sudo apt-get install -y chromium"


@dataclass
class Chat:
    """One browser page on a chat, and everything it asked for over the network."""

    page: Page
    address: str
    folder: Path
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)  # of the page: one more each time that it is loaded again

    def ask(self, question: str) -> None:
        """Type a question, press Enter, and wait until it is answered or refused."""
        before = self.page.locator(".cs-turn .cs-facts").count()
        self.page.locator("#cs-question textarea").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator(".cs-turn .cs-facts").nth(before).wait_for()
        self.page.locator("#cs-question .submit-button").wait_for()

    def questions(self) -> list[str]:
        """The questions of the conversation that is open."""
        return self.page.locator(".cs-turn .cs-question").all_inner_texts()

    def options(self) -> Locator:
        """The menu of what can be done with the conversation, opened."""
        self.page.locator(".cs-menu > summary", has_text="Options").click()
        return self.page.locator(".cs-right .cs-sheet")

    def reader_is_at(self, quote: str) -> bool:
        """Whether the highlighted text is exactly `quote` and stands in view."""
        current = self.page.locator("#cs-reader .cs-current")
        current.wait_for()
        shown: str = current.evaluate("mark => mark.textContent")
        inside: bool = current.evaluate(
            """mark => {
                const at = mark.getBoundingClientRect(), pane = mark.closest('.cs-scroll').getBoundingClientRect();
                return at.top >= pane.top && at.top < Math.min(pane.bottom, innerHeight) && at.bottom > 0;
            }"""
        )
        return shown == quote and inside


def browser_path() -> str | None:
    """The first browser of those that is on PATH."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


Open = Callable[..., Chat]


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserContext]:
    """The browser; without one the tests fail, they are never skipped. One cache for all, or each page loads afresh.

    It does not outlive its module: while Playwright runs, no other test could start an event loop in this thread.
    """
    path = browser_path()
    if path is None:
        pytest.fail(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser.new_context(reduced_motion="reduce")
        browser.close()


@pytest.fixture
def visitor(chromium: BrowserContext) -> Iterator[Callable[[], BrowserContext]]:
    """Make a browser context of its own: another person, who has nothing stored yet."""
    assert chromium.browser
    made: list[BrowserContext] = []

    def arrive() -> BrowserContext:
        assert chromium.browser
        made.append(chromium.browser.new_context(reduced_motion="reduce"))
        return made[-1]

    yield arrive
    for context in made:
        context.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each chat has a folder of its kind's name."""
    return tmp_path_factory.mktemp("chats")


@pytest.fixture(scope="session")
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    """The address of the chat of each kind."""
    with served(folder) as running:
        for kind in running:
            (folder / kind).mkdir(exist_ok=True)
        yield running


@pytest.fixture
def open_chat(chromium: BrowserContext, visitor: object, addresses: dict[str, str], folder: Path) -> Iterator[Open]:
    """Open a chat of a kind in a page of its own; at the end no page may have failed or called out."""
    opened: list[Chat] = []

    def start(
        kind: str = "seed",
        *,
        width: int = 1360,
        height: int = 860,
        dark: bool = False,
        welcome: bool = True,
        context: BrowserContext = chromium,
    ) -> Chat:
        chat = Chat(context.new_page(), addresses[kind], folder / kind)
        chat.page.set_default_timeout(30_000)
        chat.page.set_viewport_size({"width": width, "height": height})
        chat.page.emulate_media(color_scheme="dark" if dark else "light")
        _listen(chat)
        opened.append(chat)
        chat.page.goto(chat.address)
        if welcome:
            chat.page.locator(".cs-welcome").wait_for()
            chat.page.locator("#cs-ask[data-state=ready]").wait_for()
        return chat

    yield start
    for chat in opened:
        if not chat.page.is_closed():
            chat.page.close()
    assert [url for chat in opened for url in chat.requests if not _ours(url, chat.address)] == []
    assert [fault for chat in opened for fault in chat.faults if not _is_of_loading_again(chat, fault)] == []


def _is_of_loading_again(chat: Chat, fault: str) -> bool:
    """Whether it is what Gradio's client writes of requests under way when a test loads the page again."""
    return "AbortError" in fault or (len(chat.loads) > 1 and "Connection errored out" in fault)


def _listen(chat: Chat) -> None:
    def asked(request: Request) -> None:
        chat.requests.append(request.url)
        if request.is_navigation_request():
            chat.loads.append(request.url)

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error":
            chat.faults.append(f"{message.text} {message.location['url']}")

    chat.page.on("request", asked)
    chat.page.on("pageerror", lambda error: chat.faults.append(str(error)))
    chat.page.on("console", noted)


def _ours(url: str, address: str) -> bool:
    return url == address or url.startswith((address + "/", "data:", "blob:"))
