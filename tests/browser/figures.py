"""How long the chat takes, as ratios: `python -m tests.browser.figures [ROUNDS]` prints the table of the chat's page.

Eight browsers are eight contexts of one Chromium on this machine, which then shares the processor with the server and
the model: what eight visitors on computers of their own would see is better. Seconds differ from machine to machine,
so each figure is a ratio of medians: to the time that `Assistant.ask` itself takes, alone, for the same questions, each
asked in turn with the chat's, so that whatever else the machine does weighs on both.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from rag import Assistant
from tests.browser.conftest import FLAGS, browser_path
from tests.browser.serving import served
from tests.fakes.chat import SEED

ROUNDS = 3  # each of every question, for one client and for eight
CLIENTS = (1, 8)
QUESTIONS = (
    "How many pages does the trove have?",
    "Why did the Iraqi Army cease to exist?",
    "What did Iran do in the vacuum?",
    "Who is the Iraqi prime minister?",
    "What did the leaks reveal about the MOIS?",
    "Which share of the population is Shia?",
    "What were agents told to do?",
    "Who was Saddam Hussein?",
)
# Notes when evidence and when the answer is first there, in the browser's own clock, from the key that sends.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    const turn = [...document.querySelectorAll('.cs-turn')].at(-1);
    if (turn?.querySelector('.cs-chip')) window.seen.evidence ??= performance.now();
    if (turn?.querySelector('.cs-facts')) window.seen.answer ??= performance.now();
  };
  new MutationObserver(look).observe(document.querySelector('#cs-conversation'), { childList: true, subtree: true });
  document.addEventListener('keydown', () => { window.seen.start ??= performance.now(); }, true);
}"""
READY = "document.querySelector('#cs-ask')?.dataset.state === 'ready'"
ANSWERED = "window.seen.answer"


@dataclass
class Times:
    """Seconds of one number of clients; `direct` are those of `Assistant.ask`, without a chat."""

    direct: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)


def visit(browser: Browser, address: str, direct: Assistant, clients: int, rounds: int) -> Times:
    """Times of pages opened one after the other, and of questions asked by all clients at once."""
    times = Times()
    contexts = [browser.new_context(reduced_motion="reduce") for _ in range(clients)]
    for first in range(0, rounds * len(QUESTIONS), clients):
        pages = [context.new_page() for context in contexts]
        for page in pages:
            times.ready.append(_opened(page, address))
        asked = {page: QUESTIONS[(first + number) % len(QUESTIONS)] for number, page in enumerate(pages)}
        times.direct += [_seconds(direct, question) for question in asked.values()]
        _ask(asked, times)
        for page in pages:
            page.close()
    for context in contexts:
        context.close()
    return times


def _seconds(assistant: Assistant, question: str) -> float:
    started = time.perf_counter()
    assistant.ask(question)
    return time.perf_counter() - started


def _opened(page: Page, address: str) -> float:
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_function(READY, timeout=120_000)
    seconds = time.perf_counter() - started
    page.evaluate(WATCH)
    return seconds


def _ask(pages: Mapping[Page, str], times: Times) -> None:
    for page, question in pages.items():
        page.locator("#cs-question textarea").fill(question)
    for page in pages:
        page.locator("#cs-question textarea").press("Enter", no_wait_after=True)
    for page in pages:
        page.wait_for_function(ANSWERED, timeout=120_000)
        seen = page.evaluate("window.seen")
        times.evidence.append((seen["evidence"] - seen["start"]) / 1000)
        times.answer.append((seen["answer"] - seen["start"]) / 1000)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    path = browser_path()
    with TemporaryDirectory() as temporary, Assistant.open(Path(temporary) / "direct") as direct:
        direct.ingest([SEED])
        direct.prepare()
        with served(Path(temporary), ["model"]) as running, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            measured = {clients: visit(browser, running["model"], direct, clients, rounds) for clients in CLIENTS}
            browser.close()
    write = sys.stdout.write
    write("| clients | n | page ready | ask to evidence painted | ask to answer painted |\n|---|---|---|---|---|\n")
    for clients, times in measured.items():
        base = median(times.direct)
        figures = (f"{median(some) / base:.1f}" for some in (times.ready, times.evidence, times.answer))
        write(f"| {clients} | {len(times.answer)} | {' | '.join(figures)} |\n")


if __name__ == "__main__":
    main()
