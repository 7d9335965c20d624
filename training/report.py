"""The whole measurement of an exported model: figures as JSON, with the hash of what was measured."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from training.evaluate import policyqa, squad2
from training.evaluate_claims import claims
from training.evaluate_clapnq import clapnq
from training.evaluate_seed import seed
from training.export import Manifest, load_exported, write_manifest
from training.metrics import Figure
from training.similarity import Embedder

PARTS = ("reading", "claims")


def measure(
    directory: Path, name: str, parts: Sequence[str], *, limit: int | None, say: Callable[[str], None]
) -> list[Figure]:
    """Measure the export's `parts` and write NAME.PART.figures.json beside it, one file a part.

    Reading also puts the calibration that SQuAD 2.0's development file gives into the manifest.
    """
    model, embedder = load_exported(directory, name), Embedder()
    manifest = Manifest(**json.loads((directory / f"{name}.json").read_text(encoding="utf-8")))
    figures: list[Figure] = []
    for part in parts:
        if part == "reading":
            found, fitted = squad2(model, embedder, limit)
            found += clapnq(model, embedder, fitted) + seed(model, embedder, fitted)
            found += policyqa(model, embedder, limit or 2000)
            calibration = asdict(fitted.calibration)
            write_manifest(directory, replace(manifest, calibration=calibration, signals=fitted.weights.to_dict()))
        else:
            found = claims(model, embedder)
        for figure in found:
            say(str(figure))
        text = json.dumps({"sha256": manifest.sha256, "figures": [asdict(f) for f in found]}, indent=1)
        (directory / f"{name}.{part}.figures.json").write_text(f"{text}\n", encoding="utf-8")
        figures += found
    return figures
