"""Who may reach the chat, what its command takes, and what importing it costs. The running app is in tests/browser."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from rag.errors import SettingsError
from ui.security import check_host, is_loopback, parse_auth

LOOPBACK = ["127.0.0.1", "127.8.8.8", "localhost", "::1"]
REACHABLE = ["0.0.0.0", "10.1.2.3", "::", "example.org", ""]


def test_only_this_machine_is_loopback() -> None:
    assert [host for host in LOOPBACK + REACHABLE if is_loopback(host)] == LOOPBACK


def test_a_host_that_others_reach_needs_a_password_and_says_why() -> None:
    with pytest.raises(SettingsError, match=r"On 0\.0\.0\.0 anybody who can reach .* Add --auth USER:PASSWORD"):
        check_host("0.0.0.0", None)
    check_host("0.0.0.0", ("anna", "secret"))
    check_host("127.0.0.1", None)


@pytest.mark.parametrize("value", ["", "anna", "anna:", ":secret"])
def test_half_a_password_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="USER:PASSWORD"):
        parse_auth(value)


def test_a_password_may_hold_colons() -> None:
    assert (parse_auth("anna:a:b"), parse_auth(None)) == (("anna", "a:b"), None)


def test_importing_ui_loads_neither_gradio_nor_the_index() -> None:
    script = (
        "import sys, ui, ui.__main__; print([name for name in ('gradio', 'torch', 'chromadb') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_command_names_its_options() -> None:
    import typer

    from ui.__main__ import chat

    app = typer.Typer()
    app.command()(chat)
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert [option for option in ("--index", "--host", "--port", "--auth") if option not in shown] == []


def test_the_command_refuses_an_open_door_before_anything_loads() -> None:
    run = subprocess.run([sys.executable, "-m", "ui", "--host", "0.0.0.0"], capture_output=True, text=True)
    assert run.returncode == 2
    assert run.stderr.startswith("error: On 0.0.0.0 anybody who can reach this computer could read the documents.")
