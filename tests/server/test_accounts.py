"""Tokens, users, limits and the audit log: who may do what, and who is told no."""

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.cli import app as command_line
from rag.errors import SettingsError
from rag.server.accounts.gate import Audit, Gate, Pace
from rag.server.accounts.store import Accounts, Grant
from rag.server.app import OPEN, Options, create_app
from rag.server.problems import ProblemError
from rag.server.service import Service
from rag.server.workers import Workers

QUESTION = "How many hours a day does a cat sleep?"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "access.json")


@pytest.fixture
def client(assistant: Assistant, accounts: Accounts, tmp_path: Path) -> Iterator[TestClient]:
    gate = Gate(accounts, failures=Pace(1000))
    audit = Audit(tmp_path / "audit.jsonl")
    pets = {"pets": assistant, "other": assistant}
    service = Service(pets, Workers(threads=2), is_valid=gate.is_valid, answered=audit.answered)
    app = create_app(service, Options(identify=gate.identify))
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as opened:
        yield opened
    audit.close()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def ask(client: TestClient, token: str, **body: Any) -> Any:
    return client.post("/v1/ask", json={"question": QUESTION, **body}, headers=bearer(token))


def routes(client: TestClient) -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    named = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    return [*sorted(named), ("POST", "/mcp"), ("GET", "/mcp")]


def test_without_accounts_this_computer_is_let_in(client: TestClient) -> None:
    assert client.get("/v1/documents").status_code == 200


def test_no_route_gives_anything_without_a_token(client: TestClient, accounts: Accounts) -> None:
    accounts.add_token("reader", Grant())
    asked = [(method, path) for method, path in routes(client) if path not in OPEN]
    assert len(asked) >= 15
    for method, path in asked:
        for headers in ({}, bearer("cs_wrong"), {"authorization": "Basic eDp5"}, {"x-api-key": "wrong"}):
            reply = client.request(method, path.replace("{id}", "x").replace("{name:path}", "x"), headers=headers)
            assert (reply.status_code, reply.headers["www-authenticate"][:6]) == (401, "Bearer"), (method, path)
    assert client.get("/v1/health").status_code == 200


def test_a_token_is_shown_once_and_kept_hashed(accounts: Accounts) -> None:
    token = accounts.add_token("reader", Grant())
    assert token not in accounts.path.read_text()
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    caller = accounts.caller_of(token)
    assert caller is not None
    assert (caller.name, caller.rights, caller.labels) == ("reader", {"read"}, frozenset())
    with pytest.raises(SettingsError, match="already"):
        accounts.add_token("reader", Grant())


def test_rights_are_kept(client: TestClient, accounts: Accounts, assistant: Assistant) -> None:
    reader = accounts.add_token("reader", Grant(("read",), ("pets",)))
    writer = accounts.add_token("writer", Grant(("write",)))
    doc_id = assistant.documents()[0].doc_id
    files = {"files": ("birds.txt", b"Birds sing.")}
    assert ask(client, reader).status_code == 200
    assert client.post("/v1/documents", files=files, headers=bearer(reader)).status_code == 403
    assert client.delete(f"/v1/documents/{doc_id}", headers=bearer(reader)).status_code == 403
    assert ask(client, reader, collection="other").status_code == 404
    assert [one["id"] for one in client.get("/v1/models", headers=bearer(reader)).json()["data"]] == [
        "citespan",
        "citespan/pets",
    ]
    assert ask(client, writer).status_code == 403
    assert client.post("/v1/documents", files=files, headers=bearer(writer)).status_code == 202


def test_a_labelled_document_is_not_there_without_the_label(
    client: TestClient, accounts: Accounts, assistant: Assistant, tmp_path: Path
) -> None:
    assistant.ingest([tmp_path / "docs" / "cats.md"], labels=["vets"])
    hidden = next(info.doc_id for info in assistant.documents() if info.source == "docs/cats.md")
    reader = accounts.add_token("reader", Grant(("read", "write")))
    vet = accounts.add_token("vet", Grant(labels=("vets",)))
    for token, found in ((reader, False), (vet, True)):
        listed = client.get("/v1/documents", headers=bearer(token)).json()["documents"]
        assert [info["source"] for info in listed] == (["docs/cats.md"] if found else []) + ["docs/dogs.txt"]
        assert (hidden in ask(client, token).text) is found
        for part in ("", "/text", "/view"):
            reply = client.get(f"/v1/documents/{hidden}{part}", headers=bearer(token))
            assert reply.status_code == (200 if found else 404)
    assert client.delete(f"/v1/documents/{hidden}", headers=bearer(reader)).status_code == 404


def test_a_token_that_is_taken_back_is_refused_at_once(client: TestClient, accounts: Accounts) -> None:
    token = accounts.add_token("reader", Grant())
    accounts.add_token("other", Grant())
    assert ask(client, token).status_code == 200
    Accounts(accounts.path).remove("tokens", "reader")  # by another process
    assert ask(client, token).status_code == 401


def test_a_token_taken_back_in_mid_stream_ends_the_stream(
    client: TestClient, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = accounts.add_token("reader", Grant())
    accounts.add_token("other", Grant())
    streamed = Assistant.stream

    def stream(self: Assistant, *arguments: Any, **options: Any) -> Any:
        for number, event in enumerate(streamed(self, *arguments, **options)):
            if number == 1:
                accounts.remove("tokens", "reader")
            yield event

    monkeypatch.setattr(Assistant, "stream", stream)
    text = ask(client, token, stream=True).text
    assert "event: evidence" in text
    assert "event: problem" in text
    assert "token-required" in text
    assert "event: answer" not in text


def test_the_pace_of_each_client_is_its_own(assistant: Assistant, accounts: Accounts) -> None:
    gate = Gate(accounts, Pace(3))
    first, second = (accounts.add_token(name, Grant()) for name in ("first", "second"))
    app = create_app(Service({"pets": assistant}, Workers(threads=1)), Options(identify=gate.identify))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        codes = [client.get("/v1/documents", headers=bearer(first)).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        late = client.get("/v1/documents", headers=bearer(first))
        assert 1 <= int(late.headers["retry-after"]) <= 21
        assert client.get("/v1/documents", headers=bearer(second)).status_code == 200
        assert client.get("/v1/health").status_code == 200


def test_a_pace_is_found_again_after_the_wait() -> None:
    now = [0.0]
    pace = Pace(60, clock=lambda: now[0])
    for _ in range(60):
        pace.take("a")
    with pytest.raises(ProblemError):
        pace.take("a")
    now[0] += 1.01
    pace.take("a")


def test_answers_are_written_down_where_it_is_wanted(client: TestClient, accounts: Accounts, tmp_path: Path) -> None:
    ask(client, accounts.add_token("reader", Grant()))
    entry = json.loads((tmp_path / "audit.jsonl").read_text())
    assert {**entry, "time": ""} == {
        "time": "",
        "caller": "reader",
        "collection": "pets",
        "question": QUESTION,
        "status": "answered",
        "cited": ["docs/cats.md"],
    }
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600


def test_users_have_passwords(accounts: Accounts) -> None:
    gate = Gate(accounts)
    accounts.add_user("anna", "a long password", Grant())
    assert gate.login("anna", "a long password")
    assert not gate.login("anna", "wrong")
    assert not gate.login("nobody", "wrong")
    assert gate.login("anna", "a long password")
    Accounts(accounts.path).remove("users", "anna")
    assert not gate.login("anna", "a long password")
    accounts.add_user("anna", "a long password", Grant())
    assert "a long password" not in accounts.path.read_text()
    with pytest.raises(SettingsError, match="eight characters"):
        accounts.add_user("ben", "short", Grant())


def test_a_damaged_file_lets_nobody_in(client: TestClient, accounts: Accounts) -> None:
    accounts.add_token("reader", Grant())
    accounts.path.write_text("{")
    assert client.get("/v1/documents").status_code >= 400


def test_the_command_line_makes_and_takes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command_line, "_add_plugins", lambda app: None)

    def rag(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments, "--access", "access.json"])
        with pytest.raises(SystemExit) as left:
            command_line.main()
            raise SystemExit(0)
        assert not left.value.code, capsys.readouterr().err
        return capsys.readouterr().out

    token = rag("token", "add", "ci", "--read", "--write", "--index", "pets", "--label", "hr").strip()
    caller = Accounts(Path("access.json")).caller_of(token)
    assert caller is not None
    assert (caller.rights, caller.collections, caller.labels) == ({"read", "write"}, {"pets"}, {"hr"})
    assert list(json.loads(rag("token", "list"))) == ["ci"]
    rag("token", "remove", "ci")
    assert Accounts(Path("access.json")).caller_of(token) is None
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a long password\n")))
    rag("user", "add", "anna", "--password-stdin")
    assert Accounts(Path("access.json")).check_password("anna", "a long password")
