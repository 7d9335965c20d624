"""The layers of the house: imports point down, `rag` knows nothing of its users, and importing it is cheap."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = (
    "types errors reports",
    "settings citations fusion models gguf words facts closeness questions signals network sentences schema database"
    " layout prompts statements conversation history outcome threads",
    "fetch loaders folders reading chunking encoder span_model reader extractive llamacpp llm writer"
    " catalogue journal feedback chroma vectors nodes lock",
    "embedding ingest retrieve verify checking check backup stats watch cluster",
    "answer index engine",
    "assistant",
    "console charts cli __main__",
)
LAYER = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
LOADERS = (  # the layers within rag.loaders
    "content blocks reading_order decoding",
    "flow text rows html",
    "pdf docx epub mail",
    "registry",
    "process",
    "__init__",
)
LONGEST_FUNCTION = 40


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def edges() -> set[tuple[str, str]]:
    """Which module of `rag` imports which."""
    modules = [path for path in (ROOT / "rag").glob("*.py") if path.stem != "__init__"]
    named = ((path.stem, name.split(".")) for path in modules for name in imports(path))
    return {(user, parts[1]) for user, parts in named if parts[0] == "rag" and len(parts) > 1 and parts[1] in LAYER}


def test_every_module_has_a_layer() -> None:
    modules = {
        path.stem for path in (ROOT / "rag").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert modules - {"__init__"} == set(LAYER)


def test_imports_point_down() -> None:
    assert [f"{user} → {used}" for user, used in sorted(edges()) if LAYER[used] > LAYER[user]] == []


def test_imports_within_the_loaders_point_down_and_reach_nothing_above_them() -> None:
    layer = {name: level for level, names in enumerate(LOADERS) for name in names.split()}
    files = {path.stem: path for path in (ROOT / "rag" / "loaders").glob("*.py")}
    assert set(files) == set(layer)
    named = [(user, name.split(".")) for user, path in sorted(files.items()) for name in imports(path)]
    within = [(user, parts[2]) for user, parts in named if parts[:2] == ["rag", "loaders"] and len(parts) > 2]
    assert [f"{user} → {used}" for user, used in within if used in layer and layer[used] >= layer[user]] == []
    outside = {parts[1] for _, parts in named if parts[0] == "rag" and len(parts) > 1} - {"loaders"}
    assert sorted(name for name in outside if LAYER[name] >= LAYER["loaders"]) == []


def test_there_is_no_circle_within_a_layer() -> None:
    sideways = {(user, used) for user, used in edges() if LAYER[used] == LAYER[user]}
    reach = set(sideways)
    while more := {(a, d) for a, b in reach for c, d in sideways if b == c} - reach:
        reach |= more
    assert [name for name in sorted(LAYER) if (name, name) in reach] == []


def test_rag_imports_neither_ui_nor_eval_nor_training() -> None:
    users = {"ui", "eval", "training"}
    named = ((path.name, name) for path in (ROOT / "rag").glob("*.py") for name in imports(path))
    assert [f"{file} → {name}" for file, name in named if name.split(".")[0] in users] == []


def test_ui_and_eval_use_rag_by_its_public_names() -> None:
    public = {"rag", "rag.types", "rag.errors", "rag.reports", "rag.settings"}
    files = [path for package in ("ui", "eval") for path in (ROOT / package).rglob("*.py")]
    named = ((path, node) for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = ((path, node.module) for path, node in named if isinstance(node, ast.ImportFrom) and node.module)
    used = {(path.relative_to(ROOT).as_posix(), name) for path, name in modules if name.split(".")[0] == "rag"}
    assert [f"{path} → {name}" for path, name in sorted(used) if name not in public] == []


def test_no_function_is_over_40_lines() -> None:
    files = (path for package in ("rag", "ui", "eval", "training") for path in (ROOT / package).rglob("*.py"))
    nodes = ((path, node) for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    functions = ((path, node) for path, node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = [
        (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1) for path, node in functions
    ]
    assert lengths
    assert [item for item in lengths if item[1] > LONGEST_FUNCTION] == []


def test_importing_rag_loads_nothing_heavy() -> None:
    heavy = ("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "numpy", "pydantic", "nltk")
    program = f"import sys, rag, rag.types; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
