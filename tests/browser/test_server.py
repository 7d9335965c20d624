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


def test_behind_a_password_nothing_is_given_without_it(addresses: dict[str, str]) -> None:
    address = addresses["locked"]
    assert httpx.get(f"{address}/config").status_code == 401
    assert httpx.post(f"{address}/gradio_api/call/ask", json={"data": [QUESTION]}).status_code == 401
    with httpx.Client() as visitor:
        wrong = visitor.post(f"{address}/login", data={"username": "anna", "password": "secret"})
        assert wrong.status_code == 400
        visitor.post(f"{address}/login", data={"username": "anna", "password": "a:secret"})
        assert visitor.get(f"{address}/config").status_code == 200


def test_a_taken_port_is_a_setting_to_change(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    script = f"from ui.app import start; from tests.fakes.chat import seeded; start(seeded(), port={port})"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.stderr.splitlines()[-1].startswith("rag.errors.SettingsError: The chat cannot listen on 127.0.0.1")
    assert run.stderr.rstrip().endswith("Try another --port.")
