"""`python -m eval`, and `rag eval`: ask a set of questions, hold the answers to thresholds, report.

Exit codes: 0 every threshold holds, 1 one is broken, 2 usage, 3 a question could not be scored or something failed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from eval.record import Record
    from eval.run import Run
    from eval.targets import Target

BROKEN, FAILED = 1, 3
SEEDS = Path(__file__).parent.parent / "seeds"

app = typer.Typer(help="Ask questions with known answers, and fail when a threshold breaks.")


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    set_: Annotated[str, typer.Option("--set", help="test, dev or all of the seed's; or NAME:PATH, a set.")] = "test",
    cases: Annotated[Path | None, typer.Option(help="Your own cases (JSON Lines); needs --index.")] = None,
    index: Annotated[Path | None, typer.Option(help="The index your own cases ask.")] = None,
    sources: Annotated[Path, typer.Option(help="The seed's folder, ingested into a temporary index.")] = SEEDS,
    generator: Annotated[str, typer.Option(help="Who writes the answers, as for `rag ask`.")] = "extractive",
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many, of each kind in turn.")] = None,
    thresholds: Annotated[Path | None, typer.Option(help="Thresholds (TOML) in place of Citespan's own.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole run to this file.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Compare with a run that --json wrote.")] = None,
) -> None:
    """Ask questions with known answers, and fail when a threshold breaks."""
    if context.invoked_subcommand:
        return
    with _faults_explained():
        from eval import gate, record

        target = _target(set_, cases, index, sources)
        limits = gate.load_thresholds(thresholds) if thresholds else target.thresholds
        earlier = record.load(compare) if compare else None
        run = _run(target, generator, limit)
        found = record.recorded(run, gate.judge(run, limits))
        _write(found, json, junit)
        _show(found, earlier)
    raise typer.Exit(FAILED if run.unscored else 0 if found.passed else BROKEN)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run that --json wrote.")],
    out: Annotated[Path | None, typer.Option(help="The page to write; by default beside the run.")] = None,
) -> None:
    """Write one self-contained HTML page about a run, with every question and why it was scored so."""
    with _faults_explained():
        from eval import page, record

        target = out or run.with_suffix(".html")
        target.write_text(page.render(record.load(run)), encoding="utf-8")
        Console(soft_wrap=True).print(f"Wrote {target}")


@app.command()
def init(
    out: Annotated[Path, typer.Argument(help="The case file to write; must not exist.")],
    index: Annotated[Path, typer.Option(help="The index to draft from.")] = Path(".citespan"),
    count: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
) -> None:
    """Draft cases from an index, for you to complete: a run refuses them until you have."""
    with _faults_explained():
        from eval import drafts
        from rag import Assistant

        with Assistant.open(index, create=False) as assistant:
            documents = [assistant.document(info.doc_id) for info in assistant.documents()]
        rows = drafts.drafts(documents, count)
        with out.open("x", encoding="utf-8") as file:
            file.write(drafts.lines(rows))
        Console(soft_wrap=True).print(f"Wrote {len(rows)} drafts to {out}. Complete them, and remove `draft`.")


def _target(set_: str, cases: Path | None, index: Path | None, sources: Path) -> Target:
    from eval import targets
    from eval.cases import SETS

    if cases and index:
        return targets.own(cases, index)
    if cases or index:
        raise typer.BadParameter("--cases and --index go together: your questions, and the index they ask.")
    if set_ in SETS:
        return targets.seed(set_, sources)
    name, colon, path = set_.partition(":")
    if not colon:
        raise typer.BadParameter(f"--set {set_} is none of {', '.join(SETS)}, nor NAME:PATH of a reading set.")
    return targets.benchmark(name, Path(path))


def _run(target: Target, generator: str, limit: int | None) -> Run:
    from eval import claims, targets
    from eval.cases import limited
    from eval.run import Plan, run

    plan = Plan(target.name, limited(target.cases, limit), claims.load())
    with targets.opened(target, generator) as assistant, Console(stderr=True).status("asking") as status:
        return run(
            plan,
            assistant,
            verifier=assistant.verifier,
            clock=time.perf_counter,
            progress=lambda done, total: status.update(f"asked {done} of {total}"),
        )


def _write(found: Record, json: Path | None, junit: Path | None) -> None:
    from eval import record, report

    if json:
        json.write_text(record.dumps(found), encoding="utf-8")
    if junit:
        junit.write_text(report.junit(found), encoding="utf-8")


def _show(found: Record, earlier: Record | None) -> None:
    from eval import compare, report

    console = Console(soft_wrap=True)
    console.print(report.table(found.judgement, f"{found.run.name}: {len(found.run.outcomes)} questions"))
    if earlier:
        comparison = compare.compare(earlier.run, found.run)
        console.print(report.comparison_table(comparison), *report.comparison_lines(comparison), sep="\n")
    for line in report.summary(found):
        console.print(line)


@contextmanager
def _faults_explained() -> Iterator[None]:
    """Faults as their message, bugs with their traceback: either way exit code 3, for 1 is a broken threshold."""
    from eval.errors import EvalError
    from rag import CitespanError

    console = Console(stderr=True, soft_wrap=True)
    try:
        yield
    except typer.BadParameter:
        raise
    except (EvalError, CitespanError, OSError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(FAILED) from error
    except Exception as error:
        console.print_exception()
        raise typer.Exit(FAILED) from error


if __name__ == "__main__":
    app()
