"""Tables about the gate over written statements: by half, and by the model that wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eval.datasets.lies import Lie
from eval.datasets.written import models
from eval.reports.tables import Sheet
from eval.runner.written import Share, Verdict, figures

NAMES = {"dev": "development half", "test": "half that is only measured"}


def statement_sheet(verdicts: Sequence[Verdict], about: str) -> Sheet:
    """A row for each half, and for each model over both."""
    groups = {NAMES[split]: [one for one in verdicts if one.written.split == split] for split in NAMES}
    for model in models([one.written for one in verdicts]):
        groups[model] = [one for one in verdicts if one.written.model == model]
    rows = tuple((name, *_cells(group)) for name, group in groups.items() if group)
    columns = ("statements of", "true ones shown", "false ones shown")
    return Sheet(f"Written statements; {about}", columns, rows, ("Shares with 95 % Wilson intervals and their n.",))


def lie_sheet(told: Sequence[Lie], shown: Sequence[Lie]) -> Sheet:
    """How many lies of each kind the gate lets through."""
    kinds, through = Counter(lie.kind for lie in told), Counter(lie.kind for lie in shown)
    rows = [(kind, str(through[kind]), str(count)) for kind, count in sorted(kinds.items())]
    false = [[lie for lie in group if lie.kind != "truth"] for group in (shown, told)]
    total = ("all lies", *(str(len(group)) for group in false))
    return Sheet("Lies made by code, and truths beside them", ("kind", "shown", "of"), (*rows, total))


def _cells(verdicts: Sequence[Verdict]) -> tuple[str, str]:
    found = figures(verdicts)
    return _cell(found.shown), _cell(found.passed_falsely)


def _cell(share: Share) -> str:
    if not share.n:
        return "–"
    low, high = share.interval
    return f"{share.value:.2f} ({low:.2f}–{high:.2f}), n {share.n}"
