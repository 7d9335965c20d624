"""An export's calibration and its whole measurement: into the product's folder, and as figures in JSON."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random

from rag.encoder import SentenceEncoder
from rag.models import CALIBRATION, WEIGHTS, ModelFiles, find_model
from rag.span_model import BASE, SpanModel
from training import calibrate, data, pipeline, support
from training.export import FACTS
from training.metrics import Figure

SEED = 7


def calibrate_export(
    export: Path, out: Path | None, *, indexes: Path, limit: int, say: Callable[[str], None]
) -> dict[str, list[Figure]]:
    """Fit, measure and ship the export: weights, calibration.json and figures.json go to `out`.

    Takes about half an hour on two cores, most of it to read the development sets.
    """
    out = out or CALIBRATION.parent
    encoder = SentenceEncoder(lambda: find_model(BASE))
    model = SpanModel(lambda: ModelFiles(export.name, export, ""))
    sets = {}
    for name in pipeline.SETS:
        sets[name] = pipeline.observe(name, indexes, encoder, model)
        say(f"read {name}: {len(sets[name])} questions")
    ranks = calibrate.ranking([row for rows in sets.values() for row in rows])
    judged = [one for name, rows in sets.items() for one in calibrate.judged(_kind(name), rows, ranks, model)]
    values = calibrate.crossed(judged)
    answers, points = calibrate.answering(judged), calibrate.curve(judged, values)
    claims = support.judged(model, encoder)
    borne_out = support.support([row for row in claims if row.set in support.FITTED])
    figures = {
        "pipeline": calibrate.figures(judged, values, points["balanced"]["threshold"]),
        "sentences quoted, CLAPnq": calibrate.selection(sets["clapnq"], ranks),
        "sentences quoted, SQuAD 2.0": calibrate.selection(sets["squad2"], ranks),
        "sentences quoted, seed": calibrate.selection(sets["seed"], ranks),
        "claims": support.ablation(claims),
    }
    for name in ("dev_reading_squad2_dev", "dev_reading_policyqa"):
        rows = data.reading_rows(name)
        read = pipeline.given(Random(SEED).sample(rows, min(limit, len(rows))), encoder, model)
        figures[f"{name}, passage given"] = calibrate.given(read, ranks, model)
    facts = json.loads((export / FACTS).read_text(encoding="utf-8"))
    _write(out, export, {**facts, **calibrate.calibration(ranks, answers, borne_out, points)}, figures)
    for title, found in figures.items():
        say(f"\n{title}")
        for one in found:
            say(f"  {one}")
    return figures


def _kind(name: str) -> str:
    """Questions about something else weigh as one set."""
    return "strangers" if name.endswith("-strangers") else name


def _write(out: Path, export: Path, fitted: dict[str, object], figures: dict[str, list[Figure]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(export / WEIGHTS, out / WEIGHTS)
    plain = {title: [asdict(one) for one in found] for title, found in figures.items()}
    for name, content in ((CALIBRATION.name, fitted), ("figures.json", plain)):
        (out / name).write_text(f"{json.dumps(content, indent=1)}\n", encoding="utf-8")
