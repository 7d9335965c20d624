"""What `eval.benchmarks.speed` measured, as tables and as a picture of how things grow with the index."""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks import reading_speed
from eval.benchmarks.speed import REAL, STAGES, STAND_IN, Bench
from eval.reports.tables import Sheet

MILLION = 1_000_000


def sheets(found: Bench) -> list[Sheet]:
    """What was measured, as tables."""
    made = (_embedding_sheet, _ingest_sheet, _query_sheet, _growth_sheet, _stage_sheet, _reading_sheet, _cold_sheet)
    return [make(found) for make in made]


def draw(found: Bench, path: Path) -> None:
    """How a question's time, an ingest's time and its memory grow with the index, as a picture (SVG, PNG or PDF)."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    chunks = [size.ingested.chunks for size in found.sizes]
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    panels = {
        "a question, milliseconds": {
            "p95": [size.p95 * 1000 for size in found.sizes],
            "p50": [size.p50 * 1000 for size in found.sizes],
            "outside models, p50": [size.outside_p50 * 1000 for size in found.sizes],
        },
        "an ingest, milliseconds a chunk": {
            "the first": [1000 * size.ingested.seconds / size.ingested.chunks for size in found.sizes],
            "again, unchanged": [1000 * size.ingested.again_seconds / size.ingested.chunks for size in found.sizes],
        },
        "an ingest, peak memory in MiB": {"": [size.ingested.peak_mib for size in found.sizes]},
    }
    for axes, (title, lines) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        for name, values in lines.items():
            axes.plot(chunks, values, marker="o", label=name)
        axes.set(title=title, xlabel="chunks in the index", xscale="log", ylim=(0, None))
        axes.grid(alpha=0.3)
        if len(lines) > 1:
            axes.legend()
    with rc_context({"svg.hashsalt": "citespan"}):  # the same values make the same file
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _embedding_sheet(found: Bench) -> Sheet:
    ours, plain = found.embedding["Citespan"], found.embedding["LlamaIndex"]
    rows = tuple(
        (name, f"{rate:.1f}", f"{rate / plain:.2f}×", f"{rate / ours:.2f}×") for name, rate in found.embedding.items()
    )
    title = f"Embedding {found.plan.embedded} chunks of about 190 wordpieces, median of {found.plan.repeats}"
    notes = (
        f"{found.machine}. Citespan and LlamaIndex have the same model and the same texts. Citespan's time is that of a"
        " whole ingest: reading, cutting, embedding, word index, vectors on disk.",
    )
    return Sheet(title, ("", "chunks a second", "of LlamaIndex", "of Citespan"), rows, notes)


def _ingest_sheet(found: Bench) -> Sheet:
    rows = []
    for size in found.sizes:
        one = size.ingested
        times = one.seconds / one.again_seconds
        cells = (f"{one.seconds:.2f} s", f"{one.again_seconds:.3f} s", f"{times:.0f}×", f"{one.peak_mib:,.0f} MiB")
        rows.append((f"{one.chunks:,}", size.encoder, f"{one.files:,}", *cells))
    columns = ("chunks", "encoder", "files", "first ingest", "again, unchanged", "faster", "peak memory")
    return Sheet("Ingest, in a process of its own", columns, tuple(rows), (_ENCODERS,))


def _query_sheet(found: Bench) -> Sheet:
    """The share outside is of the time with the real encoder, whose own time does not grow with the index."""
    inside = [size.p50 - size.outside_p50 for size in found.sizes if size.encoder == REAL]
    rows = tuple(
        (
            f"{size.ingested.chunks:,}",
            size.encoder,
            *(f"{seconds * 1000:,.0f} ms" for seconds in (size.p50, size.p95, size.outside_p50)),
            f"{size.outside_p50 / (size.outside_p50 + inside[-1]):.0%}" if inside else "–",
        )
        for size in found.sizes
    )
    title = f"A question, from asking to answer or refusal, over {found.plan.questions} questions"
    columns = ("chunks", "encoder", "p50", "p95", "outside models, p50", "share outside")
    return Sheet(title, columns, rows, (_ENCODERS, _SHARES))


def _growth_sheet(found: Bench) -> Sheet:
    """What a million chunks would take: per chunk as measured at the largest size, times a million."""
    small, large = found.sizes[0], found.sizes[-1]
    chunks = large.ingested.chunks
    more = max(chunks - small.ingested.chunks, 1)
    encoding = 1 / max(rate for name, rate in found.embedding.items() if name.startswith("encoder alone"))
    on_disk = (("catalogue", large.catalogue_mib), ("vectors in Chroma", large.vectors_mib))
    rows: list[tuple[str, ...]] = [
        (
            f"disk: {what}",
            f"{mib:,.0f} MiB",
            f"{mib * 1024 / chunks:.2f} KiB",
            f"{mib * MILLION / chunks / 1024:.1f} GiB",
        )
        for what, mib in on_disk
    ]
    seconds = large.ingested.seconds
    rows += [
        ("ingest: the encoder alone", "–", f"{encoding * 1000:.1f} ms", f"{encoding * MILLION / 3600:.1f} h"),
        (
            "ingest: all else" if large.encoder == STAND_IN else "ingest",
            f"{seconds:,.0f} s",
            f"{seconds / chunks * 1000:.2f} ms",
            f"{seconds / chunks * MILLION / 3600:.1f} h",
        ),
        _slope("memory: peak of an ingest", small.ingested.peak_mib, large.ingested.peak_mib, more, "MiB"),
        _slope("question: outside models, p50", small.outside_p50 * 1000, large.outside_p50 * 1000, more, "ms"),
    ]
    columns = ("", f"at {chunks:,} chunks", "each chunk", "at 1,000,000")
    return Sheet("Growth, per million chunks", columns, tuple(rows), (_GROWTH.format(small=small.ingested.chunks),))


def _slope(what: str, small: float, large: float, more: int, unit: str) -> tuple[str, ...]:
    each = max(large - small, 0.0) / more
    return (
        what,
        f"{large:,.0f} {unit}",
        f"{each * 1000:,.2f} {unit} per thousand",
        f"{small + each * MILLION:,.0f} {unit}",
    )


def _stage_sheet(found: Bench) -> Sheet:
    real = [size for size in found.sizes if size.encoder == REAL]
    rows = tuple(
        (f"{size.ingested.chunks:,}", *(f"{size.stages[stage] * 1000:,.0f} ms" for stage in STAGES)) for size in real
    )
    notes = (
        "Retrieve: the question encoded, both rankings. Read: the reader and MaxSim over six passages. Answer: cites"
        " and verification; a refusal does not come to it.",
    )
    return Sheet("Where a question's time goes, p50 of each stage", ("chunks", *STAGES), rows, notes)


def _reading_sheet(found: Bench) -> Sheet:
    best = found.reading[reading_speed.READING] / reading_speed.ratio(found.reading)
    rows = tuple(
        (name, f"{seconds * 1000:,.0f} ms", f"{seconds / best:.2f}×") for name, seconds in found.reading.items()
    )
    title = f"Reading {reading_speed.PASSAGES} passages of {reading_speed.WORDPIECES} wordpieces"
    return Sheet(f"{title}, median of {found.plan.repeats}", ("", "time", "of the best forward pass"), rows)


def _cold_sheet(found: Bench) -> Sheet:
    base = found.cold["import sentence_transformers"]
    rows = tuple((name, f"{seconds:.2f} s", f"{seconds / base:.2f}×") for name, seconds in found.cold.items())
    return Sheet(f"From the shell, median of {found.plan.repeats}", ("", "seconds", "of the import"), rows)


_ENCODERS = (
    f"“{STAND_IN}” is the encoder with its layers taken out: vectors of the same length, in no time worth counting, so"
    " that large indexes can be made. All that is not the encoder is as ever."
)
_SHARES = "The share outside is of a question's time with the real encoder, as measured at the largest size made by it."
_GROWTH = (
    "A million is the column before times a million; for memory and questions, part of which does not grow, their"
    " growth from {small:,} chunks is continued in a straight line."
)
