"""A chat that is started anew while a page is open: what the page shows is still there, with its receipts."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.serving import ROOT
from tests.browser.test_chat import QUESTION, QUOTE, TWO_SPANS

pytestmark = [pytest.mark.browser, pytest.mark.network]
SCRIPT = """
import sys, threading
from tests.fakes.chat import seeded
from ui.app import start
start(seeded(), port=int(sys.argv[1]))
print("up", flush=True)
threading.Event().wait()
"""


@contextmanager
def running(port: int) -> Iterator[None]:
    """A chat on that port, until the block is left."""
    command = [sys.executable, "-c", SCRIPT, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "up\n"
            yield
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ask(page: Page, question: str, number: int) -> None:
    box = page.locator("#cs-question textarea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(".cs-turn .cs-votes")).to_have_count(number)
    page.locator("#cs-question .submit-button").wait_for()


@pytest.mark.parametrize("step", ["cite", "ask", "vote", "rename"])
def test_after_a_restart_the_conversation_on_the_page_goes_on(visitor: Callable[[], BrowserContext], step: str) -> None:
    port, page = free_port(), visitor().new_page()
    page.set_default_timeout(30_000)
    with running(port):
        page.goto(f"http://127.0.0.1:{port}")
        page.locator("#cs-ask[data-state=ready]").wait_for()
        ask(page, QUESTION, 1)
        ask(page, TWO_SPANS, 2)
        expect(page.locator(".cs-title")).to_have_text(QUESTION)
    questions = [QUESTION, TWO_SPANS]
    with running(port):
        match step:
            case "cite":
                page.locator(".cs-turn").first.locator(".cs-chip").click()
                expect(page.locator("#cs-reader .cs-current")).to_have_text(QUOTE)
            case "ask":
                ask(page, "What is the capital of France?", 3)
                questions.append("What is the capital of France?")
                expect(page.locator(".cs-title")).to_have_text(QUESTION)
            case "vote":
                page.get_by_label("Good answer").first.click()
                expect(page.get_by_label("Good answer").first).to_have_attribute("aria-pressed", "true")
            case "rename":
                page.locator(".cs-menu > summary", has_text="Options").click()
                page.get_by_label("Title").fill("The trove")
                page.get_by_label("Title").press("Enter")
                expect(page.locator(".cs-title")).to_have_text("The trove")
        expect(page.locator(".cs-turn .cs-question")).to_have_text(questions)
