"""`python -m eval`, and `rag eval`: ask a set of questions, hold the answers to thresholds, report.

Exit codes: 0 every threshold holds, 1 one is broken, 2 usage, 3 a question could not be scored or something failed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from eval.datasets.tasks import Target
    from eval.reports.tables import Sheet
    from eval.runner.record import Record
    from eval.runner.run import Run

BROKEN, FAILED = 1, 3
SEEDS = Path(__file__).parent.parent / "seeds"

app = typer.Typer(help="Ask questions with known answers, and fail when a threshold breaks.")


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    set_: Annotated[str, typer.Option("--set", help="test, dev or all of the seed's; or NAME:PATH, a set.")] = "test",
    open_: Annotated[bool, typer.Option("--open", help="Ask a reading set's questions of all its paragraphs.")] = False,
    cases: Annotated[Path | None, typer.Option(help="Your own cases (JSON Lines); needs --index.")] = None,
    index: Annotated[
        Path | None, typer.Option(help="The index your own cases ask; for NAME:PATH, a folder to keep its index in.")
    ] = None,
    sources: Annotated[Path, typer.Option(help="The seed's folder, ingested into a temporary index.")] = SEEDS,
    generator: Annotated[str, typer.Option(help="Who writes the answers, as for `rag ask`.")] = "extractive",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only so many: of each kind in turn; of NAME:PATH at random.")
    ] = None,
    thresholds: Annotated[Path | None, typer.Option(help="Thresholds (TOML) in place of Citespan's own.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the whole run to this file.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table into this page.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Compare with a run that --json wrote.")] = None,
) -> None:
    """Ask questions with known answers, and fail when a threshold breaks."""
    if context.invoked_subcommand:
        return
    with _faults_explained():
        from eval.runner import record
        from eval.scoring.thresholds import judge, load_thresholds

        target = _target(set_, cases, index, sources, limit=limit, open_=open_)
        limits = load_thresholds(thresholds) if thresholds else target.thresholds
        earlier = record.load(compare) if compare else None
        run = _run(target, generator)
        found = record.recorded(run, judge(run, limits))
        _write(found, json, junit, markdown)
        _show(found, earlier)
    raise typer.Exit(FAILED if run.unscored else 0 if found.passed else BROKEN)


@app.command()
def workplace(
    set_: Annotated[str, typer.Option("--set", help="test, dev or all of the questions.")] = "all",
    thresholds: Annotated[Path | None, typer.Option(help="Thresholds (TOML) in place of Citespan's own.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Show every question that is not answered right.")] = False,
) -> None:
    """Ask questions people have at work, of an invented organisation's documents in eight formats."""
    with _faults_explained():
        from eval.workplace import gate, report

        with Console(stderr=True).status("asking") as status:
            asked, found = report.run(
                set_,
                gate.load_least(thresholds or gate.THRESHOLDS),
                progress=lambda done, total: status.update(f"asked {done} of {total}"),
            )
        console = Console(soft_wrap=True)
        console.print(report.table(found))
        for line in report.misses(asked) if misses else ():
            console.print(line, markup=False, highlight=False)
    raise typer.Exit(0 if all(figure.holds for figure in found) else BROKEN)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run that --json wrote.")],
    out: Annotated[Path | None, typer.Option(help="The page to write; by default beside the run.")] = None,
) -> None:
    """Write one self-contained HTML page about a run, with every question and why it was scored so."""
    with _faults_explained():
        from eval.reports import html_page
        from eval.runner import record

        target = out or run.with_suffix(".html")
        target.write_text(html_page.render(record.load(run)), encoding="utf-8")
        Console(soft_wrap=True).print(f"Wrote {target}")


@app.command()
def init(
    out: Annotated[Path, typer.Argument(help="The case file to write; must not exist.")],
    index: Annotated[Path, typer.Option(help="The index to draft from.")] = Path(".citespan"),
    count: Annotated[int, typer.Option(min=1, help="How many rows.")] = 20,
) -> None:
    """Draft cases from an index, for you to complete: a run refuses them until you have."""
    with _faults_explained():
        from eval.datasets import drafts
        from rag import Assistant

        with Assistant.open(index, create=False) as assistant:
            documents = [assistant.document(info.doc_id) for info in assistant.documents()]
        rows = drafts.drafts(documents, count)
        with out.open("x", encoding="utf-8") as file:
            file.write(drafts.lines(rows))
        Console(soft_wrap=True).print(f"Wrote {len(rows)} drafts to {out}. Complete them, and remove `draft`.")


@app.command()
def peers(
    set_: Annotated[
        str, typer.Option("--set", help="test, dev or all of the seed's; or NAME:PATH, a reading set.")
    ] = "test",
    sources: Annotated[Path, typer.Option(help="The seed's folder.")] = SEEDS,
    generator: Annotated[str, typer.Option(help="Who writes the answers, ours and LlamaIndex's.")] = "extractive",
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many, as for the evaluation.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write what was measured to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the table into this page.")] = None,
) -> None:
    """Compare with LlamaIndex, txtai and Haystack on the same questions, encoder and machine."""
    with _faults_explained():
        from eval.benchmarks import peers, systems
        from eval.runner import machine

        target = _target(set_, None, None, sources, limit=limit, open_=":" in set_)
        texts = target.texts or {path.name: path.read_bytes().decode() for path in sorted(sources.glob("*.txt"))}
        asked = target.plan.cases
        with systems.all_systems(generator) as (found, missing), Console(stderr=True).status("asking") as status:
            measured = peers.compare(
                found,
                asked,
                texts,
                clock=time.perf_counter,
                progress=lambda done, total: status.update(f"asked {done} of {total}"),
            )
        about = f"{target.plan.name}, {len(asked)} questions, {len(texts):,} texts; {machine.described()}"
        _publish([peers.sheet(measured, about)], "peers", measured, json, markdown)
        for name in missing:
            Console(soft_wrap=True).print(f"Not compared: {name}, which is not installed (the extra `peers`).")


@app.command()
def generators(
    names: Annotated[
        list[str], typer.Argument(help="Who writes the answers, as for `rag ask`; the first is the measure.")
    ],
    set_: Annotated[
        str, typer.Option("--set", help="test, dev or all of the seed's; or NAME:PATH, a reading set.")
    ] = "test",
    sources: Annotated[Path, typer.Option(help="The seed's folder.")] = SEEDS,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many, as for the evaluation.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write every answer to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables into this page.")] = None,
    name: Annotated[str, typer.Option(help="The place in that page: <!-- NAME -->.")] = "generators",
) -> None:
    """Compare those who write the answers: quotations, and language models, on the same questions."""
    with _faults_explained():
        from eval.benchmarks import generators
        from eval.datasets import tasks
        from eval.runner import machine

        target = _target(set_, None, None, sources, limit=limit, open_=False)
        with tasks.each_opened(target, names) as assistants, Console(stderr=True).status("asking") as status:
            found = generators.compare(
                assistants,
                target.plan.cases,
                clock=time.perf_counter,
                progress=lambda done, total: status.update(f"asked {done} of {total}"),
            )
        about = f"{target.plan.name}, {len(target.plan.cases)} questions; {machine.described()}"
        _publish(generators.sheets(found, about), name, found, json, markdown)
        for fault in generators.unscored(found):
            Console(soft_wrap=True, style="red").print(fault, markup=False)
    raise typer.Exit(FAILED if generators.unscored(found) else 0)


@app.command()
def written(
    data: Annotated[
        Path | None, typer.Option(help="The folder with the public sets; rows about them are skipped without it.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables into this page.")] = None,
) -> None:
    """Replay statements that language models wrote through the gate, and two hundred lies. No language model runs."""
    with _faults_explained():
        from eval.datasets import lies
        from eval.datasets import written as statements
        from eval.reports.written import lie_sheet, statement_sheet
        from eval.runner import machine
        from eval.runner import written as runner

        rows, told = statements.load(data=data), lies.lies()
        with runner.gate() as gate:
            verdicts = runner.replay(rows, gate)
            shown = runner.shown_lies(told, gate)
            true = runner.shown_lies(lies.truths(), gate)
        sheets = [statement_sheet(verdicts, machine.described()), lie_sheet([*told, *lies.truths()], [*shown, *true])]
        _publish(sheets, "written", verdicts, None, markdown)


@app.command()
def bench(
    sizes: Annotated[str, typer.Option(help="Chunks in the indexes to ask, separated by commas.")] = "100,1000,10000",
    repeats: Annotated[int, typer.Option(min=1, help="How often to repeat what is compared.")] = 3,
    embedded: Annotated[int, typer.Option(min=10, help="How many chunks to embed in each repeat.")] = 1000,
    questions: Annotated[int, typer.Option(min=1, help="How many questions to ask of each index.")] = 20,
    real_up_to: Annotated[int, typer.Option(help="The largest index that the real encoder makes.")] = 1000,
    json: Annotated[Path | None, typer.Option(help="Write what was measured to this file.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables into this page.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw how things grow with the index (SVG, PNG or PDF).")] = None,
) -> None:
    """Measure speed and memory on this machine, against a plain LlamaIndex pipeline and the encoder alone."""
    with _faults_explained():
        from eval.benchmarks import speed, speed_tables

        if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", sizes):
            raise typer.BadParameter(f"--sizes {sizes} is not a list of numbers like 100,1000.")
        plan = speed.Plan(tuple(map(int, sizes.split(","))), repeats, embedded, questions, real_up_to)
        with Console(stderr=True).status("measuring") as status:
            found = speed.bench(plan, lambda done, total: status.update(f"measured {done} of {total}"))
        _publish(speed_tables.sheets(found), "bench", found, json, markdown)
        if plot:
            speed_tables.draw(found, plot)


def _target(
    set_: str, cases: Path | None, index: Path | None, sources: Path, *, limit: int | None, open_: bool
) -> Target:
    from eval.datasets import tasks
    from eval.datasets.cases import SETS

    name, colon, path = set_.partition(":")
    if colon and not cases:
        return tasks.public(name, Path(path), limit=limit, open_=open_, indexes=index)
    if open_:
        raise typer.BadParameter("--open goes with --set NAME:PATH of a reading set.")
    if cases and index:
        return tasks.own(cases, index, limit)
    if cases or index:
        raise typer.BadParameter("--cases and --index go together: your questions, and the index they ask.")
    if set_ not in SETS:
        raise typer.BadParameter(f"--set {set_} is none of {', '.join(SETS)}, nor NAME:PATH of a public set.")
    return tasks.seed(set_, sources, limit)


def _run(target: Target, generator: str) -> Run:
    from eval.datasets import tasks
    from eval.runner.run import run

    with tasks.opened(target, generator) as assistant, Console(stderr=True).status("asking") as status:
        return run(
            target.plan,
            assistant,
            verifier=assistant.verifier,
            clock=time.perf_counter,
            progress=lambda done, total: status.update(f"asked {done} of {total}"),
        )


def _write(found: Record, json: Path | None, junit: Path | None, markdown: Path | None) -> None:
    from eval.reports import tables, terminal
    from eval.runner import machine, record

    if json:
        json.write_text(record.dumps(found), encoding="utf-8")
    if junit:
        junit.write_text(terminal.junit(found), encoding="utf-8")
    if markdown:
        table = terminal.sheet(found, machine.described())
        tables.write_into(markdown, "measured", tables.markdown([table]))


def _publish(sheets: Sequence[Sheet], name: str, values: object, json: Path | None, markdown: Path | None) -> None:
    """Print tables, and write the values and the tables where they are wanted."""
    from pydantic import TypeAdapter

    from eval.reports import tables

    console = Console(soft_wrap=True)
    for sheet in sheets:
        console.print(tables.rich_table(sheet))
    if json:
        json.write_bytes(TypeAdapter(type(values)).dump_json(values, indent=2) + b"\n")
    if markdown:
        tables.write_into(markdown, name, tables.markdown(sheets))


def _show(found: Record, earlier: Record | None) -> None:
    from eval.reports import published, terminal
    from eval.runner import comparison

    console = Console(soft_wrap=True)
    console.print(terminal.table(found.judgement, f"{found.run.name}: {terminal.counted(found.run)}"))
    if figures := published.beside(found.run.benchmark, found.judgement):
        console.print(terminal.published_table(figures), *terminal.published_notes(figures), sep="\n")
    if earlier:
        compared = comparison.compare(earlier.run, found.run)
        console.print(terminal.comparison_table(compared), *terminal.comparison_lines(compared), sep="\n")
    for line in terminal.summary(found):
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
