"""An ingest killed at random points within and between transactions; `CITESPAN_KILLS` says at how many.

A process of its own forks the children, so that none inherits a thread of the tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_killed_anywhere_nothing_is_lost_or_doubled() -> None:
    points = int(os.environ.get("CITESPAN_KILLS", "12"))
    command = [sys.executable, "-m", "tests.endurance.torture", "--documents", "60", "--points", str(points)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads(done.stdout)
    assert run["kills"] == points
    assert run["embedded"] - run["texts"] <= 4 * points  # at most the window that was in the encoder at each kill
