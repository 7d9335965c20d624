"""The command line: what each command prints, plain and as JSON, and how it exits."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.cli import app
from rag.settings import Settings
from tests import fakes
from tests.conftest import write_files
from tests.fakes import Parrot

Rag = Callable[..., tuple[int, str, str]]
"""Arguments in; the exit code, standard output and standard error out."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with two documents, and assistants that need no model."""
    write_files(
        tmp_path, {"docs/a.txt": "Intro.\r\nCats purr softly. It is so.\r\n", "docs/[b].txt": "Dogs bark at night."}
    )
    monkeypatch.chdir(tmp_path)
    opened = app.Assistant.open

    def open_with_fake(
        index: Path, *, create: bool = True, generator: str | None = None, settings: Settings | None = None
    ) -> object:
        with opened(index, create=create, generator=generator, settings=settings) as real:
            writer = (
                Parrot("Cats purr softly.", "Cats bark in Paris.") if generator else real._answerer.components.generator
            )
            return fakes.assistant(index.resolve(), generator=writer)

    monkeypatch.setattr(app.Assistant, "open", open_with_fake)
    monkeypatch.setattr(app, "_add_plugins", lambda app: None)  # test_docs looks at those
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `rag` with those arguments."""
    monkeypatch.setattr(sys, "argv", ["rag", *arguments])
    with pytest.raises(SystemExit) as left:
        app.main()
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


def test_stats_are_drawn_or_given_as_json(rag: Rag) -> None:
    rag("ingest", "docs")
    code, out, _ = rag("stats")
    assert code == 0
    assert out.startswith("2 documents, 56 characters, 2 chunks; on the disk ")
    assert "by type\n.txt  ████████████████████████████████████████  2 documents, 56 characters" in out
    found = json.loads(rag("stats", "--json")[1])
    assert found["types"] == [{"suffix": ".txt", "documents": 2, "characters": 56, "chunks": 2}]
    assert found["chunk_lengths"] == [[0, 100, 2]]
    assert [count for _, count in found["growth"]] == [2]


def test_a_backup_is_written_and_restored(rag: Rag) -> None:
    rag("ingest", "docs")
    assert rag("backup", "kept")[1] == ".citespan backed up to kept\n"
    rag("remove", "a.txt")
    assert rag("restore", "kept")[1] == ".citespan restored from kept\n"
    assert len(json.loads(rag("docs", "--json")[1])) == 2
    code, _, err = rag("restore", "none")
    assert (code, "no file none" in err) == (3, True)


def test_an_older_version_is_shown_while_it_is_kept(rag: Rag, place: Path) -> None:
    rag("ingest", "docs")
    old = json.loads(rag("show", "a.txt", "--json")[1])
    write_files(place, {"docs/a.txt": "Cats hiss."})
    rag("ingest", "docs", "--keep-versions", "1")
    shown = rag("show", "a.txt", "--version", old["version"], "--span", "8:25")
    assert shown[1].splitlines()[-1] == "Cats purr softly."
    assert rag("show", "a.txt", "--version", "0000")[0] == 3


def test_watching_brings_the_index_up_to_date_at_each_change(
    rag: Rag, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_twice(self: object, paths: object) -> Iterator[None]:
        write_files(place, {"docs/new.txt": "Owls hoot."})
        yield
        (place / "docs" / "new.txt").unlink()
        yield

    monkeypatch.setattr(app.Assistant, "changes", change_twice)
    code, out, _ = rag("ingest", "docs", "--watch")
    assert code == 0
    assert [line.split(";")[0].split(" (")[0] for line in out.splitlines()] == [
        "2 added",
        "1 added, 2 unchanged",
        "2 unchanged, 1 removed",
    ]


def test_ingest_says_what_it_did_and_what_failed(rag: Rag, place: Path) -> None:
    code, out, err = rag("ingest", "docs")
    assert (code, err) == (0, "")
    assert out.startswith("2 added; 2 chunks, 2 texts embedded")
    (place / "docs" / "bad.txt").write_bytes(b"a\0b")
    code, out, err = rag("ingest", "docs", "--json")
    assert code == 3
    assert json.loads(out)["unchanged"] == ["docs/[b].txt", "docs/a.txt"]
    assert json.loads(out)["failed"][0]["source"] == "docs/bad.txt"
    code, out, err = rag("ingest", "docs")
    assert "bad.txt is not text: byte 1 is zero" in err


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


def test_feedback_prints_votes_and_comments(rag: Rag) -> None:
    rag("ingest", "docs")
    assert rag("feedback")[1].startswith("Nobody has voted on an answer yet.")
    with fakes.assistant(Path(".citespan").resolve()) as index:
        index.feedback.keep(index.ask("Do cats\npurr softly?"), "down", comment="Which\ncats?")
    _, out, _ = rag("feedback")
    assert out.splitlines()[0].endswith("+00:00  down  Do cats purr softly?")
    assert out.splitlines()[1:] == ["    Which cats?"]
    (entry,) = json.loads(rag("feedback", "--json")[1])
    assert (entry["vote"], entry["answer"]["text"]) == ("down", "Cats purr softly.")


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
    assert "Rats \\x1b[2J squeak loudly \\x202e. [bold]Yes[/bold]. [1]" in out


def test_asking_a_model_shows_what_was_dropped_on_request(rag: Rag) -> None:
    rag("ingest", "docs")
    code, out, _ = rag("ask", "Do cats purr softly?", "--model", "gguf:none.gguf", "--dropped")
    assert code == 0
    assert "Cats purr softly. [1]" in out
    assert "1 dropped: unsupported by the documents, or beside the question:\n  ~~Cats bark in Paris.~~" in out
    assert "~~" not in rag("ask", "Do cats purr softly?", "--model", "gguf:none.gguf")[1]


def test_an_unverified_answer_says_so_however_it_is_printed(rag: Rag) -> None:
    rag("ingest", "docs")
    ask = ("ask", "Do cats purr softly?", "--model", "gguf:none.gguf", "--unverified")
    assert rag(*ask)[1].startswith("[Unverified] Cats purr softly. [1] Cats bark in Paris.")
    told = json.loads(rag(*ask, "--json")[1])
    assert (told["verified"], told["text"][:12]) == (False, "[Unverified]")


def test_a_model_that_there_is_not_is_a_usage_error(rag: Rag) -> None:
    rag("ingest", "docs")
    code, _, err = rag("ask", "Do cats purr softly?", "--model", "gpt")
    assert (code, "There is no generator 'gpt'" in err) == (2, True)


def test_a_history_makes_a_follow_up_whole(rag: Rag, place: Path) -> None:
    rag("ingest", "docs")
    rag("ask", "Do cats purr softly?", "--history", "talk.json")
    assert [turn["question"] for turn in json.loads((place / "talk.json").read_text())] == ["Do cats purr softly?"]
    (place / "talk.json").write_text('[["Where do Tabby Cats purr?", "In the barn."]]')
    _, out, _ = rag("ask", "And do they purr softly?", "--history", "talk.json")
    assert re.match(r"Looked up: .*Tabby Cats.*purr softly\?\n", out)
    assert len(json.loads((place / "talk.json").read_text())) == 2


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '["a"]'])
def test_a_file_that_is_no_history_is_a_usage_error(rag: Rag, place: Path, text: str) -> None:
    rag("ingest", "docs")
    (place / "talk.json").write_text(text)
    code, _, err = rag("ask", "Do cats purr softly?", "--history", "talk.json")
    assert (code, "talk.json is not a conversation" in err) == (2, True)
    assert (place / "talk.json").read_text() == text


def test_calibrate_chooses_a_threshold_by_cases(rag: Rag, tmp_path: Path) -> None:
    rag("ingest", "docs")
    cases = [
        ("Do cats purr softly?", True),
        ("Do dogs bark at night?", True),
        ("What is quantum chromodynamics?", False),
    ]
    lines = [json.dumps({"question": question, "answerable": answerable}) for question, answerable in cases]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = rag("calibrate", "--cases", "cases.jsonl")
    assert code == 0
    assert "Refused: 0 of 2" in out
    assert "Answered: 0 of 1" in out
    assert "too few" in out
    assert "RAG_THRESHOLD=" in out


def test_calibrate_says_what_a_case_looks_like(rag: Rag, tmp_path: Path) -> None:
    rag("ingest", "docs")
    (tmp_path / "cases.jsonl").write_text('{"question": "Do cats purr?"}', encoding="utf-8")
    code, _, err = rag("calibrate", "--cases", "cases.jsonl")
    assert (code, "Each line must be like" in err) == (2, True)
