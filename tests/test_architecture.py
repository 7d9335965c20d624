"""The rooms of the house: imports point down, no room is crowded, and importing `rag` is cheap.

A room is a package, or a module at the top of `rag`. Every room stands above those it imports.
"""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("rag", "ui", "eval", "training")
ROOMS = (  # from the ground up; rooms of one line do not know each other
    "types errors markup",
    "protocols reports text",
    "models",
    "settings loaders",
    "storage llm",
    "retrieval reader verification generation pins tables",
    "ingestion answering",
    "wiring",
    "assistant",
    "server",
    "cli",
    "__main__",
)
LEVEL = {room: level for level, names in enumerate(ROOMS) for room in names.split()}
MOST_MODULES = 12
LONGEST_FUNCTION = 40


def modules(package: str) -> list[Path]:
    """The Python files of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(path: Path) -> str:
    """The name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def edges() -> set[tuple[str, str]]:
    """Which room of `rag` imports which other one."""
    files = [path for path in modules("rag") if path != ROOT / "rag" / "__init__.py"]
    named = ((dotted(path).split(".")[1], name.split(".")) for path in files for name in imports(path))
    return {(user, parts[1]) for user, parts in named if parts[0] == "rag" and len(parts) > 1 and parts[1] in LEVEL} - {
        (room, room) for room in LEVEL
    }


def circles(graph: set[tuple[str, str]]) -> list[str]:
    """The nodes from which a graph leads back to them."""
    reach = set(graph)
    while more := {(a, d) for a, b in reach for c, d in graph if b == c} - reach:
        reach |= more
    return sorted({a for a, b in reach if a == b})


def test_every_room_has_a_level() -> None:
    here = {path.stem for path in (ROOT / "rag").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert here - {"__init__"} == set(LEVEL)


def test_imports_point_down() -> None:
    upward = [f"{user} → {used}" for user, used in sorted(edges()) if LEVEL[used] >= LEVEL[user]]
    assert upward == []


def test_rooms_import_each_other_in_no_circle() -> None:
    assert circles(edges()) == []


def test_modules_import_each_other_in_no_circle() -> None:
    names = {dotted(path): path for package in PACKAGES for path in modules(package)}
    graph = {
        (user, used)
        for user, path in names.items()
        for used in imports(path)
        if used in names and used != user and names[used].name != "__init__.py"
    }
    assert circles(graph) == []


def test_no_room_has_more_than_twelve_modules() -> None:
    files = [path for package in PACKAGES for path in modules(package) if path.name != "__init__.py"]
    rooms = Counter(path.parent.relative_to(ROOT).as_posix() for path in files)
    assert {room: count for room, count in rooms.items() if count > MOST_MODULES} == {}


def test_rag_imports_neither_ui_nor_eval_nor_training() -> None:
    named = ((dotted(path), name) for path in modules("rag") for name in imports(path))
    assert [f"{user} → {name}" for user, name in named if name.split(".")[0] in {"ui", "eval", "training"}] == []


def test_ui_and_eval_use_rag_by_its_public_names() -> None:
    public = {"rag", "rag.types", "rag.protocols", "rag.markup", "rag.errors", "rag.reports", "rag.settings"}
    files = [path for package in ("ui", "eval") for path in modules(package)]
    named = ((path, node) for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    froms = ((path, node.module) for path, node in named if isinstance(node, ast.ImportFrom) and node.module)
    used = {(dotted(path), name) for path, name in froms if name.split(".")[0] == "rag"}
    assert [f"{user} → {name}" for user, name in sorted(used) if name not in public] == []


def test_no_function_is_over_40_lines() -> None:
    files = (path for package in PACKAGES for path in modules(package))
    nodes = ((path, node) for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    functions = ((path, node) for path, node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = [(f"{dotted(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1) for path, node in functions]
    assert lengths
    assert [item for item in lengths if item[1] > LONGEST_FUNCTION] == []


def test_importing_rag_loads_nothing_heavy() -> None:
    heavy = ("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "numpy", "pydantic", "nltk")
    program = f"import sys, rag, rag.types; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
