"""The loss curve of a run as a picture, where matplotlib is installed; curve.csv is there in any case."""

import csv
import importlib.util
from pathlib import Path

PARTS = ("span", "answerable", "support")


def draw(directory: Path) -> Path | None:
    """Write curve.png beside curve.csv; None without matplotlib or before the first line."""
    source = directory / "curve.csv"
    if importlib.util.find_spec("matplotlib") is None or not source.exists():
        return None
    from matplotlib.figure import Figure

    with source.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    figure = Figure(figsize=(8, 4.5))
    axes = figure.add_subplot(xlabel="million tokens", ylabel="loss, mean of 50 steps", title=directory.name)
    for part in PARTS:
        points = [(int(row["tokens"]) / 1e6, float(row[part])) for row in rows if row[part]]
        axes.plot([x for x, _ in points], [y for _, y in points], label=part)
    axes.legend()
    figure.savefig(directory / "curve.png", dpi=120)
    return directory / "curve.png"
