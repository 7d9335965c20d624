"""Parsed and embedded over Ray, an index is the same to the byte as without; and words that help where Ray is not."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ClusterError, SettingsError
from rag.ingestion.ray_cluster import local_workers
from tests.conftest import SEED, write_files
from tests.fakes import assistant
from tests.fakes.servers import free_port

ROOT = Path(__file__).parents[2]
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="comes with the extra `test`, not with `dev`")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Documents of several formats: some twice, one damaged, one empty."""
    kinds = {
        "txt": "The {n} lives in wood {i}. Everyone knows the {n}.",
        "html": "<h1>{n}</h1><p>A {n} was seen {i} times.</p>",
    }
    texts = {
        f"{name[0]}{i}.{kind}": text.format(n=name, i=i)
        for i, name in enumerate(("ant", "bee", "cow", "dog", "elk"))
        for kind, text in kinds.items()
    }
    rows = "name,weight\nfox,7\ngnu,200\n"
    extra = {"rows.csv": rows, "again.csv": rows, "bad.pdf": "no PDF", "empty.md": "", "sub/seed.txt": SEED.read_text()}
    write_files(tmp_path / "docs", texts | extra)
    return tmp_path


def compared(root: Path, encoder: str) -> dict[str, Any]:
    """What `tests.ingestion.ray_child` says."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_raylet_start_wait_time_s": "240"}
    command = [sys.executable, "-m", "tests.ingestion.ray_child", str(root), encoder]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_ray
@pytest.mark.network
@pytest.mark.parametrize("encoder", ["fake", pytest.param("real", marks=pytest.mark.model)])
def test_an_index_made_with_two_ray_workers_is_the_same_to_the_byte(root: Path, encoder: str) -> None:
    found = compared(root, encoder)
    here, there = found["reports"]
    assert there == here
    assert found["different"] == []
    assert (len(here["added"]), len(here["failed"]), here["changed"]) == (12, 2, ["docs/a0.txt"])


def test_without_the_package_the_extra_is_named(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with assistant(tmp_path / "index") as index, pytest.raises(ClusterError, match=r"citespan\[ray\]"):
        index.ingest(root / "docs", ray="local")


@needs_ray
@pytest.mark.network
def test_nobody_at_the_address_is_an_error_that_says_so_at_once(tmp_path: Path, root: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    script = (
        "import sys; from pathlib import Path; from rag.errors import ClusterError; from tests.fakes import assistant\n"
        f"with assistant(Path({str(tmp_path / 'index')!r})) as index:\n"
        f"    try: index.ingest({str(root / 'docs')!r}, ray={address!r})\n"
        "    except ClusterError as error: sys.exit(str(error))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, f"No Ray cluster answers at {address}" in done.stderr) == (1, True), done.stderr


def test_a_local_cluster_has_as_many_workers_as_are_asked_for() -> None:
    assert (local_workers("local:2"), local_workers("ray://host:10001"), local_workers("auto")) == (2, 0, 0)
    assert local_workers("local") == os.cpu_count()
    with pytest.raises(SettingsError, match="local:2"):
        local_workers("local:many")
