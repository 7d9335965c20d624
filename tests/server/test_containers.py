"""The Dockerfile and the compose file, parsed: what they copy is there, what they run are commands of ours."""

import re
import shlex
from pathlib import Path
from typing import Any

import typer
import yaml

from rag.cli.app import app

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """(name, rest) of each instruction of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def accepts(arguments: list[str]) -> bool:
    """Whether `rag` takes these arguments."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and arguments and arguments[0] in command.commands:
        command, arguments = command.commands[arguments[0]], arguments[1:]
    context = command.make_context("rag", list(arguments), resilient_parsing=False)
    return bool(context)


def test_the_image_copies_what_is_there_and_runs_without_rights() -> None:
    steps = instructions()
    names = [name for name, _ in steps]
    assert names[0] == "FROM"
    for rest in (rest for name, rest in steps if name == "COPY"):
        *sources, _ = rest.split()
        assert all((ROOT / source).exists() for source in sources)
    assert dict(steps)["USER"] == "citespan"
    assert names.index("USER") > names.index("RUN")
    assert "HEALTHCHECK" in names


def test_the_image_installs_extras_that_there_are() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (named,) = re.findall(r"\.\[([\w,]+)\]", dict(instructions())["RUN"])
    assert set(named.split(",")) <= set(extras)


def test_what_the_container_ignores_is_not_copied() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}
    copied = {part for name, rest in instructions() if name == "COPY" for part in rest.split()[:-1]}
    assert copied <= kept


def test_the_compose_file_runs_commands_of_ours() -> None:
    services = compose()["services"]
    assert accepts(services["citespan"]["command"])
    comments = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for line in re.findall(r"run --rm citespan (.+)", comments):
        assert accepts(shlex.split(line.replace("/documents", str(ROOT / "seeds"))))


def test_the_compose_file_serves_this_computer_only_and_loses_nothing() -> None:
    found = compose()
    service = found["services"]["citespan"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    named = {volume.split(":")[0] for it in found["services"].values() for volume in it["volumes"]}
    assert named - {"./documents"} == set(found["volumes"])
    assert service["read_only"]


def test_chroma_is_of_the_version_that_is_pinned() -> None:
    pinned = re.search(r"^chromadb==(.+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned
    assert compose()["services"]["chroma"]["image"] == f"chromadb/chroma:{pinned[1]}"
