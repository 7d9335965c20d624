"""The documentation runs: every Python block, every shell line; every command, option and setting is described."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from rag.cli import app
from rag.settings import Settings
from tests.conftest import SEEDS

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        found = [code for name, code in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]
        if found:
            yield page.name, "\n".join(found)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that looks like a fresh clone to an example."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return tmp_path


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.mark.model
@pytest.mark.parametrize(("page", "code"), list(blocks("python")), ids=lambda value: value if ".md" in value else "")
def test_every_python_block_runs_in_the_order_of_its_page(page: str, code: str, project: Path) -> None:
    if page != "README.md":
        code = "from rag import Assistant\nwith Assistant.open('.citespan') as it:\n    it.ingest('seeds')\n" + code
    done = subprocess.run([sys.executable, "-c", code], cwd=project, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.model
@pytest.mark.parametrize(("page", "lines"), list(blocks("sh")), ids=lambda value: value if ".md" in value else "")
def test_every_shell_line_runs(page: str, lines: str, project: Path) -> None:
    for line in lines.splitlines():
        command = line.split(" #")[0].strip()
        if not command or command.startswith(("make", "#")):  # CI itself is one of them
            continue
        done = subprocess.run(["sh", "-c", command], cwd=project, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, f"{page}: {command}\n{done.stdout}{done.stderr}"


def test_make_commands_in_the_documentation_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", pages, re.MULTILINE))
    assert {"chat", "test"} <= named <= targets


def commands() -> dict[str, Any]:
    copy = typer.Typer()
    copy.registered_commands = list(app.app.registered_commands)
    copy.registered_groups = list(app.app.registered_groups)
    app._add_plugins(copy)
    return dict(typer.main.get_command(copy).commands)  # type: ignore[attr-defined]


def test_every_command_and_option_is_described() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## rag (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    found = commands()
    assert set(sections) == set(found)
    missing = [
        f"rag {name} {option}"
        for name, command in found.items()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--") and option != "--help" and f"`{option}" not in sections[name]
    ]
    assert missing == []


def test_every_setting_is_described_with_its_default() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`RAG_{name.upper()}`" in page
        assert str(field.description) in page
        if isinstance(field.default, float | int | str):
            shown = int(field.default) if isinstance(field.default, bool) else field.default
            assert f"| `RAG_{name.upper()}` | `{shown}` |" in page


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
