"""The command line: what each command prints, plain and as JSON, and how it exits."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import cli
from tests import fakes
from tests.conftest import write_files

Rag = Callable[..., tuple[int, str, str]]
"""Arguments in; the exit code, standard output and standard error out."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with two documents, and assistants that need no model."""
    write_files(
        tmp_path, {"docs/a.txt": "Intro.\r\nCats purr softly. It is so.\r\n", "docs/[b].txt": "Dogs bark at night."}
    )
    monkeypatch.chdir(tmp_path)
    opened = cli.Assistant.open

    def open_with_fake(index: Path, *, create: bool = True) -> object:
        with opened(index, create=create):
            return fakes.assistant(index.resolve())

    monkeypatch.setattr(cli.Assistant, "open", open_with_fake)
    monkeypatch.setattr(cli, "_add_plugins", lambda app: None)  # test_docs looks at those
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `rag` with those arguments."""
    monkeypatch.setattr(sys, "argv", ["rag", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
        raise SystemExit(0)
    return int(left.value.code or 0)


@pytest.fixture
def rag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rag:
    """`rag(*arguments)` gives (exit code, standard output, standard error)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(monkeypatch, *arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_ingest_says_what_it_did_and_what_failed(rag: Rag, place: Path) -> None:
    code, out, err = rag("ingest", "docs")
    assert (code, err) == (0, "")
    assert out.startswith("2 added; 2 chunks, 2 texts embedded")
    (place / "docs" / "bad.txt").write_bytes(b"\xff")
    code, out, err = rag("ingest", "docs", "--json")
    assert code == 3
    assert json.loads(out)["unchanged"] == ["docs/[b].txt", "docs/a.txt"]
    assert json.loads(out)["failed"][0]["source"] == "docs/bad.txt"
    code, out, err = rag("ingest", "docs")
    assert "bad.txt is not UTF-8: byte 0" in err


def test_ask_prints_the_answer_with_its_receipts(rag: Rag) -> None:
    rag("ingest", "docs")
    code, out, _ = rag("ask", "Do cats purr softly?")
    assert code == 0
    assert out.splitlines()[0] == "Cats purr softly. [1]"
    assert "[1] docs/a.txt:2  characters 8–25" in out
    assert "\x1b" not in out


def test_a_piped_quotation_stands_whole_on_one_line(rag: Rag, place: Path) -> None:
    long = "Rats " + "and mice " * 20 + "squeak loudly."
    write_files(place, {"docs/long.txt": long})
    rag("ingest", "docs")
    assert f"    {long}\n" in rag("ask", "Do rats and mice squeak loudly?")[1]


def test_ask_refuses_with_exit_code_1_and_the_nearest_passages(rag: Rag) -> None:
    rag("ingest", "docs")
    code, out, _ = rag("ask", "What is quantum chromodynamics?")
    assert code == 1
    assert out.startswith("The documents are not about this.")
    assert "The nearest passages:" in out
    code, out, _ = rag("ask", "What is quantum chromodynamics?", "--json")
    assert (code, json.loads(out)["refusal"]["reason"]) == (1, "off_topic")


def test_ask_can_be_limited_to_documents(rag: Rag) -> None:
    rag("ingest", "docs")
    code, out, _ = rag("ask", "Do cats purr softly?", "-d", "*b*", "--json")
    assert (code, {item["source"] for item in json.loads(out)["refusal"]["nearest"]}) == (1, {"docs/[b].txt"})


def test_docs_show_and_remove(rag: Rag) -> None:
    rag("ingest", "docs")
    _, out, _ = rag("docs")
    assert [line.split("\t")[1] for line in out.splitlines()] == ["docs/[b].txt", "docs/a.txt"]
    listed = json.loads(rag("docs", "--json")[1])
    assert [item["characters"] for item in listed] == [19, 37]
    assert rag("show", "a.txt")[1] == "Intro.\nCats purr softly. It is so.\n"
    code, out, _ = rag("show", "a.txt", "--span", "8:25")
    assert (code, out.splitlines()) == (0, ["docs/a.txt:2  characters 8–25", "Cats purr softly."])
    shown = json.loads(rag("show", "a.txt", "--span", "8:25", "--json")[1])
    assert (shown["text"], shown["start"], shown["end"]) == ("Cats purr softly.", 8, 25)
    assert rag("remove", listed[0]["doc_id"])[1] == "removed docs/[b].txt\n"
    assert json.loads(rag("remove", "a.txt", "--json")[1]) == {"removed": ["docs/a.txt"]}
    assert "The index is empty" in rag("docs")[1]


def test_check_and_rebuild(rag: Rag) -> None:
    rag("ingest", "docs")
    assert rag("check")[:2] == (0, "2 documents, 2 chunks, 2 vectors: sound\n")
    with fakes.assistant(Path(".citespan").resolve()) as index:
        index._index.vectors.reset()
    code, out, err = rag("check")
    assert (code, out) == (3, "2 documents, 2 chunks, 0 vectors: 1 problems\n")
    assert err == "problem: 2 chunks have no vector; run `rag rebuild`\n"
    assert rag("rebuild")[:2] == (0, "rebuilt: 2 chunks\n")
    assert json.loads(rag("check", "--json")[1])["problems"] == []
    assert json.loads(rag("rebuild", "--json")[1]) == {"chunks": 2}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", "Why?"], 3, "There is no index in .citespan. Make one with `rag ingest PATH"),
        (["ingest", "nowhere"], 3, "nowhere does not exist. Check the spelling"),
        (["ask"], 2, "Missing argument 'QUESTION'"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
        (["ask", "Why?", "--index"], 2, "requires an argument"),
    ],
)
def test_what_goes_wrong_is_said_with_the_right_exit_code(
    rag: Rag, arguments: list[str], code: int, message: str
) -> None:
    found, out, err = rag(*arguments)
    assert (found, out) == (code, "")
    assert message in " ".join(err.split())


@pytest.mark.parametrize("span", ["8", "25:8", "0:999", "a:b", "-1:3"])
def test_a_span_that_is_none_is_a_usage_error(rag: Rag, span: str) -> None:
    rag("ingest", "docs")
    code, _, err = rag("show", "a.txt", f"--span={span}")
    assert (code, "is not START:END within 0:37" in " ".join(err.split())) == (2, True)


def test_control_characters_in_a_document_do_not_reach_the_terminal(rag: Rag, place: Path) -> None:
    write_files(place, {"docs/evil.txt": "Rats \x1b[2J squeak loudly \u202e. [bold]Yes[/bold]."})
    rag("ingest", "docs")
    _, out, _ = rag("ask", "Do rats squeak loudly?")
    assert "Rats \\x1b[2J squeak loudly \\x202e. [1]" in out
