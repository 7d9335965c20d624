"""The service's own API: answers, streams, passages, documents, and what is said of bad requests."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag import errors
from rag.assistant import Assistant
from rag.server.problems import MEDIA_TYPE, described, problem_of
from rag.types import CheckedStatement, Verification

QUESTION = "How many hours a day does a cat sleep?"


def without_timings(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "timings"}


def events(text: str) -> list[tuple[str, Any]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_an_answer_is_that_of_the_library(client: TestClient, assistant: Assistant) -> None:
    reply = client.post("/v1/ask", json={"question": QUESTION})
    assert reply.status_code == 200
    assert without_timings(reply.json()) == without_timings(json.loads(json.dumps(assistant.ask(QUESTION).to_dict())))
    assert reply.json()["status"] == "answered"


def test_a_refusal_is_an_answer(client: TestClient) -> None:
    reply = client.post("/v1/ask", json={"question": "Write a poem about cats."})
    assert (reply.status_code, reply.json()["status"]) == (200, "refused")
    assert reply.json()["refusal"]["message"]


def test_a_question_may_be_of_some_documents(client: TestClient) -> None:
    reply = client.post(
        "/v1/ask", json={"question": "How many hours a day does a dog sleep?", "documents": ["dogs.txt"]}
    )
    sources = {citation["source"] for one in reply.json()["statements"] for citation in one["citations"]}
    assert sources == {"docs/dogs.txt"}


def test_a_follow_up_is_made_whole(client: TestClient) -> None:
    history = [["How long do Dogs sleep?", "Ten hours."]]
    for turns in (history, [client.post("/v1/ask", json={"question": "How long do Dogs sleep?"}).json()]):
        reply = client.post("/v1/ask", json={"question": "What do they bark at?", "history": turns})
        assert reply.json()["standalone_question"] == "What do Dogs bark at?"


def test_a_stream_has_evidence_statements_and_the_answer(client: TestClient) -> None:
    reply = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    told = events(reply.text)
    names = [name for name, _ in told]
    assert (names[0], names[-1], set(names[1:-1])) == ("evidence", "answer", {"statement"})
    answer = told[-1][1]
    assert [data for name, data in told if name == "statement"] == answer["statements"]


def test_an_answer_has_anthropics_form_on_request(client: TestClient, assistant: Assistant) -> None:
    found = client.post("/v1/ask?form=anthropic", json={"question": QUESTION}).json()
    blocks = found["content"]
    answer = found["citespan"]
    assert [block["text"] for block in blocks] == [statement["text"] for statement in answer["statements"]]
    for block in blocks:
        for citation in block["citations"]:
            text = assistant.document(citation["file_id"]).text
            assert citation["type"] == "char_location"
            assert text[citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]
    refused = client.post("/v1/ask?form=anthropic", json={"question": "Write a poem about cats."}).json()
    assert (refused["stop_reason"], refused["content"][0]["text"]) == ("refusal", refused["citespan"]["text"])
    streamed = client.post("/v1/ask?form=anthropic", json={"question": QUESTION, "stream": True})
    assert streamed.json()["type"] == "urn:citespan:problem:unsupported-parameter"


def test_passages_are_exact(client: TestClient, assistant: Assistant) -> None:
    passages = client.post("/v1/retrieve", json={"question": QUESTION}).json()["passages"]
    assert passages
    for item in passages:
        assert assistant.document(item["doc_id"]).text[item["start"] : item["end"]] == item["text"]


def test_documents_are_listed_and_read(client: TestClient, assistant: Assistant) -> None:
    listed = client.get("/v1/documents").json()["documents"]
    assert listed == json.loads(json.dumps([asdict(info) for info in assistant.documents()]))
    cats, dogs = (item["doc_id"] for item in listed)
    text = assistant.document(dogs).text
    at = text.index("🐕")
    assert client.get(f"/v1/documents/{dogs}/text", params={"start": at, "end": at + 5}).text == "🐕 dog"
    described = client.get(f"/v1/documents/{cats}").json()
    assert described["characters"] == len(assistant.document(cats).text)
    assert described["url"].startswith(f"http://127.0.0.1:8000/v1/documents/{cats}/view?version=")


def test_the_page_of_a_document_holds_its_text_and_loads_nothing(client: TestClient, assistant: Assistant) -> None:
    doc_id = assistant.documents()[1].doc_id
    reply = client.get(f"/v1/documents/{doc_id}/view")
    assert "The naïve 🐕 dog waits." in reply.text
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def finished(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    limit = time.monotonic() + 30
    while job["state"] in {"waiting", "running"}:
        assert time.monotonic() < limit
        time.sleep(0.02)
        job = client.get(f"/v1/jobs/{job['id']}").json()
    return job


def test_an_upload_is_read_as_a_job_and_removed_with_its_file(client: TestClient, assistant: Assistant) -> None:
    files = [("files", ("../birds.txt", b"Birds sing at dawn.")), ("files", ("bad.pdf", b"no pdf"))]
    reply = client.post("/v1/documents", files=files)
    assert reply.status_code == 202
    assert reply.headers["location"].endswith(f"/v1/jobs/{reply.json()['id']}")
    job = finished(client, reply.json())
    birds, bad = job["files"]
    assert (job["state"], birds["status"], bad["status"]) == ("done", "added", "failed")
    assert bad["reason"]
    assert job["progress"] == {"done": 2, "total": 2}
    kept = assistant.document(birds["doc_id"]).source
    assert kept == ".citespan/uploads/birds.txt"
    assert client.delete(f"/v1/documents/{birds['doc_id']}").json() == {"removed": kept}
    assert len(assistant.documents()) == 2
    assert client.get(f"/v1/documents/{birds['doc_id']}").status_code == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "invalid-request"),
        (".hidden.txt", "invalid-request"),
        ("a\u202e.txt", "invalid-request"),
        ("x.exe", "unknown-format"),
    ],
)
def test_uploads_that_cannot_be_kept_are_refused(client: TestClient, name: str, kind: str) -> None:
    reply = client.post("/v1/documents", files={"files": (name, b"text")})
    assert reply.json()["type"] == f"urn:citespan:problem:{kind}"


def bad_requests() -> Iterator[tuple[str, str, dict[str, Any], int, str]]:
    json_type = {"content-type": "application/json"}
    yield "POST", "/v1/ask", {"content": b"{not json", "headers": json_type}, 400, "malformed-json"
    yield "POST", "/v1/ask", {"content": b"\xff\xfe", "headers": json_type}, 400, "malformed-json"
    yield "POST", "/v1/ask", {"json": {}}, 400, "invalid-request"
    yield "POST", "/v1/ask", {"json": {"question": "x", "temprature": 1}}, 400, "invalid-request"
    yield "POST", "/v1/ask", {"json": {"question": "x", "history": [["only one"]]}}, 400, "invalid-request"
    yield "POST", "/v1/ask", {"json": {"question": "x", "history": [{"no": "turn"}]}}, 400, "invalid-setting"
    yield "POST", "/v1/ask", {"json": {"question": "x", "documents": ["none"]}}, 404, "document-not-found"
    yield "POST", "/v1/ask", {"json": {"question": "x", "collection": "none"}}, 404, "collection-not-found"
    yield "POST", "/v1/verify", {"json": {"text": "x" * 10_000_000}}, 413, "too-large"
    yield "POST", "/v1/verify", {"json": {"text": "x" * 1_000_001}}, 400, "invalid-request"
    yield "GET", "/v1/documents/none", {}, 404, "document-not-found"
    yield "DELETE", "/v1/documents/*", {}, 404, "document-not-found"
    yield "GET", "/v1/jobs/none", {}, 404, "job-not-found"
    yield "GET", "/v1/nothing", {}, 404, "not-found"
    yield "GET", "/v1/ask", {}, 405, "method-not-allowed"
    yield "GET", "/v1/documents", {"headers": {"host": "evil.example"}}, 421, "wrong-host"
    yield "GET", "/v1/documents", {"headers": {"origin": "https://evil.example"}}, 403, "foreign-origin"
    yield "GET", "/v1/documents", {"headers": {"origin": "null"}}, 403, "foreign-origin"
    yield "GET", "/v1/documents", {"headers": {"sec-fetch-site": "cross-site"}}, 403, "foreign-origin"


@pytest.mark.parametrize(("method", "path", "options", "status", "kind"), list(bad_requests()))
def test_bad_requests_get_problem_documents(
    client: TestClient, method: str, path: str, options: dict[str, Any], status: int, kind: str
) -> None:
    reply = client.request(method, path, **options)
    assert (reply.status_code, reply.headers["content-type"]) == (status, MEDIA_TYPE)
    problem = reply.json()
    assert problem["type"] == f"urn:citespan:problem:{kind}"
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["next"]


def test_a_body_that_hides_its_length_is_bounded(client: TestClient) -> None:
    pieces = (b"x" * 100_000 for _ in range(1000))
    reply = client.post("/v1/ask", content=pieces, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["title"]) == (413, "The body is too large")


def test_every_error_has_a_problem() -> None:
    def below(kind: type[errors.CitespanError]) -> Iterator[type[errors.CitespanError]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    for kind in below(errors.CitespanError):
        if kind.__module__ == "rag.errors":
            assert 400 <= problem_of(kind("It happened.")).status < 600
    assert described(ZeroDivisionError("secret")).status == 500
    assert "secret" not in str(described(ZeroDivisionError("secret")).body)


def test_an_index_that_is_being_rebuilt_is_told_of(client: TestClient, assistant: Assistant) -> None:
    with assistant._index.catalogue.database.writing() as connection:
        connection.execute("UPDATE meta SET value = 'x' WHERE key = 'rebuilding'")
    reply = client.post("/v1/ask", json={"question": QUESTION})
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:citespan:problem:index-mismatch")
    assert int(reply.headers["retry-after"]) > 0


def test_a_fault_of_the_program_tells_nothing_of_it(
    client: TestClient, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(assistant), "stream", lambda *_, **__: 1 / 0)
    reply = client.post("/v1/ask", json={"question": QUESTION})
    assert (reply.status_code, reply.json()["title"]) == (500, "A fault of the program")


def test_a_text_is_verified(client: TestClient, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Verification((CheckedStatement("Cats bark.", 0, 10, "contradicted", 0.1),))
    monkeypatch.setattr(type(assistant), "verify", lambda self, text, documents=None: found, raising=False)
    assert client.post("/v1/verify", json={"text": "Cats bark."}).json() == json.loads(json.dumps(found.to_dict()))


def test_the_routes_are_described_without_other_origins(client: TestClient) -> None:
    page = client.get("/docs")
    assert "POST /v1/ask" in page.text
    assert re.findall(r"(?:src|href)=\"(http|//)", page.text) == []
    assert client.get("/openapi.json").json()["info"]["title"] == "Citespan"


def test_health_and_metrics(client: TestClient) -> None:
    assert client.get("/v1/health").json()["status"] == "ok"
    client.post("/v1/ask", json={"question": QUESTION})
    text = client.get("/metrics").text
    assert 'citespan_questions_total{status="answered"} 1.0' in text
    assert 'citespan_requests_total{method="POST",route="/v1/ask",status="200"} 1.0' in text
    assert QUESTION not in text


def test_every_response_forbids_frames(client: TestClient) -> None:
    for path in ("/v1/health", "/docs", "/v1/nothing", "/anything"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
