"""The training loop: seeded, resumable, fp32 on plain CPUs and pure bf16 with fp32 masters where that is fast.

AdamW (Loshchilov & Hutter 2019) with a trapezoidal schedule: warm-up, constant, linear decay. The state at the start
of the decay is kept, so that a longer run can go on from it without having wasted the decay.
"""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from rag.models.network import HEADS
from training.data.batches import Batch
from training.modeling import checkpoint
from training.modeling.checkpoint import Checkpoint, Progress
from training.modeling.model import Logits, ReaderLogits, has_fast_bf16, trained_parameters

COLUMNS = ("step", "tokens", "seconds", "rate", "loss", "span", "answerable", "support")
CONTRADICTION = 0.3  # the weight of its loss beside that of support
SMOOTHING = 0.02  # of binary labels: some 5 % of people's unanswerable questions stand on the wrong paragraph
TAUGHT, SOFTNESS = 0.7, 2.0  # the share of the loss that a teacher gives, and the temperature of both its sides
KINDS = (("count", "step"), ("mean", "exp_avg"), ("square", "exp_avg_sq"))  # AdamW's state, by our name and its own
Shards = Callable[[int], list[Batch]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does; `decay` is the share of it in which the rate falls to 0.

    Its whole length is `tokens`, padded ones, or with `seconds` so much working time, whatever the processor gives.
    """

    directory: Path
    tokens: int
    seed: int = 0
    rate: float = 1.5e-4
    head_factor: float = 4.0
    warmup: float = 0.03
    decay: float = 0.5
    average: float = 0.995
    weight_decay: float = 0.01
    save_every: float = 240.0
    first_shard: int = 0
    seconds: float | None = None

    def done(self, progress: Progress) -> float:
        """The share of the run that lies behind, 1 or more at its end."""
        return progress.seconds / self.seconds if self.seconds else progress.tokens / self.tokens


@dataclass(frozen=True, slots=True)
class Losses:
    """The parts of a batch's loss; a part that the batch does not train is None."""

    total: Tensor
    span: Tensor | None = None
    answerable: Tensor | None = None
    support: Tensor | None = None


def rate_at(plan: Plan, done: float) -> float:
    """The learning rate after this share of the run: a trapezoid."""
    return plan.rate * max(0.0, min(1.0, (done + 1e-3) / plan.warmup, (1 - done) / plan.decay))


def losses(model: ReaderLogits, batch: Batch, teacher: ReaderLogits | None = None) -> Losses:
    """Cross-entropy of start and end over the passage and `no answer`, plus that of the first token's classifiers.

    With a teacher, TAUGHT of it is against what the teacher makes of the batch (Hinton et al. 2015).
    """
    logits = model.logits(batch.ids, batch.types, batch.attention)
    if teacher is None:
        return _labelled(logits, batch)
    with torch.no_grad():
        taught = teacher.logits(batch.ids, batch.types, batch.attention)
    hard, soft = _labelled(logits, batch), _taught(logits, taught, batch)
    return replace(hard, total=(1 - TAUGHT) * hard.total + TAUGHT * soft)


def _labelled(logits: Logits, batch: Batch) -> Losses:
    if batch.supported is not None:
        support = _binary(logits.supported, batch.supported)
        return Losses(support + CONTRADICTION * _contradiction(logits, batch), support=support.detach())
    span = (_marginal(logits.start, batch.starts, batch) + _marginal(logits.end, batch.ends, batch)) / 2
    answerable = _binary(logits.answerable, (~batch.starts[:, 0]).float())
    return Losses(span + 0.5 * answerable, span=span.detach(), answerable=answerable.detach())


def _binary(logits: Tensor, truth: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, truth * (1 - 2 * SMOOTHING) + SMOOTHING)


def _contradiction(logits: Logits, batch: Batch) -> Tensor:
    """The loss of the rows of which it is known, as a share of all rows."""
    if logits.contradicted is None or batch.contradicted is None:
        return torch.zeros(())
    known = ~batch.contradicted.isnan()
    share = known.float().mean()
    return share * _binary(logits.contradicted[known], batch.contradicted[known]) if known.any() else torch.zeros(())


def _marginal(logits: Tensor, right: Tensor, batch: Batch) -> Tensor:
    """The mean of -log P(any of the right tokens): the marginal likelihood of Clark & Gardner (2018)."""
    scores = logits.masked_fill(~batch.passage, -1e4).log_softmax(dim=1)
    return -scores.masked_fill(~right, -1e4).logsumexp(dim=1).mean()


def _taught(logits: Logits, taught: Logits, batch: Batch) -> Tensor:
    """The loss against the teacher's logits, both softened; scaled so that its gradient does not depend on that."""
    if batch.supported is not None:
        return _either(logits.supported, taught.supported)
    outside = ~batch.passage
    span = (_side(logits.start, taught.start, outside) + _side(logits.end, taught.end, outside)) / 2
    return span + 0.5 * _either(logits.answerable, taught.answerable)


def _side(logits: Tensor, taught: Tensor, outside: Tensor) -> Tensor:
    ours, target = ((side.masked_fill(outside, -1e4) / SOFTNESS).log_softmax(dim=1) for side in (logits, taught))
    return functional.kl_div(ours, target, reduction="batchmean", log_target=True) * SOFTNESS**2


def _either(logits: Tensor, taught: Tensor) -> Tensor:
    target = (taught / SOFTNESS).sigmoid()
    return functional.binary_cross_entropy_with_logits(logits / SOFTNESS, target) * SOFTNESS**2


class Trainer:
    """Weights in training: fp32 masters, moments, a running average; the model itself may be bf16.

    A teacher, which it takes over and casts alike, is asked about every batch.
    """

    def __init__(
        self,
        model: ReaderLogits,
        plan: Plan,
        dtype: torch.dtype | None = None,
        teacher: ReaderLogits | None = None,
    ) -> None:
        self.plan = plan
        dtype = dtype or (torch.bfloat16 if has_fast_bf16() else torch.float32)
        self.model = model.to(dtype)
        self.teacher = teacher.to(dtype).train(False) if teacher is not None else None
        self.live = trained_parameters(self.model)
        self.masters = {k: p if p.dtype == torch.float32 else p.detach().float() for k, p in self.live.items()}
        self.average = {name: p.detach().float().clone() for name, p in self.masters.items()}
        self.optimizer = torch.optim.AdamW(
            self._groups(), betas=(0.9, 0.98), weight_decay=plan.weight_decay, fused=True
        )
        self.progress = Progress(shard=plan.first_shard)

    def _groups(self) -> list[dict[str, object]]:
        layers = [p for name, p in self.masters.items() if not name.startswith(HEADS)]
        heads = [p for name, p in self.masters.items() if name.startswith(HEADS)]
        return [{"params": layers, "factor": 1.0}, {"params": heads, "factor": self.plan.head_factor}]

    def step(self, batch: Batch) -> Losses:
        """One update."""
        found = losses(self.model, batch, self.teacher)
        found.total.backward()  # type: ignore[no-untyped-call]
        for name, live in self.live.items():
            if live is not self.masters[name]:
                self.masters[name].grad = live.grad.float() if live.grad is not None else None
        torch.nn.utils.clip_grad_norm_(list(self.masters.values()), 1.0)
        rate = rate_at(self.plan, self.plan.done(self.progress))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        self.optimizer.step()
        self._publish()
        keep = min(self.plan.average, (1 + self.progress.step) / (10 + self.progress.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), list(self.masters.values()), 1 - keep)
        return found

    @torch.no_grad()
    def _publish(self) -> None:
        for name, live in self.live.items():
            if live is not self.masters[name]:
                live.copy_(self.masters[name])
            live.grad = None
            self.masters[name].grad = None

    def checkpoint(self) -> Checkpoint:
        """The state as it stands."""
        tensors = {f"average.{name}": value for name, value in self.average.items()}
        for name, master in self.masters.items():
            tensors[f"weight.{name}"] = master.detach()
            for kind, key in KINDS:
                if master in self.optimizer.state:
                    tensors[f"{kind}.{name}"] = self.optimizer.state[master][key]
        return Checkpoint(self.progress, tensors)

    @torch.no_grad()
    def restore(self, state: Checkpoint) -> None:
        """Go on from `state`."""
        for name, master in self.masters.items():
            master.copy_(state.tensors[f"weight.{name}"])
            self.average[name].copy_(state.tensors[f"average.{name}"])
            # a parameter that no batch has reached yet has no moments; each counts its own steps
            if f"count.{name}" in state.tensors:
                self.optimizer.state[master] = {key: state.tensors[f"{kind}.{name}"].clone() for kind, key in KINDS}
        self.progress = state.progress
        self._publish()


def never() -> bool:
    """Do not stop early."""
    return False


def run(
    trainer: Trainer, shards: Shards, *, report: Callable[[str], None], stopped: Callable[[], bool] = never
) -> None:
    """Train to the plan's end, or until `stopped` says so, from the directory's checkpoint if there is one."""
    plan = trainer.plan
    plan.directory.mkdir(parents=True, exist_ok=True)
    state = checkpoint.load(plan.directory)
    if state is not None:
        trainer.restore(state)
        report(f"going on at step {state.progress.step}, {state.progress.tokens} tokens")
    saved, stable = time.monotonic(), plan.done(trainer.progress) >= 1 - plan.decay
    recent: list[Losses] = []
    for batch, after in remaining(trainer, shards):
        began = time.monotonic()
        recent.append(trainer.step(batch))
        seconds = trainer.progress.seconds + time.monotonic() - began
        trainer.progress = replace(after, seconds=seconds)
        if len(recent) == 50:
            record(plan, trainer.progress, recent, report)
            recent = []
        if not stable and plan.done(trainer.progress) >= 1 - plan.decay:
            checkpoint.save(plan.directory / "stable", trainer.checkpoint())
            stable = True
        if time.monotonic() - saved > plan.save_every:
            checkpoint.save(plan.directory, trainer.checkpoint())
            saved = time.monotonic()
        if stopped():
            break
    checkpoint.save(plan.directory, trainer.checkpoint())


def remaining(trainer: Trainer, shards: Shards) -> Iterator[tuple[Batch, Progress]]:
    """The batches still to come, each with the progress that holds once it is done."""
    while trainer.plan.done(trainer.progress) < 1:
        number = trainer.progress.shard
        batches = shards(number)
        for index in range(trainer.progress.position, len(batches)):
            now, last = trainer.progress, index + 1 == len(batches)
            tokens = now.tokens + batches[index].tokens
            where = (number + 1, 0) if last else (number, index + 1)
            yield batches[index], Progress(now.step + 1, tokens, now.seconds, *where)
            if trainer.plan.done(trainer.progress) >= 1:
                return


def record(plan: Plan, progress: Progress, recent: list[Losses], report: Callable[[str], None]) -> None:
    """Append the mean losses of the recent steps to curve.csv, and say them."""
    rate = rate_at(plan, plan.done(progress))
    means = [_mean([getattr(found, part) for found in recent]) for part in ("total", "span", "answerable", "support")]
    path = plan.directory / "curve.csv"
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        if fresh:
            writer.writerow(COLUMNS)
        writer.writerow([progress.step, progress.tokens, f"{progress.seconds:.0f}", f"{rate:.2e}", *means])
    share, speed = plan.done(progress), progress.tokens / max(progress.seconds, 1e-9)
    report(
        f"{share:6.1%} step {progress.step} {speed:.0f} tokens/s  loss, span, answerable, support: {' '.join(means)}"
    )


def _mean(values: list[Tensor | None]) -> str:
    there = [value.item() for value in values if value is not None]
    return f"{sum(there) / len(there):.4f}" if there else ""
