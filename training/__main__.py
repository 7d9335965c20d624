"""Command line: `python -m training contrast|teacher|reader|verifier|export|calibrate|kinds`."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from training.modeling.model import ReaderModel
    from training.modeling.teacher import TeacherModel
    from training.modeling.train import Shards

RUNS = Path(__file__).resolve().parents[2] / "reader-runs"


class Trained(NamedTuple):
    """What a command trains, and its defaults: padded tokens, peak rate, and the heads' rate as a multiple of it."""

    name: str
    tokens: int
    rate: float
    head_factor: float


TRAINED = (
    Trained("teacher", 4_300_000, 7e-4, head_factor=0.4),
    Trained("reader", 5_200_000, 1.5e-4, head_factor=4.0),
    Trained("verifier", 1_200_000, 1e-4, head_factor=4.0),
)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    top.add_argument("--runs", type=Path, default=RUNS, help="where checkpoints and exports go (default: %(default)s)")
    top.add_argument("--threads", type=int, default=2)
    commands = top.add_subparsers(dest="command", required=True)
    for one in TRAINED:
        train = commands.add_parser(one.name, help=f"train the {one.name}, or go on where it stopped")
        train.set_defaults(**one._asdict())
        train.add_argument("--name", help="the run's directory under --runs")
        train.add_argument("--tokens", type=int, help="length in padded tokens (default: %(default)s)")
        train.add_argument("--seconds", type=float, help="length in working seconds, instead of --tokens")
        train.add_argument("--rate", type=float)
        train.add_argument(
            "--mixture",
            choices=("people", "rules"),
            default="people",
            help="questions that people wrote to look answerable and contrast sets, or twins made by rule",
        )
        train.add_argument("--made", type=Path, help="folder of the pools that `contrast` wrote")
        train.add_argument("--decay", type=float, default=0.5, help="share of the run that decays to 0")
        train.add_argument("--seed", type=int, default=0)
        train.add_argument(
            "--start", type=Path, help="a run's directory, or an export's, to take the first weights from"
        )
        train.add_argument("--taught-by", type=Path, help="a teacher's run or export, to learn from its logits")
        train.add_argument(
            "--mine",
            type=Path,
            metavar="EXPORT",
            help="with --mixture rules: of several unanswerable twins take the one that takes this reader in",
        )
        train.add_argument("--first-shard", type=int, default=0, help="the shard to begin with; passages grow with it")
    _add_measuring(commands)
    return top


def _add_measuring(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    make = commands.add_parser("contrast", help="write pools of true and false statements, made with a parser")
    make.add_argument("out", type=Path, help="folder for the pools, or with --held-back the file")
    make.add_argument("--held-back", action="store_true", help="of passages that train nothing, to measure with")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--limit", type=int, default=6000, help="passages to make them from (default: %(default)s)")
    write = commands.add_parser("export", help="write a run's weights as the product reads them")
    write.add_argument("run", help="the run's directory under --runs")
    write.add_argument("--name", help="the export's name (default: the run's)")
    write.add_argument("--last", action="store_true", help="the last weights instead of their running average")
    write.add_argument("--seed", type=int, default=0, help="the run's seed, for the manifest")
    commands.add_parser("kinds", help="fit the classifier of question kinds, measure it, put it in rag/")
    fit = commands.add_parser("calibrate", help="fit weights and thresholds to an export, measure it, put it in rag/")
    fit.add_argument("name", help="the export's name")
    fit.add_argument("--large", action="store_true", help="the export is a teacher's: the large reader's")
    fit.add_argument("--limit", type=int, default=1000, help="questions a set whose passage is given")
    fit.add_argument("--contrast", type=Path, help="a file of `contrast --held-back`, to fit and measure the verifier")
    fit.add_argument("--out", type=Path, help="where to put weights and calibration (default: the product's folder)")


def say(line: str) -> None:
    """One line to standard output, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def train(options: argparse.Namespace) -> None:
    """Run or resume one training; SIGTERM makes it save after the step in hand and end."""
    import torch

    from training.modeling import model
    from training.modeling.curve import draw
    from training.modeling.train import Plan, Trainer, run

    torch.manual_seed(options.seed)
    trained = _teacher() if options.command == "teacher" else model.fresh_model()
    if options.start:
        _take(trained, options.start)
    plan = Plan(
        options.runs / options.name,
        options.tokens,
        seed=options.seed,
        rate=options.rate,
        head_factor=options.head_factor,
        decay=options.decay,
        first_shard=options.first_shard,
        seconds=options.seconds,
    )
    teacher = _teacher(options.taught_by) if options.taught_by else None
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    trainer = Trainer(trained, plan, teacher=teacher)
    run(trainer, _shards(options), report=say, stopped=lambda: bool(asked))
    picture = draw(plan.directory)
    say(f"the curve: {picture or plan.directory / 'curve.csv'}")


def _shards(options: argparse.Namespace) -> "Shards":
    """What a run sees."""
    from training.data import mixture, tasks
    from training.negatives.mining import Miner
    from training.negatives.twins import first_of_each

    if options.mixture == "people":
        return mixture.batches_of(mixture.pools(made=options.made))
    choose = Miner(_reader(options.mine), options.seed) if options.mine else first_of_each
    return tasks.shards(tasks.VERIFIER if options.command == "verifier" else tasks.READER, options.seed, choose)


def contrast(options: argparse.Namespace) -> None:
    """Make the pools of statements, and say how many each has."""
    from training.negatives.contrast import write_held_back, write_pools

    if options.held_back:
        say(f"{options.out}: {write_held_back(options.out, seed=options.seed)} statements")
        return
    for name, count in write_pools(options.out, seed=options.seed, limit=options.limit).items():
        say(f"{name}: {count} statements")


def _teacher(folder: Path | None = None) -> "TeacherModel":
    """The teacher of a run or an export, merged; or one to be trained. MPNet is fetched once."""
    from rag.models.download import fetch_model
    from rag.models.registry import LARGE_BASE
    from training.modeling.teacher import fresh_teacher, merge

    teacher = fresh_teacher(fetch_model(LARGE_BASE).folder)
    if folder:
        _take(teacher, folder)
        merge(teacher.mpnet)
    return teacher


def _reader(folder: Path) -> "ReaderModel":
    from training.modeling.model import fresh_model

    reader = fresh_model()
    _take(reader, folder)
    return reader


def _take(model: "ReaderModel | TeacherModel", folder: Path) -> None:
    """Put what was trained in `folder` into the model, which has the rest. Exits if it is another kind of model's."""
    weights = _weights(folder)
    if strange := sorted(weights.keys() - model.state_dict().keys()):
        raise SystemExit(f"{folder} holds another model's weights: there is no {strange[0]} in this one")
    model.load_state_dict(_widened(weights, model), strict=False)


def _widened(weights: "dict[str, Tensor]", model: "ReaderModel | TeacherModel") -> "dict[str, Tensor]":
    """The weights with a second logit of the support head, the opposite of the first, where the model has one."""
    import torch

    there = model.state_dict()
    last = {name: value for name, value in weights.items() if name.startswith("support.2.")}
    wider = {name: torch.cat([value, -value]) for name, value in last.items() if len(there[name]) > len(value)}
    return weights | wider


def _weights(folder: Path) -> "dict[str, Tensor]":
    """The running average that a run stands at, or the weights of an export."""
    from training.modeling import checkpoint, export

    state = checkpoint.load(folder)
    if state is not None:
        return checkpoint.weights_of(state, averaged=True)
    if (folder / export.WEIGHTS).exists():
        return export.trained_weights(folder)
    raise SystemExit(f"no checkpoint and no export in {folder}: train it first")


def export(options: argparse.Namespace) -> None:
    """Write a run's weights into --runs/export/NAME."""
    from training.modeling import checkpoint
    from training.modeling.export import export as write

    state = checkpoint.load(options.runs / options.run)
    if state is None:
        raise SystemExit(f"no checkpoint in {options.runs / options.run}: train it first")
    folder = options.runs / "export" / (options.name or options.run)
    say(f"{folder} sha256 {write(state, folder, averaged=not options.last, seed=options.seed)}")


def calibrate(options: argparse.Namespace) -> None:
    """Fit and measure an export; print its figures and put it where the product loads it."""
    from training.calibration.report import calibrate_export

    calibrate_export(
        options.runs / "export" / options.name,
        options.out,
        large=options.large,
        indexes=options.runs / "indexes",
        limit=options.limit,
        contrast=options.contrast,
        say=say,
    )


def kinds(options: argparse.Namespace) -> None:
    """Fit the classifier of question kinds."""
    from rag.settings import load_settings
    from rag.wiring import encoder
    from training.calibration.question_kinds import fit

    fit(encoder(load_settings()), say)


COMMANDS = {
    **{one.name: train for one in TRAINED},
    "contrast": contrast,
    "export": export,
    "calibrate": calibrate,
    "kinds": kinds,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the process id goes to `pid` in --runs, so that a run can be paused from outside."""
    options = parser().parse_args(arguments)
    from training.modeling.model import set_threads

    set_threads(options.threads)
    options.runs.mkdir(parents=True, exist_ok=True)
    if COMMANDS[options.command] is train:
        (options.runs / "pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
    COMMANDS[options.command](options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
