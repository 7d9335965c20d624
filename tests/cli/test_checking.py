"""`rag verify`, `rag pin` and `rag cite`: what they print and how they exit, and the workflow and hook of the page."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from rag.assistant import Assistant
from rag.cli import app
from rag.pins.compare import find
from rag.types import CheckedStatement, Citation, Verification
from tests import fakes
from tests.conftest import write_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "checking.md").read_text(encoding="utf-8")
CATS = "# Cats\n\nCats purr softly.\nA cat sleeps sixteen hours a day.\n"
REPORT = "Cats purr softly.\nA cat sleeps ten hours a day.\nDogs are green.\n"
Rag = Callable[..., tuple[int, str, str]]
"""Arguments in; the exit code, standard output and standard error out."""


def verified(assistant: Assistant, text: str, documents: Any = None) -> Verification:
    """Words that a document has are supported; of a cat's sleep it says something else; it says nothing of the rest."""
    return Verification(tuple(_checked(assistant, text, documents)))


def _checked(assistant: Assistant, text: str, documents: Any) -> Iterator[CheckedStatement]:
    names = documents or [info.doc_id for info in assistant.documents()]
    read = [assistant.document(name) for name in names]
    for match in re.finditer(r"[^\n]+", text):
        place = [(document, *span) for document in read for span in find(document.text, match[0])]
        verdict: Any = "supported" if place else "contradicted" if "sleeps" in match[0] else "not_found"
        about = [(document, *span) for document in read for span in find(document.text, "A cat sleeps")]
        cited = place or (about if verdict == "contradicted" else [])
        yield CheckedStatement(
            match[0], *match.span(), verdict, 0.9 if place else 0.1, tuple(_citation(*one) for one in cited[:1])
        )


def _citation(read: Any, start: int, end: int) -> Citation:
    line = read.line_at(start)
    return Citation(read.doc_id, read.source, read.version, start, end, read.text[start:end], 1.0, line=line)


@pytest.fixture
def rag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rag:
    """`rag(*arguments)` in a folder with one document that is ingested, over a fake encoder and a fake verifier."""
    write_files(tmp_path, {"docs/cats.md": CATS, "report.md": REPORT})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Assistant, "verify", verified, raising=False)
    monkeypatch.setattr(Assistant, "open", lambda index, **_: fakes.assistant(Path(index).resolve()))
    monkeypatch.setattr(app, "_add_plugins", lambda app: None)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        with pytest.raises(SystemExit) as left:
            app.main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    assert call("ingest", "docs", "--sync")[0] == 0
    return call


def pinned(rag: Rag) -> Path:
    Path("good.md").write_text("Cats purr softly.\nA cat sleeps sixteen hours a day.\n")
    assert rag("pin", "good.md", "-o", "citations.json")[0] == 0
    return Path("citations.json")


def test_verify_prints_each_statement_and_what_decides_it(rag: Rag) -> None:
    assert rag("verify", "report.md")[:2] == (
        1,
        "1: ✓ Cats purr softly.\n2: ✗ A cat sleeps ten hours a day.\n    docs/cats.md:4: A cat sleeps\n"
        "3: ? Dogs are green.\n3 statements: 1 supported, 1 contradicted, 1 not found\n",
    )
    Path("good.md").write_text("Cats purr softly.")
    assert rag("verify", "good.md")[0] == 0


def test_verify_speaks_to_machines(rag: Rag) -> None:
    found = json.loads(rag("verify", "report.md", "--format", "json")[1])
    assert [it["verdict"] for it in found["statements"]] == ["supported", "contradicted", "not_found"]
    suite = ElementTree.fromstring(rag("verify", "report.md", "--format", "junit")[1].encode()).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), len(suite.findall("testcase/failure"))) == ("3", "2", 2)
    lines = rag("verify", "report.md", "--format", "github")[1].splitlines()
    told = "A cat sleeps ten hours a day.: docs/cats.md:4: “A cat sleeps”"
    assert lines[0] == f"::error file=report.md,line=2,title=contradicted::{told}"
    page = rag("verify", "report.md", "--format", "html")[1]
    assert re.findall(r'<mark class="(\w+)"', page) == ["supported", "contradicted", "not_found"]
    assert "http" not in page


def test_verify_reads_standard_input(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(REPORT))
    assert rag("verify", "-", "--format", "github")[1].startswith("::error file=stdin,line=2")
    assert rag("verify", "none.md")[0] == 2


def test_pins_of_a_text_are_kept_and_checked(rag: Rag) -> None:
    kept = json.loads(pinned(rag).read_text())
    assert [pin["quote"] for pin in kept["pins"]] == ["Cats purr softly.", "A cat sleeps sixteen hours a day."]
    code, out, _ = rag("pin", "--check", "citations.json")
    assert (code, out.count("unchanged")) == (0, 2)


def test_statements_without_support_are_not_pinned(rag: Rag) -> None:
    code, out, err = rag("pin", "report.md", "-o", "citations.json")
    assert (code, out) == (1, "1 citations pinned in citations.json\n")
    assert err == "not pinned, contradicted: A cat sleeps ten hours a day.\nnot pinned, not found: Dogs are green.\n"


def test_changes_of_a_document_are_told(rag: Rag) -> None:
    pinned(rag)
    write_files(Path(), {"docs/cats.md": f"A new beginning.\n\n{CATS.replace('sixteen', 'fourteen')}"})
    rag("ingest", "docs", "--sync")
    assert rag("pin", "--check", "citations.json")[:2] == (
        1,
        "moved     docs/cats.md:5  Cats purr softly.\n"
        "changed   docs/cats.md:6  A cat sleeps sixteen hours a day.\n"
        "          A cat sleeps [-sixteen-] {+fourteen+} hours a day.\n"
        "          the statement is contradicted now\n",
    )
    (line,) = rag("pin", "--check", "citations.json", "--format", "github")[1].splitlines()
    assert line.startswith("::error file=docs/cats.md,line=6,title=changed::A cat sleeps sixteen hours a day.: A cat")
    states = json.loads(rag("pin", "--check", "citations.json", "--format", "json")[1])
    assert [(it["place"]["state"], it["holds"]) for it in states] == [("moved", True), ("changed", False)]


def test_pins_of_an_answer_are_kept(rag: Rag) -> None:
    Path("answer.json").write_text(rag("ask", "How many hours does a cat sleep?", "--json")[1])
    assert rag("pin", "answer.json", "-o", "citations.json")[0] == 0
    assert json.loads(Path("citations.json").read_text())["pins"]
    assert rag("pin", "--check", "citations.json")[0] == 0


def test_words_are_cited_and_pinned_by_hand(rag: Rag) -> None:
    (citation,) = json.loads(rag("cite", "Cats   purr")[1])
    assert (citation["source"], CATS[citation["start"] : citation["end"]]) == ("docs/cats.md", "Cats purr")
    said = ("--statement", "They make a noise.")
    assert rag("cite", "Cats purr", "-o", "pins.json", *said)[0] == 0
    assert json.loads(Path("pins.json").read_text())["pins"][0]["statement"] == "They make a noise."
    assert rag("cite", "no such words")[0] == 1
    assert rag("cite", "s", "-o", "pins.json")[0] == 2  # it stands in several places


def test_files_that_are_no_pins_are_refused(rag: Rag) -> None:
    Path("other.json").write_text('{"a": 1}')
    for arguments in (
        ("--check", "other.json"),
        ("--check", "none.json"),
        ("other.json", "-o", "x.json"),
        ("report.md",),
    ):
        assert rag("pin", *arguments)[0] == 2


def steps() -> list[str]:
    """The `rag` lines of the workflow and of the hook that the page shows."""
    workflow, hook = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    runs = [step["run"] for step in workflow["jobs"]["citations"]["steps"] if "run" in step]
    return [*runs[1:], hook["repos"][0]["hooks"][0]["entry"]]


def test_the_workflow_and_the_hook_of_the_page_run(rag: Rag) -> None:
    pinned(rag)
    write_files(Path(), {"README.md": "Cats purr softly.\n"})
    lines = [line for step in steps() for line in re.findall(r"rag [^&']+", step)]
    assert len(lines) == 5
    for line in lines:
        code, out, err = rag(*line.split()[1:])
        assert code == 0, f"{line}\n{out}{err}"
    write_files(Path(), {"docs/cats.md": "Cats are silent.\n"})
    assert [rag(*line.split()[1:])[0] for line in lines] == [0, 1, 1, 0, 1]


@pytest.mark.model
def test_verify_exits_as_it_should_from_a_shell(tmp_path: Path) -> None:
    (tmp_path / "cats.txt").write_text(CATS)
    run: Any = {"cwd": tmp_path, "capture_output": True, "text": True}
    command = [sys.executable, "-m", "rag"]
    assert subprocess.run([*command, "ingest", "cats.txt"], **run).returncode == 0
    done = subprocess.run([*command, "verify", "-", "--format", "json"], input=REPORT, **run)
    assert done.returncode == 1, done.stderr
