"""An export's calibration and its whole measurement: into the product's folder, and as figures in JSON."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random

from rag.models.calibration import load_calibration
from rag.models.cross_encoder import LargeSpanModel, SpanModel
from rag.models.registry import BASE, LARGE_READER, READER, WEIGHTS, ModelFiles, calibration_of, find_model
from rag.models.sentence_encoder import SentenceEncoder
from rag.protocols import Encoder
from rag.reader.cascade import look_twice
from rag.reader.span import look
from training.calibration import fit, pipeline, support, transfer
from training.calibration.metrics import Figure
from training.calibration.pipeline import Look, Observed
from training.data import development
from training.data.development import Claim, Reading
from training.data.mixture import stored_claims
from training.data.sources import development_readings
from training.modeling.export import FACTS

SEED = 7
GIVEN, POLICY = "given", "policy"
POLICIES, OF_POLICIES = "dev_reading_policyqa", 400


@dataclass(frozen=True, slots=True)
class Report:
    """What was fitted to a reader, as calibration.json has it, and what it is worth: figures by title."""

    fitted: dict[str, object]
    figures: dict[str, list[Figure]]

    def lines(self) -> Iterator[str]:
        """The figures, a line each under their titles."""
        for title, found in self.figures.items():
            yield f"\n{title}"
            yield from (f"  {one}" for one in found)


def calibrate_export(
    export: Path,
    out: Path | None,
    *,
    large: bool,
    indexes: Path,
    limit: int,
    contrast: Path | None,
    say: Callable[[str], None],
) -> dict[str, list[Figure]]:
    """Fit, measure and ship the export: weights, calibration.json and figures.json go to `out`.

    A `large` reader is measured as the product has it read, after the small one that ships.
    """
    encoder = SentenceEncoder(lambda: find_model(BASE))
    model = (LargeSpanModel if large else SpanModel)(lambda: ModelFiles(export.name, export, ""))
    seeing: Look = partial(look, encoder=encoder, model=model)
    if large:
        ranks = load_calibration(calibration_of(READER)).sentence
        seeing = partial(look_twice, encoder=encoder, first=SpanModel(), ranks=ranks, model=model)
    statements = stored_claims(contrast) if contrast else []
    found = measured(model, observed(seeing, encoder, indexes=indexes, limit=limit, say=say), statements)
    facts = json.loads((export / FACTS).read_text(encoding="utf-8"))
    _write(
        out or calibration_of(LARGE_READER if large else READER).parent,
        export,
        {**facts, **found.fitted},
        found.figures,
    )
    for line in found.lines():
        say(line)
    return found.figures


def observed(
    seeing: Look, encoder: Encoder, *, indexes: Path, limit: int, say: Callable[[str], None]
) -> dict[str, list[Observed]]:
    """Every development set, read as `seeing` does: about half an hour on two cores."""
    sets = {}
    for name in pipeline.SETS:
        sets[name] = pipeline.observe(name, indexes, seeing)
        say(f"read {name}: {len(sets[name])} questions")
    policies = _drawn(development.reading_rows(POLICIES), OF_POLICIES)
    sets[POLICY] = pipeline.given(policies, encoder, seeing)
    sets[GIVEN] = pipeline.given(_drawn(development_readings(held_back=True), limit), encoder, seeing)
    return sets


def measured(model: SpanModel, sets: Mapping[str, Sequence[Observed]], contrast: Sequence[Claim] = ()) -> Report:
    """Fit and measure a reader by what it saw in the sets; sentences by themselves, and claims, are read with `model`.

    Questions whose passage is given fit nothing: PolicyQA's, all answerable and loosely marked, turned the fit around
    when they were in it (CLAPnq's AUROC fell by eight points).
    """
    fitting = {name: rows for name, rows in sets.items() if name not in (GIVEN, POLICY)}
    ranks = fit.ranking([row for rows in fitting.values() for row in rows])
    judged = [one for name, rows in fitting.items() for one in fit.judged(_kind(name), rows, ranks, model)]
    values = fit.crossed(judged)
    answers, points = fit.answering(judged), fit.curve(judged, values)
    claims = support.judged(model, contrast)
    borne_out = support.support([row for row in claims if row.set in support.FITTED])
    given = fit.judged(GIVEN, sets[GIVEN], ranks, model)
    figures = {
        "pipeline": fit.figures(judged, values, points["balanced"]["threshold"]),
        "sentences quoted, CLAPnq": fit.selection(sets["clapnq"], ranks),
        "sentences quoted, SQuAD 2.0": fit.selection(sets["squad2"], ranks),
        "sentences quoted, seed": fit.selection(sets["seed"], ranks),
        "claims": [*support.ablation(claims), *support.ordered(claims)],
        "each kind left out": transfer.figures(judged),
        "PolicyQA, passage given": fit.given(sets[POLICY], ranks, model),
        "SQuAD 2.0, held-back articles, passage given": [
            *fit.given(sets[GIVEN], ranks, model),
            *transfer.given(given, transfer.confidences(answers, given), points["balanced"]["threshold"]),
        ],
    }
    return Report(fit.calibration(ranks, answers, borne_out, points, support.risks(claims)), figures)


def _drawn(rows: Sequence[Reading], count: int) -> list[Reading]:
    return Random(SEED).sample(rows, min(count, len(rows)))


def _kind(name: str) -> str:
    """Questions about something else weigh as one set."""
    return "strangers" if name.endswith("-strangers") else name


def _write(out: Path, export: Path, fitted: dict[str, object], figures: dict[str, list[Figure]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(export / WEIGHTS, out / WEIGHTS)
    plain = {title: [asdict(one) for one in found] for title, found in figures.items()}
    for name, content in (("calibration.json", fitted), ("figures.json", plain)):
        (out / name).write_text(f"{json.dumps(content, indent=1)}\n", encoding="utf-8")
