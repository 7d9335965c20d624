"""The wheel installs into an environment without this checkout, and answers there."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import rag
from tests.conftest import SEEDS

ROOT = Path(__file__).parent.parent
SHIPPED = ("rag", "ui", "eval", "pyproject.toml", "README.md", "LICENSE", "NOTICE")


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints. Fails the test when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    pytest.importorskip("setuptools")
    copy = tmp_path_factory.mktemp("copy")
    for name in SHIPPED:
        source = ROOT / name
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", copy / "dist", ".", cwd=copy)
    return next((copy / "dist").glob("*.whl"))


@pytest.mark.model
def test_the_wheel_answers_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    # The dependencies are those of this environment, reached by path; its .pth files, and so the checkout, are not.
    packages = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])", cwd=tmp_path).strip()
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    run(python, "-m", "pip", "install", "--no-deps", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    assert run(environment / "bin" / "rag", "--version", cwd=tmp_path) == f"citespan {rag.__version__}\n"
    assert run(python, "-c", "import rag; print(rag.__file__)", cwd=tmp_path).startswith(str(packages))
    run(environment / "bin" / "rag", "ingest", SEEDS, cwd=tmp_path)
    assert "700 pages" in run(environment / "bin" / "rag", "ask", "How many pages does the trove have?", cwd=tmp_path)
