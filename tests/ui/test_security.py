"""The guard in front of Gradio: who is let in, what is there, and how fast passwords can be guessed."""

import asyncio
import base64
from typing import Any

import pytest

from ui import security
from ui.security import Guard, Guesses


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Lets everybody in and hands out a cookie and a header of CORS, as Gradio does."""
    headers = [(b"set-cookie", b"token=1"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"documents"})


def answer(guard: Guard, path: str = "/config", **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of the response to a request."""
    sent: list[Any] = []
    given = {"host": "127.0.0.1:7860"} | headers
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    scope = {"type": "http", "path": path, "headers": raw, "client": ("10.0.0.9", 1), "method": "GET"}

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        await guard(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(run())
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        assert seconds == 1.0

    monkeypatch.setattr(security.asyncio, "sleep", at_once)


def test_no_cookie_and_no_permission_for_other_origins_leaves_the_chat() -> None:
    status, headers = answer(Guard(application, local=True))
    assert status == 200
    assert not [name for name in headers if name == "set-cookie" or name.startswith("access-control")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:7860"}, 200),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"host": "evil.example"}, 421),
    ],
)
def test_only_its_own_page_may_ask(headers: dict[str, str], status: int) -> None:
    assert answer(Guard(application, local=True), **headers)[0] == status


@pytest.mark.parametrize(
    "path", ["/token", "/login", "/file=https://a", "/gradio_api/file=/etc/passwd", "/x/gradio_api/call"]
)
def test_routes_that_the_chat_does_not_use_are_not_there(path: str) -> None:
    assert answer(Guard(application, local=True), path)[0] == 404


@pytest.mark.parametrize(
    "given", ["", "Basic", "Basic %%%", "Bearer x", basic("anna", "wrong"), basic("ann", "a:secret"), basic("", "")]
)
def test_without_the_password_nobody_comes_in(given: str) -> None:
    guard = Guard(application, local=False, login=("anna", "a:secret"))
    assert answer(guard, **({"authorization": given} if given else {}))[0] == 401
    assert answer(guard, authorization=basic("anna", "a:secret"))[0] == 200


def test_wrong_passwords_are_slowed_and_then_turned_away() -> None:
    guard = Guard(application, local=False, login=("anna", "a:secret"))
    statuses = [answer(guard, authorization=basic("anna", str(number)))[0] for number in range(6)]
    assert statuses == [401, 401, 401, 401, 429, 429]
    status, headers = answer(guard, authorization=basic("anna", "a:secret"))
    assert (status, int(headers["retry-after"]) >= 1) == (429, True)


def test_guesses_are_forgotten_with_the_password_and_bounded() -> None:
    guesses = Guesses()
    for number in range(2_000):
        guesses.failed(str(number))
    assert len(guesses._wrong) == 1_000
    for _ in range(20):
        guesses.failed("a")
    assert 55 < guesses.wait("a") <= 60
    guesses.passed("a")
    assert guesses.wait("a") == 0
