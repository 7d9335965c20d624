"""The running app without a browser: its endpoint, its queue and its headers."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.browser.serving import ROOT
from tests.fakes.chat import seeded

pytestmark = [pytest.mark.browser, pytest.mark.network]

QUESTION = "How many pages long is the trove of classified documents?"


@pytest.fixture
def address(addresses: dict[str, str]) -> str:
    return addresses["seed"]


def test_the_endpoint_returns_the_answers_json_to_eight_clients_at_once(address: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(address, verbose=False, analytics_enabled=False)
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.predict(QUESTION, api_name="/ask"), range(8)))
        assert answers == [seeded().ask(QUESTION).to_dict()] * 8
        assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]
    finally:
        client.close()


def test_every_page_forbids_other_origins(address: str) -> None:
    headers = httpx.get(address).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_a_name_of_another_site_is_turned_away(address: str) -> None:
    rebound = httpx.get(address, headers={"host": "rebound.example.org"})
    assert (rebound.status_code, rebound.text[:39]) == (421, "This chat answers on this computer's ow")
    assert httpx.get(address.replace("127.0.0.1", "localhost")).status_code == 200


ROUTES = [
    "/", "/config", "/info", "/theme.css", "/gradio_api/info", "/gradio_api/heartbeat/x", "/gradio_api/queue/data",
    "/gradio_api/app_id", "/gradio_api/upload_progress", "/assets/index.js", "/login", "/token", "/user",
]  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_behind_a_password_no_route_gives_anything_without_it(addresses: dict[str, str], route: str) -> None:
    assert httpx.get(f"{addresses['locked']}{route}").status_code in {401, 404}


def test_behind_a_password_no_event_runs_without_it(addresses: dict[str, str]) -> None:
    for route in ("call/ask", "queue/join", "cancel", "upload", "reset"):
        assert httpx.post(f"{addresses['locked']}/gradio_api/{route}", json={"data": [QUESTION]}).status_code == 401


def test_with_the_password_there_is_the_page_and_no_cookie(addresses: dict[str, str]) -> None:
    response = httpx.get(f"{addresses['locked']}/config", auth=("anna", "a:secret"))
    assert (response.status_code, "set-cookie" in response.headers) == (200, False)


@pytest.mark.parametrize("kind", ["seed", "locked"])
def test_a_page_of_another_site_gets_nothing(addresses: dict[str, str], kind: str) -> None:
    login = ("anna", "a:secret")
    headers = {"Origin": "https://evil.example"}
    for method, route in (("GET", "/config"), ("POST", "/gradio_api/upload"), ("OPTIONS", "/gradio_api/queue/join")):
        response = httpx.request(method, f"{addresses[kind]}{route}", headers=headers, auth=login)
        assert response.status_code == 403
        assert [name for name in response.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    "route", ["/gradio_api/file=https://example.org", "/gradio_api/proxy=https://example.org/", "/token"]
)
def test_routes_that_fetch_or_give_away_are_not_there(addresses: dict[str, str], route: str) -> None:
    assert httpx.get(f"{addresses['seed']}{route}").status_code == 404


def test_nobody_may_frame_the_page(addresses: dict[str, str]) -> None:
    policy = httpx.get(addresses["seed"]).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy


def test_a_taken_port_is_a_setting_to_change(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    script = f"from ui.app import start; from tests.fakes.chat import seeded; start(seeded(), port={port})"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.stderr.splitlines()[-1].startswith("rag.errors.SettingsError: The chat cannot listen on 127.0.0.1")
    assert run.stderr.rstrip().endswith("Try another --port.")
